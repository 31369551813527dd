//! Requests with limits.

use std::time::Duration;

use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use super::NetworkError;
use crate::source::is_loopback;

/// How long to wait for a connection, and for an answer to begin.
const CONNECT: Duration = Duration::from_secs(15);
/// How long a whole request may take: 32 MiB over a slow line.
const WHOLE: Duration = Duration::from_secs(180);
/// Bytes of an error's text that are read, and characters that are shown.
const MAX_DETAIL: u64 = 8 << 10;
const SHOWN_DETAIL: usize = 200;

/// Asks one server.
#[derive(Clone, Debug)]
pub(super) struct Client {
    agent: Agent,
}

/// What was sent along with a request.
#[derive(Clone, Copy, Default)]
pub(super) struct Headers<'a> {
    pub(super) accept: Option<&'a str>,
    pub(super) authorization: Option<&'a str>,
}

impl Client {
    /// A client for an address: one of this machine is asked without encryption.
    pub(super) fn for_address(address: &str) -> Self {
        let authority = address.split("://").nth(1).unwrap_or_default();
        Self::new(is_loopback(authority.split('/').next().unwrap_or_default()))
    }

    pub(super) fn new(is_local: bool) -> Self {
        let mut config = Agent::config_builder()
            .https_only(!is_local)
            .http_status_as_error(false)
            .max_redirects(if is_local { 0 } else { 5 })
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE))
            .user_agent(concat!("hatch/", env!("CARGO_PKG_VERSION")));
        if is_local {
            config = config.proxy(None);
        }
        Client { agent: config.build().into() }
    }

    pub(super) fn get(
        &self,
        address: &str,
        headers: Headers<'_>,
    ) -> Result<Response<Body>, NetworkError> {
        let mut request = self.agent.get(address);
        if let Some(accept) = headers.accept {
            request = request.header("Accept", accept);
        }
        if let Some(authorization) = headers.authorization {
            request = request.header("Authorization", authorization);
        }
        request.call().map_err(|error| unreachable(address, &error))
    }

    pub(super) fn head(
        &self,
        address: &str,
        headers: Headers<'_>,
    ) -> Result<Response<Body>, NetworkError> {
        let mut request = self.agent.head(address);
        if let Some(authorization) = headers.authorization {
            request = request.header("Authorization", authorization);
        }
        request.call().map_err(|error| unreachable(address, &error))
    }

    pub(super) fn send(
        &self,
        method: Send,
        address: &str,
        headers: Headers<'_>,
        body: (&str, &[u8]),
    ) -> Result<Response<Body>, NetworkError> {
        let mut request = match method {
            Send::Post => self.agent.post(address),
            Send::Put => self.agent.put(address),
        };
        if let Some(authorization) = headers.authorization {
            request = request.header("Authorization", authorization);
        }
        let (content_type, bytes) = body;
        request
            .header("Content-Type", content_type)
            .send(bytes)
            .map_err(|error| unreachable(address, &error))
    }

    /// A whole file.
    pub(super) fn file(&self, address: &str, limit: u64) -> Result<Vec<u8>, NetworkError> {
        let response = self.get(address, Headers::default())?;
        body(address, expect(address, response)?, limit)
    }
}

/// How a body is sent.
#[derive(Clone, Copy)]
pub(super) enum Send {
    Post,
    Put,
}

/// The response, if it says that all is well.
pub(super) fn expect(
    address: &str,
    response: Response<Body>,
) -> Result<Response<Body>, NetworkError> {
    let status = response.status();
    match status {
        _ if status.is_success() => Ok(response),
        StatusCode::NOT_FOUND => Err(NetworkError::NotFound(address.to_owned())),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(NetworkError::Denied(address.to_owned()))
        }
        _ => {
            let detail = body(address, response, MAX_DETAIL).unwrap_or_default();
            let detail: String =
                String::from_utf8_lossy(&detail).chars().take(SHOWN_DETAIL).collect();
            let detail = match detail.trim() {
                "" => String::new(),
                text => format!(": {text}"),
            };
            Err(NetworkError::Status {
                address: address.to_owned(),
                status: status.as_u16(),
                detail,
            })
        }
    }
}

/// The response's bytes, which are no more than the limit.
pub(super) fn body(
    address: &str,
    response: Response<Body>,
    limit: u64,
) -> Result<Vec<u8>, NetworkError> {
    let body = response.into_body().into_with_config().limit(limit);
    body.read_to_vec().map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => {
            NetworkError::TooLarge { address: address.to_owned(), limit }
        }
        error => unreachable(address, &error),
    })
}

fn unreachable(address: &str, error: &ureq::Error) -> NetworkError {
    NetworkError::Unreachable { address: address.to_owned(), reason: error.to_string() }
}

/// A header's text.
pub(super) fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

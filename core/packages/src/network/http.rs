//! Requests with limits.

use std::time::Duration;

use ureq::config::RedirectAuthHeaders;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use super::NetworkError;
use crate::address::Address;

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
    /// A client for the server of an address. One of this machine is asked without encryption,
    /// and leads nowhere else. What shows who asks is never sent to where a redirect leads.
    pub(super) fn for_address(address: &Address) -> Self {
        let is_local = address.is_local();
        let mut config = Agent::config_builder()
            .https_only(!is_local)
            .http_status_as_error(false)
            .max_redirects(if is_local { 0 } else { 5 })
            .redirect_auth_headers(RedirectAuthHeaders::Never)
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
        address: &Address,
        headers: Headers<'_>,
    ) -> Result<Response<Body>, NetworkError> {
        let mut request = self.agent.get(address.uri());
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
        address: &Address,
        headers: Headers<'_>,
    ) -> Result<Response<Body>, NetworkError> {
        let mut request = self.agent.head(address.uri());
        if let Some(authorization) = headers.authorization {
            request = request.header("Authorization", authorization);
        }
        request.call().map_err(|error| unreachable(address, &error))
    }

    pub(super) fn send(
        &self,
        method: Send,
        address: &Address,
        headers: Headers<'_>,
        body: (&str, &[u8]),
    ) -> Result<Response<Body>, NetworkError> {
        let mut request = match method {
            Send::Post => self.agent.post(address.uri()),
            Send::Put => self.agent.put(address.uri()),
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
    pub(super) fn file(&self, address: &Address, limit: u64) -> Result<Vec<u8>, NetworkError> {
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
    address: &Address,
    response: Response<Body>,
) -> Result<Response<Body>, NetworkError> {
    let status = response.status();
    match status {
        _ if status.is_success() => Ok(response),
        StatusCode::NOT_FOUND => Err(NetworkError::NotFound(address.to_string())),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(NetworkError::Denied(address.to_string()))
        }
        _ => {
            let detail = body(address, response, MAX_DETAIL).unwrap_or_default();
            let detail = one_line(&String::from_utf8_lossy(&detail));
            let detail = match detail.as_str() {
                "" => String::new(),
                text => format!(": {text}"),
            };
            Err(NetworkError::Status {
                address: address.to_string(),
                status: status.as_u16(),
                detail,
            })
        }
    }
}

/// The response's bytes, which are no more than the limit.
pub(super) fn body(
    address: &Address,
    response: Response<Body>,
    limit: u64,
) -> Result<Vec<u8>, NetworkError> {
    let body = response.into_body().into_with_config().limit(limit);
    body.read_to_vec().map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => {
            NetworkError::TooLarge { address: address.to_string(), limit }
        }
        error => unreachable(address, &error),
    })
}

fn unreachable(address: &Address, error: &ureq::Error) -> NetworkError {
    // Where a redirect leads may have a token in its query: it is not repeated.
    let reason = match error {
        ureq::Error::RequireHttpsOnly(_) => "it redirects to an address without encryption".into(),
        ureq::Error::BadUri(_) => "it redirects to an invalid address".into(),
        error => one_line(&error.to_string()),
    };
    NetworkError::Unreachable { address: address.to_string(), reason }
}

/// A server's words, on one short line without what a terminal obeys, so that they cannot look
/// like ours.
pub(super) fn one_line(text: &str) -> String {
    let text: String = text.trim().chars().take(SHOWN_DETAIL).collect();
    text.replace(char::is_control, " ")
}

/// A header's text.
pub(super) fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

//! Showing a registry who asks.
//!
//! A registry answers a request that it does not take with where a token is had. That is
//! asked for one, with the login that `docker login` keeps for the registry if there is one,
//! and without one otherwise, which is enough for what is public.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::http::{Client, Headers, body, expect};
use super::{NetworkError, bad};
use crate::address::Address;

/// Bytes of a token's answer.
const MAX_TOKEN: u64 = 256 << 10;

/// A user and a password. It is never shown.
#[derive(Clone)]
pub struct Login {
    basic: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login")
    }
}

/// Logins, as the configuration file of Docker and its kin keeps them.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    logins: Vec<(String, Login)>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    auths: std::collections::BTreeMap<String, Auth>,
}

#[derive(Deserialize)]
struct Auth {
    auth: Option<String>,
}

impl Credentials {
    /// Reads a `config.json` of Docker. Logins that a helper program keeps are not looked
    /// for; a file that can't be understood has none.
    pub fn parse(config: &[u8]) -> Self {
        let Ok(file) = serde_json::from_slice::<File>(config) else { return Self::default() };
        let login = |(server, auth): (String, Auth)| {
            let basic = auth
                .auth
                .filter(|auth| STANDARD.decode(auth).is_ok_and(|it| it.contains(&b':')))?;
            let host = server.split("://").last()?.split('/').next()?.to_owned();
            Some((host, Login { basic }))
        };
        Credentials { logins: file.auths.into_iter().filter_map(login).collect() }
    }

    /// The login for a registry.
    pub fn of(&self, registry: &str) -> Option<&Login> {
        self.logins.iter().find(|(host, _)| host == registry).map(|(_, login)| login)
    }
}

/// The value of the `Authorization` header that a challenge of this registry asks for, if it
/// can be had. The caller has to know that the challenge is the registry's own.
pub(super) fn answer(
    registry: &Address,
    challenge: &str,
    login: Option<&Login>,
) -> Result<Option<String>, NetworkError> {
    let (scheme, parameters) = challenge.split_once(' ').unwrap_or((challenge, ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Ok(login.map(|login| format!("Basic {}", login.basic)));
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let parameter =
        |name: &str| parameters_of(parameters).find(|(key, _)| *key == name).map(|it| it.1);
    let Some(realm) = parameter("realm") else { return Ok(None) };
    let query: Vec<_> = ["service", "scope"]
        .into_iter()
        .filter_map(|name| Some(format!("{name}={}", encode(parameter(name)?))))
        .collect();
    let realm = Address::parse(realm).map_err(|reason| bad(registry, reason))?;
    if realm.is_local() && !registry.is_local() {
        return Err(bad(registry, "tokens of another computer are not to be had on this one"));
    }
    let address = realm.with_query(&query.join("&")).map_err(|reason| bad(registry, reason))?;
    let client = Client::for_address(&realm);
    let authorization = login.map(|login| format!("Basic {}", login.basic));
    let headers = Headers { authorization: authorization.as_deref(), ..Headers::default() };
    let response = expect(&realm, client.get(&address, headers)?)?;
    let token: Token = serde_json::from_slice(&body(&realm, response, MAX_TOKEN)?)
        .map_err(|_| NetworkError::Denied(realm.to_string()))?;
    Ok(token.token.or(token.access_token).map(|token| format!("Bearer {token}")))
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

/// `name="value"` pairs; a comma may be a part of a value.
fn parameters_of(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        rest = after;
        Some((name.trim_matches([',', ' ']), value))
    })
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/,".contains(&byte);
    text.bytes().fold(String::new(), |text, byte| match plain(byte) {
        true => text + char::from(byte).encode_utf8(&mut [0; 4]),
        false => text + &format!("%{byte:02X}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_found_by_host() {
        let config = br#"{ "auths": {
            "https://index.docker.io/v1/": { "auth": "YTpi" },
            "ghcr.io": { "auth": "Yzpk" },
            "empty.io": {},
            "broken.io": { "auth": "?" }
        }, "credsStore": "desktop" }"#;
        let credentials = Credentials::parse(config);
        assert_eq!(credentials.of("ghcr.io").unwrap().basic, "Yzpk");
        assert_eq!(credentials.of("index.docker.io").unwrap().basic, "YTpi");
        for host in ["empty.io", "broken.io", "hcr.io"] {
            assert!(credentials.of(host).is_none(), "{host}");
        }
        assert!(Credentials::parse(b"{").of("ghcr.io").is_none());
        assert_eq!(format!("{:?}", credentials.of("ghcr.io").unwrap()), "Login");
    }

    #[test]
    fn challenges_are_taken_apart() {
        let text = r#"realm="https://r.io/token",service="r.io",scope="repository:a/b:pull,push""#;
        let found: Vec<_> = parameters_of(text).collect();
        assert_eq!(found[1], ("service", "r.io"));
        assert_eq!(found[2], ("scope", "repository:a/b:pull,push"));
        assert_eq!(encode("a b&c"), "a%20b%26c");
    }

    #[test]
    fn without_a_login_there_is_no_basic_answer() {
        let registry = Address::of_server("r.example").unwrap();
        let answer = |challenge: &str, login| answer(&registry, challenge, login).unwrap();
        assert!(answer("Basic realm=\"x\"", None).is_none());
        let login = Login { basic: "YTpi".into() };
        let answered = answer("Basic realm=\"x\"", Some(&login));
        assert_eq!(answered.as_deref(), Some("Basic YTpi"));
        assert!(answer("Negotiate", Some(&login)).is_none());
    }

    #[test]
    fn a_realm_is_an_address_that_a_login_may_be_sent_to() {
        let registry = Address::of_server("r.example").unwrap();
        let login = Login { basic: "YTpi".into() };
        for realm in [
            "http://localhost:x@tokens.example/",
            "http://[::1]@tokens.example/",
            "http://tokens.example/",
            "http://127.0.0.1:1/",
            "https://me:secret@tokens.example/",
            "tokens.example",
        ] {
            let challenge = format!("Bearer realm=\"{realm}\",service=\"s\"");
            let error = answer(&registry, &challenge, Some(&login)).unwrap_err();
            assert!(matches!(error, NetworkError::BadAddress { .. }), "{realm}: {error}");
            assert!(!error.to_string().contains("tokens.example"), "{error}");
        }
    }
}

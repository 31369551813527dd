//! Addresses of files and servers, read by the type that the client sends requests with.
//!
//! hatch never sends a name and a password as a part of an address, and asks no other computer
//! without encryption. Both are decided here, on the parsed host: in `http://localhost:x@HOST/`
//! that is `HOST`, whatever the text begins with.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;

/// An `https` address, or an `http` address of this machine. It has no user and no password.
///
/// Shown, its query is masked, because people keep tokens there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Uri);

const USER: &str = "an address must not contain a user or a password";
const INVALID: &str = "invalid address";
const PLAIN: &str = "`http` is for this machine only: use `https`";
const SCHEME: &str = "expected `https`";

/// Replaces the part of an address that is not shown.
const MASK: &str = "•••";

impl Address {
    /// Reads an address. A fragment, which is never sent, is left out.
    ///
    /// # Errors
    ///
    /// Says what is wrong, without repeating any of the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.parse().map_err(|_| INVALID)?;
        let authority = uri.authority().ok_or(INVALID)?;
        if authority.as_str().contains('@') {
            return Err(USER);
        }
        let host = authority.host();
        let is_port = |port: &str| port.parse::<u16>().is_ok();
        let is_rest = |rest: &str| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
        if host.is_empty() || !authority.as_str().strip_prefix(host).is_some_and(is_rest) {
            return Err(INVALID);
        }
        match uri.scheme_str() {
            Some("https") => Ok(Address(uri)),
            Some("http") if is_loopback(host) => Ok(Address(uri)),
            Some("http") => Err(PLAIN),
            _ => Err(SCHEME),
        }
    }

    /// Reads the host, and the port if there is one, of a registry.
    ///
    /// # Errors
    ///
    /// As [`Address::parse`].
    pub fn of_server(authority: &str) -> Result<Self, &'static str> {
        let secure = Address::parse(&format!("https://{authority}/"))?;
        if secure.0.authority().is_none_or(|found| found.as_str() != authority) {
            return Err(INVALID);
        }
        if secure.is_local() { Address::parse(&format!("http://{authority}/")) } else { Ok(secure) }
    }

    /// Whether its host is this machine.
    pub fn is_local(&self) -> bool {
        self.0.host().is_some_and(is_loopback)
    }

    /// What a redirect or a header says, taken from here: another address, or a path.
    ///
    /// # Errors
    ///
    /// As [`Address::parse`].
    pub fn join(&self, location: &str) -> Result<Self, &'static str> {
        match location.starts_with('/') && !location.starts_with("//") {
            true => Address::parse(&format!("{}{location}", self.server())),
            false => Address::parse(location),
        }
    }

    /// The same with a parameter more in its query.
    ///
    /// # Errors
    ///
    /// Fails for a parameter that is not encoded.
    pub fn with_query(&self, parameter: &str) -> Result<Self, &'static str> {
        let separator = if self.0.query().is_some() { '&' } else { '?' };
        Address::parse(&format!("{}{separator}{parameter}", self.0))
    }

    /// The file beside this one whose name is longer by `extension`.
    ///
    /// # Errors
    ///
    /// Fails for an extension that a path can't have.
    pub fn beside(&self, extension: &str) -> Result<Self, &'static str> {
        let query = self.0.query().map(|query| format!("?{query}")).unwrap_or_default();
        Address::parse(&format!("{}{}{extension}{query}", self.server(), self.0.path()))
    }

    /// Whether a request to that address is one to the same server: scheme, host and port.
    pub fn is_same_server(&self, other: &Uri) -> bool {
        let port = |uri: &Uri| {
            let usual = if uri.scheme_str() == Some("http") { 80 } else { 443 };
            uri.port_u16().unwrap_or(usual)
        };
        let host = |uri: &Uri| uri.host().map(str::to_ascii_lowercase);
        self.0.scheme() == other.scheme()
            && host(&self.0) == host(other)
            && port(&self.0) == port(other)
    }

    /// The whole of it, for requests and for the lock.
    pub fn uri(&self) -> &Uri {
        &self.0
    }

    fn server(&self) -> String {
        let scheme = self.0.scheme_str().unwrap_or_default();
        format!("{scheme}://{}", self.0.authority().map_or("", |it| it.as_str()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = if self.0.query().is_some() { format!("?{MASK}") } else { String::new() };
        write!(f, "{}{}{query}", self.server(), self.0.path())
    }
}

/// A text that should have been an address, without what may be secret: its user, its password
/// and its query.
pub fn masked(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (rest, query) = match rest.split_once(['?', '#']) {
        Some((rest, _)) => (rest, format!("?{MASK}")),
        None => (rest, String::new()),
    };
    // In a reference to a registry, `@` is also what a digest follows.
    let (rest, digest) = match rest.rsplit_once("@sha256:") {
        Some((rest, _)) if scheme == "oci" => (rest, &text[scheme.len() + 3 + rest.len()..]),
        _ => (rest, ""),
    };
    let digest = digest.split(['?', '#']).next().unwrap_or_default();
    let (user, rest) = match rest.rsplit_once('@') {
        Some((_, rest)) => (format!("{MASK}@"), rest),
        None => (String::new(), rest),
    };
    format!("{scheme}://{user}{rest}{digest}{query}")
}

/// The text of an address without its user and its password, as older locks may have them.
pub(crate) fn without_user(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let start = rest[..end].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", &rest[start..])
}

/// Whether a host is this machine, whatever a name server says.
fn is_loopback(host: &str) -> bool {
    let inner = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|it: Ipv4Addr| it.is_loopback())
        || inner.is_some_and(|it| it.parse().is_ok_and(|it: Ipv6Addr| it.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_in_an_address_is_refused_whatever_it_looks_like() {
        for text in [
            "http://localhost:x@example.com/",
            "http://[::1]@example.com/",
            "http://127.0.0.1@example.com/",
            "https://user:secret@example.com/a.wasm",
            "https://@example.com/",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!([USER, INVALID].contains(&error), "{text}: {error}");
        }
        for text in ["localhost:x@example.com", "[::1]@example.com", "[::1]example.com", "a/b", ""]
        {
            assert!(Address::of_server(text).is_err(), "{text}");
        }
    }

    #[test]
    fn this_machine_is_decided_by_the_parsed_host() {
        for host in ["localhost", "LOCALHOST:5000", "127.0.0.1:80", "127.1.2.3", "[::1]:80"] {
            assert!(Address::of_server(host).unwrap().is_local(), "{host}");
            assert!(Address::parse(&format!("http://{host}/a?b")).is_ok(), "{host}");
        }
        for host in ["localhost.example.com", "128.0.0.1", "[::2]", "example.com:80", "127.1"] {
            assert!(!Address::of_server(host).unwrap().is_local(), "{host}");
            assert_eq!(Address::parse(&format!("http://{host}/")), Err(PLAIN), "{host}");
        }
        assert_eq!(Address::parse("ftp://example.com/"), Err(SCHEME));
        for text in ["", "https://", "https:///a", "https://a:99999/", "/a", "https://a b/"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn servers_are_told_apart_by_scheme_host_and_port() {
        let server = Address::parse("https://r.example/v2/").unwrap();
        let is_same = |text: &str| server.is_same_server(&text.parse().unwrap());
        assert!(is_same("https://R.example:443/token"));
        for text in
            ["http://r.example/", "https://r.example:444/", "https://r.example.org/", "https://r/"]
        {
            assert!(!is_same(text), "{text}");
        }
    }

    #[test]
    fn what_is_shown_has_no_query_and_no_user() {
        let address = Address::parse("https://example.com/a.wasm?token=secret").unwrap();
        assert_eq!(address.to_string(), "https://example.com/a.wasm?•••");
        assert_eq!(address.uri().to_string(), "https://example.com/a.wasm?token=secret");
        let beside = address.beside(".minisig").unwrap();
        assert_eq!(beside.uri().to_string(), "https://example.com/a.wasm.minisig?token=secret");
        for (text, shown) in [
            ("https://me:secret@example.com/a?token=secret", "https://•••@example.com/a?•••"),
            ("https://me:se/cret@example.com/a#secret", "https://•••@example.com/a?•••"),
            ("oci://me:secret@r.io/a@sha256:12?secret", "oci://•••@r.io/a@sha256:12?•••"),
            ("oci://r.io/a:1", "oci://r.io/a:1"),
            ("./a.wasm", "./a.wasm"),
        ] {
            assert_eq!(masked(text), shown);
        }
        assert_eq!(without_user("https://me:secret@a.io/b@c"), "https://a.io/b@c");
    }

    #[test]
    fn a_location_is_a_path_or_an_address() {
        let server = Address::parse("https://r.example/v2/").unwrap();
        let join = |text: &str| server.join(text).map(|it| it.uri().to_string());
        assert_eq!(join("/v2/up?a=b").unwrap(), "https://r.example/v2/up?a=b");
        assert_eq!(join("https://other/up").unwrap(), "https://other/up");
        for text in ["//other/up", "http://other/up", "up", "https://me:secret@r.example/"] {
            assert!(join(text).is_err(), "{text}");
        }
        let more = server.with_query("a=b").unwrap().with_query("c=d").unwrap();
        assert_eq!(more.uri().to_string(), "https://r.example/v2/?a=b&c=d");
    }
}

//! Adapters from addresses, and registries that ask who is there, lie, or break off.

use hatch_tests::server::{Answer, Request, Server};
use hatch_tests::{TestHome, foreign};
use serde_json::json;

use crate::common::{fails, has};

/// A server with these files.
fn files(files: Vec<(&'static str, Vec<u8>)>) -> Server {
    Server::new(move |request, _| {
        let found = files.iter().find(|(path, _)| request.line == format!("GET {path}"));
        found.map_or_else(|| Answer::status(404), |(_, bytes)| Answer::of(bytes.clone()))
    })
}

fn install(source: &str) -> String {
    format!("adapter install {source} --auto-approve")
}

#[test]
fn an_adapter_comes_from_an_address_with_its_signature() {
    let home = TestHome::new();
    home.write("a.wasm", foreign::example_of("1.0.0"));
    home.line("adapter sign --new-key one.key").ends(0);
    home.line("adapter sign a.wasm --key one.key").ends(0);
    let server = files(vec![
        ("/a.wasm", home.read("a.wasm")),
        ("/a.wasm.minisig", home.read("a.wasm.minisig")),
        ("/a.wasm.pub", home.read("a.wasm.pub")),
        ("/plain.wasm", home.read("a.wasm")),
        ("/wrong.wasm", foreign::example_of("6.6.6")),
        ("/wrong.wasm.minisig", home.read("a.wasm.minisig")),
        ("/wrong.wasm.pub", home.read("a.wasm.pub")),
    ]);
    let address = server.address();
    let wrong = fails(&home, &install(&format!("http://{address}/wrong.wasm")), 1);
    has(&wrong, &["`example` can't be trusted", "the signature is not of these bytes"]);
    let missing = fails(&home, &install(&format!("http://{address}/none.wasm")), 1);
    has(&missing, &[&format!("there is no `http://{address}/none.wasm`")]);
    let shown = home.line(&install(&format!("http://{address}/a.wasm"))).expect(0).stdout;
    has(&shown, &["seen for the first time"]);
    has(&home.line("adapter update").expect(0).stdout, &["example is up to date"]);
    let plain = fails(&home, &install(&format!("http://{address}/plain.wasm")), 1);
    has(&plain, &["it is not signed"]);
}

#[test]
fn answers_that_are_none_are_errors() {
    let home = TestHome::new();
    let server = Server::new(|request, _| match request.line.as_str() {
        "GET /half.wasm" => Answer { missing: 100, ..Answer::of(foreign::example()) },
        "GET /large.wasm" => Answer::of(vec![0; (32 << 20) + 1]),
        "GET /denied.wasm" => Answer::status(403),
        "GET /broken.wasm" => {
            Answer { body: b"out of \x1b[31morder".into(), ..Answer::status(500) }
        }
        "GET /away.wasm" => Answer {
            headers: vec!["Location: http://example.invalid/a.wasm".to_owned()],
            ..Answer::status(302)
        },
        "GET /round.wasm" => {
            Answer { headers: vec!["Location: /round.wasm".to_owned()], ..Answer::status(302) }
        }
        _ => Answer::status(404),
    });
    for (file, message) in [
        ("half", "can't be reached"),
        ("large", "has more than 33554432 bytes"),
        ("denied", "is not for everybody"),
        ("broken", "answered 500: out of"),
        ("away", "answered 302"),
        ("round", "answered 302"),
    ] {
        let error = fails(&home, &install(&format!("http://{}/{file}.wasm", server.address())), 1);
        has(&error, &[message]);
        assert!(!error.contains('\x1b'), "{error:?}");
    }
}

/// A registry that wants a token, and has one adapter in a manifest that a test may change.
fn registry(manifest: impl Fn(&[u8]) -> serde_json::Value + Send + 'static) -> Server {
    Server::new(move |request: &Request, address| {
        let adapter = foreign::example_of("1.0.0");
        if request.line.starts_with("GET /token?service=test&scope=repository:a/example:pull") {
            return Answer::of(r#"{"token": "for-everybody"}"#);
        }
        if request.authorization.as_deref() != Some("Bearer for-everybody") {
            let challenge = format!(
                "WWW-Authenticate: Bearer realm=\"http://{address}/token\",service=\"test\",\
                 scope=\"repository:a/example:pull\""
            );
            return Answer { headers: vec![challenge], ..Answer::status(401) };
        }
        match request.line.strip_prefix("GET /v2/a/example/") {
            Some("manifests/1.0.0") => Answer::of(manifest(&adapter).to_string()),
            Some(rest) if rest.starts_with("blobs/sha256:") => Answer::of(adapter),
            _ => Answer::status(404),
        }
    })
}

fn digest(bytes: &[u8]) -> String {
    hatch_packages::ContentDigest::of(bytes).to_string()
}

fn manifest(adapter: &[u8], layers: &serde_json::Value) -> serde_json::Value {
    let config = json!({ "mediaType": "application/vnd.wasm.config.v0+json",
        "digest": digest(adapter), "size": 2 });
    json!({ "schemaVersion": 2, "config": config, "layers": layers })
}

fn layer(kind: &str, digest: &str, size: usize) -> serde_json::Value {
    json!({ "mediaType": kind, "digest": digest, "size": size })
}

#[test]
fn a_registry_that_asks_for_a_token_is_shown_one() {
    let home = TestHome::new();
    let server = registry(|adapter| {
        manifest(adapter, &json!([layer("application/wasm", &digest(adapter), adapter.len())]))
    });
    let source = format!("oci://{}/a/example", server.address());
    home.line(&install(&format!("{source}:1.0.0"))).ends(0);
    let asked = server.asked();
    assert!(asked.iter().all(|it| it.authorization.as_deref() != Some("Basic dXNlcjpzZWNyZXQ=")));
    has(&fails(&home, &install(&format!("{source}:2.0.0")), 1), &["there is no `http://"]);
    // The login goes to where tokens are had, and nowhere else.
    let login =
        json!({ "auths": { server.address().to_string(): { "auth": "dXNlcjpzZWNyZXQ=" } } });
    home.write(".docker/config.json", login.to_string());
    home.line("adapter remove example").ends(0);
    home.line(&install(&format!("{source}:1.0.0"))).ends(0);
    let shown: Vec<_> = server.asked()[asked.len()..]
        .iter()
        .filter(|it| it.authorization.as_deref() == Some("Basic dXNlcjpzZWNyZXQ="))
        .map(|it| it.line.split('?').next().unwrap().to_owned())
        .collect();
    assert!(!shown.is_empty() && shown.iter().all(|line| line == "GET /token"), "{shown:?}");
}

#[test]
fn what_is_not_what_its_digest_says_is_refused() {
    let home = TestHome::new();
    let other = digest(b"other");
    let blob = registry(move |adapter| {
        manifest(adapter, &json!([layer("application/wasm", &other, adapter.len())]))
    });
    let error = fails(&home, &install(&format!("oci://{}/a/example:1.0.0", blob.address())), 1);
    has(&error, &["is not what it should be", "hint: the registry is broken"]);
    // Longer than its manifest says is not read to its end.
    let short = registry(|adapter| {
        manifest(adapter, &json!([layer("application/wasm", &digest(adapter), 100)]))
    });
    let error = fails(&home, &install(&format!("oci://{}/a/example:1.0.0", short.address())), 1);
    has(&error, &["has more than 100 bytes"]);
    let error =
        fails(&home, &install(&format!("oci://{}/a/example@{}", short.address(), digest(b"x"))), 1);
    has(&error, &["there is no"]);
}

#[test]
fn artifacts_of_others_are_no_adapters() {
    let home = TestHome::new();
    for (layers, message) in [
        (json!([]), "and has: none"),
        (json!([layer("application/tar", &digest(b""), 0)]), "and has: application/tar"),
        (
            json!([
                layer("application/wasm", &digest(b""), 0),
                layer("application/wasm", &digest(b""), 0)
            ]),
            "it should have one layer",
        ),
        (json!([layer("application/wasm", "sha256:../../x", 0)]), "its manifest: "),
        (
            json!([layer("application/wasm", &digest(b""), 64 << 20)]),
            "has more than 33554432 bytes",
        ),
        (json!("none"), "its manifest: "),
    ] {
        let server = registry(move |adapter| manifest(adapter, &layers));
        let line = install(&format!("oci://{}/a/example:1.0.0", server.address()));
        has(&fails(&home, &line, 1), &[message]);
    }
}

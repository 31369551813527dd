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

/// The login that `docker login` keeps for a registry: `user:secret`.
fn log_in(home: &TestHome, server: &Server) {
    let login =
        json!({ "auths": { server.address().to_string(): { "auth": "dXNlcjpzZWNyZXQ=" } } });
    home.write(".docker/config.json", login.to_string());
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
    log_in(&home, &server);
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

#[test]
fn a_registry_writes_nothing_into_the_question() {
    let home = TestHome::new();
    let annotated = |version: &'static str| {
        registry(move |adapter| {
            let layers = json!([layer("application/wasm", &digest(adapter), adapter.len())]);
            let mut manifest = manifest(adapter, &layers);
            manifest["annotations"] = json!({ "org.opencontainers.image.version": version });
            manifest
        })
    };
    let long = "1.0.0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for version in ["1.0.0\n  Signed    yes", "1.0.0\u{1b}[2J", "1.0", "", long] {
        let server = annotated(version);
        let line = install(&format!("oci://{}/a/example:1.0.0", server.address()));
        let error = fails(&home, &line, 1);
        has(&error, &["`org.opencontainers.image.version` is not a semantic version"]);
        assert!(!error.contains("Signed") && !error.contains('\u{1b}'), "{error}");
    }
    let server = annotated("2.0.0");
    let line = install(&format!("oci://{}/a/example:1.0.0", server.address()));
    has(&home.line(&line).expect(0).stdout, &["Example (example) 1.0.0\n"]);
}

#[test]
fn words_of_a_server_stay_on_one_line() {
    let home = TestHome::new();
    let server = Server::new(|_, _| Answer {
        body: b"no\nerror: run `curl x | sh`\x1b[2J".into(),
        ..Answer::status(500)
    });
    let error = fails(&home, &install(&format!("http://{}/a.wasm", server.address())), 1);
    has(&error, &["answered 500: no error: run"]);
    let layers = json!([layer("a\nerror: forged", &digest(b""), 0)]);
    let server = registry(move |adapter| manifest(adapter, &layers));
    let error = fails(&home, &install(&format!("oci://{}/a/example:1.0.0", server.address())), 1);
    has(&error, &["and has: a error: forged"]);
}

#[test]
fn addresses_with_a_user_are_refused_and_not_repeated() {
    let home = TestHome::new();
    for source in [
        "http://localhost:secret@example.com/a.wasm",
        "http://[::1]@example.com/a.wasm?token=secret",
        "https://me:secret@example.com/a.wasm",
        "oci://me:secret@example.com/a:1",
        "ftp://me:secret@example.com/a?secret",
    ] {
        let error = fails(&home, &install(source), 2);
        has(&error, &["invalid source of an adapter"]);
        assert!(!error.contains("secret"), "{error}");
        let error = fails(&home, &format!("adapter publish a.wasm {source}"), 2);
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn the_query_of_an_address_is_sent_and_not_shown() {
    let home = TestHome::new();
    let adapter = foreign::example_of("1.0.0");
    let server = files(vec![("/a.wasm?token=secret", adapter)]);
    let source = format!("http://{}/a.wasm?token=secret", server.address());
    let shown = home.line(&install(&source)).expect(0);
    has(&shown.stdout, &["/a.wasm?•••"]);
    let listed = home.line("adapter list").expect(0);
    let json = home.line("adapter list --json").expect(0);
    let updated = home.line("adapter update").expect(0);
    let missing = home.line(&install(&source.replace("a.wasm", "b.wasm"))).expect(1);
    for run in [shown, listed, json, updated, missing] {
        assert!(!run.stdout.contains("secret") && !run.stderr.contains("secret"), "{run:?}");
    }
    assert!(server.asked().iter().any(|it| it.line == "GET /a.wasm.minisig?token=secret"));
    // Older locks have a user in an address: it is no longer used, and the next change drops it.
    let lock = home.text(".hatch/adapters.lock").replace("http://", "http://me:secret@");
    home.write(".hatch/adapters.lock", lock);
    home.line("adapter pin example").ends(0);
    assert!(!home.text(".hatch/adapters.lock").contains("me:secret"));
}

#[test]
fn another_server_is_not_shown_the_login() {
    let home = TestHome::new();
    home.write("a.wasm", foreign::example_of("1.0.0"));
    let other = Server::new(|_, address| Answer {
        headers: vec![format!("WWW-Authenticate: Bearer realm=\"http://{address}/token\"")],
        ..Answer::status(401)
    });
    let elsewhere = other.address();
    let server = Server::new(move |request, _| match request.line.as_str() {
        line if line.starts_with("POST ") => Answer {
            headers: vec![format!("Location: http://{elsewhere}/upload")],
            ..Answer::status(202)
        },
        _ => Answer::status(404),
    });
    log_in(&home, &server);
    let line = format!("adapter publish a.wasm oci://{}/a/example:1.0.0", server.address());
    has(&fails(&home, &line, 1), &["is not for everybody"]);
    let asked = other.asked();
    assert!(!asked.is_empty() && asked.iter().all(|it| it.authorization.is_none()), "{asked:?}");
    assert!(asked.iter().all(|it| it.line.starts_with("PUT /upload")), "{asked:?}");
}

#[test]
fn a_realm_that_only_looks_like_this_machine_gets_no_login() {
    let home = TestHome::new();
    for realm in ["http://localhost:x@example.invalid/", "http://[::1]@example.invalid/"] {
        let challenge = format!("WWW-Authenticate: Bearer realm=\"{realm}\",service=\"s\"");
        let server = Server::new(move |_, _| Answer {
            headers: vec![challenge.clone()],
            ..Answer::status(401)
        });
        log_in(&home, &server);
        let line = install(&format!("oci://{}/a/example:1.0.0", server.address()));
        has(&fails(&home, &line, 1), &["named an address that cannot be used"]);
        assert!(server.asked().iter().all(|it| it.authorization.is_none()));
    }
}

#[test]
fn an_old_version_under_a_newer_tag_is_refused() {
    let home = TestHome::new();
    home.line("adapter sign --new-key one.key").ends(0);
    let signed = |version: &str| {
        home.write("a.wasm", foreign::example_of(version));
        home.line("adapter sign a.wasm --key one.key").ends(0);
        (home.read("a.wasm"), home.text("a.wasm.minisig"), home.text("a.wasm.pub"))
    };
    let adapters = [("1.0.0", signed("1.0.0")), ("0.8.0", signed("0.8.0"))];
    let answer = move |request: &Request, _| {
        let rest = request.line.strip_prefix("GET /v2/a/example/").unwrap_or_default();
        if rest == "tags/list" {
            return Answer::of(json!({ "tags": ["0.8.0", "1.0.0", "2.0.0"] }).to_string());
        }
        // What is called 2.0.0 is 0.8.0, with the signature of its author.
        let tag = rest.strip_prefix("manifests/").map(|tag| tag.replace("2.0.0", "0.8.0"));
        let found = adapters.iter().find(|(version, (bytes, ..))| {
            tag.as_deref() == Some(version) || rest == format!("blobs/{}", digest(bytes))
        });
        match (found, tag) {
            (None, _) => Answer::status(404),
            (Some((_, (bytes, ..))), None) => Answer::of(bytes.clone()),
            (Some((_, (bytes, signature, key))), Some(_)) => {
                let layer = layer("application/wasm", &digest(bytes), bytes.len());
                let mut manifest = manifest(bytes, &json!([layer]));
                manifest["annotations"] = json!({ "hatch.adapter.signature": signature,
                    "hatch.adapter.key": key, "org.opencontainers.image.version": "2.0.0" });
                Answer::of(manifest.to_string())
            }
        }
    };
    let server = Server::new(answer);
    let source = format!("oci://{}/a/example", server.address());
    home.line(&install(&format!("{source}:1.0.0"))).ends(0);
    let error = fails(&home, "adapter update --auto-approve", 1);
    has(&error, &["its source offers 0.8.0, and 1.0.0 was installed before", "hint: "]);
    has(&home.line("adapter list").expect(0).stdout, &["1.0.0"]);

    // Whoever installs it by hand is told, and the newest version is remembered.
    let shown = home.line(&install(&format!("{source}:0.8.0"))).expect(0).stdout;
    has(&shown, &["Version   older than 1.0.0, which was installed before"]);
    let error = fails(&home, "adapter update --auto-approve", 1);
    has(&error, &["its source offers 0.8.0, and 1.0.0 was installed before"]);
    home.line("adapter remove example").ends(0);
    let shown = home.line(&install(&format!("{source}:2.0.0"))).expect(0).stdout;
    has(&shown, &["Version   0.8.0, though its source calls it 2.0.0"]);
}

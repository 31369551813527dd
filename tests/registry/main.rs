//! A real registry: Debian's `docker-registry` on this machine, begun by the test.
//!
//! Needs `docker-registry` on the PATH, and for the guide to authors clang:
//! `cargo test --features registry --test registry`.
#![expect(clippy::disallowed_methods, reason = "tests make and look at files of their own")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod guide;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use hatch_tests::{Run, TestHome, foreign};

const FILE: &str = ".example/mcp.json";

/// `user` with the password `secret`, as `htpasswd -B` writes it.
const USERS: &str = "user:$2b$05$utT/YaPzD0zhnZiJkC8iHu5X4ygOMETUJfQs4I/a8Ib4iS7akFPsK\n";

/// A registry that runs until it is dropped.
struct Registry {
    process: Child,
    address: String,
    data: PathBuf,
}

impl Registry {
    /// Begins one whose files are in this folder.
    fn begin(folder: &Path, wants_login: bool) -> Registry {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Registry::begin_at(folder, wants_login, port)
    }

    /// As [`Registry::begin`], at a port.
    fn begin_at(folder: &Path, wants_login: bool, port: u16) -> Registry {
        let (address, data) = (format!("127.0.0.1:{port}"), folder.join("data"));
        let auth = folder.join("users");
        fs::write(&auth, USERS).unwrap();
        let auth = match wants_login {
            true => format!("auth: {{ htpasswd: {{ realm: test, path: {} }} }}\n", auth.display()),
            false => String::new(),
        };
        let settings = folder.join("registry.yml");
        let text = format!(
            "version: 0.1\nlog: {{ level: error }}\n\
             storage: {{ filesystem: {{ rootdirectory: {} }} }}\n\
             http: {{ addr: \"{address}\" }}\n{auth}",
            data.display()
        );
        fs::write(&settings, text).unwrap();
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry: on Debian, `apt-get install docker-registry`");
        let registry = Registry { process, address, data };
        for _ in 0..200 {
            if TcpStream::connect(&registry.address).is_ok() {
                return registry;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the registry does not answer at {}", registry.address);
    }

    fn reference(&self, tag: &str) -> String {
        format!("oci://{}/adapters/example:{tag}", self.address)
    }

    /// Changes a byte of a blob where the registry keeps it.
    fn tamper(&self, digest: &str) {
        let hex = digest.strip_prefix("sha256:").unwrap();
        let blobs = self.data.join("docker/registry/v2/blobs/sha256");
        let blob = blobs.join(&hex[..2]).join(hex).join("data");
        let mut bytes = fs::read(&blob).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&blob, bytes).unwrap();
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // It has to go, whichever way the test ends.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An author's home: an adapter and a key.
fn author() -> TestHome {
    let home = TestHome::new();
    home.line("adapter sign --new-key author.key").ends(0);
    home
}

fn publish(author: &TestHome, registry: &Registry, version: &str, adapter: &[u8]) -> Run {
    author.write("example.wasm", adapter);
    author.line("adapter sign example.wasm --key author.key").ends(0);
    author.line(&format!("adapter publish example.wasm {} --json", registry.reference(version)))
}

/// Somebody else's home, with a file of the host.
fn user() -> TestHome {
    let home = TestHome::new();
    home.write(FILE, "{\n  // mine\n  \"theme\": \"dark\"\n}\n");
    home.environment("dev", r#"{ "mcpServers": { "tools": { "command": "tools" } } }"#);
    home
}

fn install(home: &TestHome, registry: &Registry, tag: &str) -> Run {
    home.line(&format!("adapter install {} --auto-approve", registry.reference(tag)))
}

#[track_caller]
fn has(text: &str, part: &str) {
    assert!(text.contains(part), "`{part}` is not in\n{text}");
}

#[test]
fn an_adapter_goes_from_its_author_to_a_users_file() {
    let folder = tempfile::tempdir().unwrap();
    let (author, user) = (author(), user());
    let registry = Registry::begin(folder.path(), false);

    let published = publish(&author, &registry, "1.0.0", &foreign::example_of("1.0.0")).expect(0);
    let published: serde_json::Value = serde_json::from_str(&published.stdout).unwrap();
    assert_eq!(
        (&published["schema"], &published["id"]),
        (&"hatch.published/1".into(), &"example".into())
    );
    let run = install(&user, &registry, "1.0.0").expect(0);
    has(&run.stdout, "Example (example) 1.0.0");
    has(&run.stdout, "seen for the first time");
    user.line("mcp sync --from-env dev --to-host example --auto-approve").ends(0);
    has(&user.text(FILE), "// mine");
    has(&user.text(FILE), "\"tools\"");

    // By the digest that was told, for ever.
    let by_digest = format!(
        "oci://{}/adapters/example@{}",
        registry.address,
        published["digest"].as_str().unwrap()
    );
    let other = TestHome::new();
    other.line(&format!("adapter install {by_digest} --auto-approve")).ends(0);

    // A newer version asks for nothing more, and the next one does.
    publish(&author, &registry, "1.1.0", &foreign::example_of("1.1.0")).ends(0);
    has(&user.line("adapter update").expect(0).stdout, "Example (example) 1.1.0");
    publish(&author, &registry, "1.10.0", &foreign::greedy("1.10.0")).ends(0);
    let asked = user.line("adapter update").expect(1);
    has(&asked.stdout, "+ not granted yet: `mcpServers` in ~/.more.json");
    has(&asked.stderr, "there is no terminal to ask on");
    has(&user.line("adapter list").expect(0).stdout, "1.1.0");
    user.line("adapter update --auto-approve").ends(0);
    has(&user.line("adapter list").expect(0).stdout, "1.10.0");
    has(&other.line("adapter update").expect(0).stdout, "example is up to date");

    // With the registry gone, what is installed works as before.
    drop(registry);
    user.line("mcp list servers --host example").ends(0);
    user.line("mcp sync --from-env dev --to-host example --auto-approve").ends(0);
    user.line("adapter verify").ends(0);
    let error = user.line("adapter update").expect(1).stderr;
    has(&error, "example stays as it is");
    has(&error, "installed adapters work without it");
}

#[test]
fn a_blob_that_was_tampered_with_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (author, user) = (author(), user());
    let registry = Registry::begin(folder.path(), false);
    let adapter = foreign::example_of("1.0.0");
    publish(&author, &registry, "1.0.0", &adapter).ends(0);
    registry.tamper(hatch_packages::ContentDigest::of(&adapter).as_str());
    let error = install(&user, &registry, "1.0.0").expect(1).stderr;
    has(&error, "is not what it should be");
    has(&user.line("adapter list").expect(0).stdout, "No adapters are installed");
}

#[test]
fn another_author_can_not_publish_an_update() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second, user) = (author(), author(), user());
    let registry = Registry::begin(folder.path(), false);
    publish(&first, &registry, "1.0.0", &foreign::example_of("1.0.0")).ends(0);
    install(&user, &registry, "1.0.0").ends(0);
    publish(&second, &registry, "1.1.0", &foreign::example_of("1.1.0")).ends(0);
    let error = user.line("adapter update --auto-approve").expect(1).stderr;
    has(&error, "it is signed with the key");
    has(&error, "trusted: ");
    has(&error, "now:     ");
}

#[test]
fn a_registry_that_wants_a_login_gets_that_of_docker() {
    let folder = tempfile::tempdir().unwrap();
    let (author, user) = (author(), user());
    let registry = Registry::begin(folder.path(), true);
    let adapter = foreign::example_of("1.0.0");
    let error = publish(&author, &registry, "1.0.0", &adapter).expect(1).stderr;
    has(&error, "`docker login`");
    // `user:secret`, in base 64.
    let login =
        format!(r#"{{ "auths": {{ "{}": {{ "auth": "dXNlcjpzZWNyZXQ=" }} }} }}"#, registry.address);
    author.write(".docker/config.json", &login);
    publish(&author, &registry, "1.0.0", &adapter).ends(0);
    has(&install(&user, &registry, "1.0.0").expect(1).stderr, "is not for everybody");
    user.write(".docker/config.json", &login);
    let run = install(&user, &registry, "1.0.0").expect(0);
    assert!(!run.stdout.contains("dXNlcjpz") && !run.stderr.contains("dXNlcjpz"));
}

/// The ecosystem's own tool fetches what we publish and publishes what we fetch: `cargo install
/// wkg`, which takes ten minutes, and `cargo test --features wkg --test registry`.
#[cfg(feature = "wkg")]
#[test]
fn wkg_and_hatch_take_each_others_adapters() {
    let folder = tempfile::tempdir().unwrap();
    let (author, user) = (author(), user());
    let registry = Registry::begin(folder.path(), false);
    let adapter = foreign::example_of("1.0.0");
    publish(&author, &registry, "1.0.0", &adapter).ends(0);
    let wkg = |arguments: &[&str]| {
        let mut command = Command::new("wkg");
        command.args(["oci", arguments[0], "--insecure", &registry.address]).args(&arguments[1..]);
        let output = command.output().expect("wkg: `cargo install wkg`");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let place = |name: &str| format!("{}/adapters/{name}", registry.address);
    let (pulled, pushed) = (folder.path().join("pulled.wasm"), place("by-wkg:1.0.0"));
    let file = pulled.to_str().unwrap();
    wkg(&["pull", &place("example:1.0.0"), "--output", file]);
    assert_eq!(fs::read(&pulled).unwrap(), adapter);
    wkg(&["push", &pushed, file]);
    let run = user.line(&format!("adapter install oci://{pushed} --auto-approve")).expect(0);
    has(&run.stdout, "Example (example) 1.0.0");
}

//! Rust: an adapter's crate, compiled to a core module.
//!
//! With rustup's `wasm32-unknown-unknown` target this is a plain `cargo build`. Where that
//! target is missing, the system's own toolchain builds the standard library along with
//! the guest: Debian's `rustc-web cargo-web rust-web-src rust-web-llvm lld-22` packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::tool::{self, Progress};
use super::{BuildError, component, files};

type Result<T> = std::result::Result<T, BuildError>;

const TARGET: &str = "wasm32-unknown-unknown";

/// The part of a Cargo.toml that says what the package is called.
#[derive(Deserialize)]
struct Manifest {
    package: Named,
    lib: Option<Library>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Library {
    name: Option<String>,
}

/// Builds the crate that is a project.
pub(super) fn component(folder: &Path, progress: Progress<'_>) -> Result<Vec<u8>> {
    let toolchain = Toolchain::find()?;
    let path = folder.join("Cargo.toml");
    let manifest: Manifest = toml::from_str(&files::read_text(&path)?)
        .map_err(|error| BuildError::Project { path, reason: error.message().to_owned() })?;
    progress(&format!("Compiling with {}", toolchain.label));
    let Manifest { package, lib } = manifest;
    let library = lib.and_then(|it| it.name).unwrap_or_else(|| library(&package.name));
    toolchain.build(folder, &package.name, &library, &super::built(folder, "target"))
}

/// What Cargo calls the library of a package.
pub fn library(package: &str) -> String {
    package.replace('-', "_")
}

/// Where the system's toolchain is looked for.
const SYSTEM_PATH: &str = "/usr/bin:/bin";

/// A compiler that can build guests.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// Its version and the way it is used: what a component's bytes depend on.
    pub label: String,
    sysroot: PathBuf,
    builds_std: bool,
}

impl Toolchain {
    /// Finds one.
    ///
    /// # Errors
    ///
    /// Fails where neither toolchain is there, and says what to install.
    pub fn find() -> Result<Toolchain> {
        for builds_std in [false, true] {
            let Ok(sysroot) = ask(builds_std, &["--print", "sysroot"]) else { continue };
            let sysroot = PathBuf::from(sysroot);
            let needed =
                if builds_std { "src/rust/library/std" } else { "wasm32-unknown-unknown/lib" };
            if sysroot.join("lib/rustlib").join(needed).exists() {
                let way = if builds_std { ", build-std" } else { "" };
                let version = ask(builds_std, &["--version"])?;
                return Ok(Toolchain { label: format!("{version}{way}"), sysroot, builds_std });
            }
        }
        Err(BuildError::MissingTool {
            tool: format!("a Rust toolchain for {TARGET}"),
            hint: format!(
                "run `rustup target add {TARGET}`, or install Debian's rustc-web, cargo-web, \
                 rust-web-src, rust-web-llvm and lld-22"
            ),
        })
    }

    /// Compiles the library of a package of the workspace to a component. Its Cargo.lock is kept to, and made
    /// where it is missing.
    ///
    /// # Errors
    ///
    /// Fails where Cargo does.
    pub fn build(
        &self,
        workspace: &Path,
        package: &str,
        library: &str,
        target_dir: &Path,
    ) -> Result<Vec<u8>> {
        if !workspace.join("Cargo.lock").exists() {
            let mut lock = self.cargo();
            tool::run(lock.args(["generate-lockfile", "--quiet"]).current_dir(workspace))?;
        }
        // The folders of downloaded sources are there before their names are read.
        let mut fetch = self.cargo();
        tool::run(fetch.args(["fetch", "--quiet", "--locked"]).current_dir(workspace))?;

        let mut build = self.cargo();
        build
            .current_dir(workspace)
            .args(["build", "--locked", "--target", TARGET])
            .args(["--release", "--package", package, "--target-dir"])
            .arg(target_dir)
            .env("CARGO_ENCODED_RUSTFLAGS", self.flags(workspace).join("\u{1f}"));
        for (name, value) in PROFILE {
            build.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
        }
        // Nobody would be told what a panic says: a standard library of our own leaves the
        // words out, and the code that puts them together.
        let panic = if self.builds_std { "immediate-abort" } else { "abort" };
        build.env("CARGO_PROFILE_RELEASE_PANIC", panic);
        if self.builds_std {
            build.args(["-Zbuild-std=std,panic_abort", "-Zpanic-immediate-abort"]);
        }
        tool::run(&mut build)?;
        let path = target_dir.join(TARGET).join("release").join(format!("{library}.wasm"));
        component::encode(&files::read(&path)?)
    }

    fn cargo(&self) -> Command {
        // Cargo tells its children which cargo and toolchain they run under; a build of a
        // guest must not take those from the build of this program. Nor may a variable of the
        // user's change its bytes: incremental code is larger.
        let mut cargo = Command::new(if self.builds_std { "/usr/bin/cargo" } else { "cargo" });
        let inherited = ["RUSTUP_TOOLCHAIN", "RUSTC", "RUSTC_WRAPPER", "RUSTFLAGS", "CARGO"];
        for name in inherited.into_iter().chain(["CARGO_INCREMENTAL"]) {
            cargo.env_remove(name);
        }
        if self.builds_std {
            cargo.env("PATH", SYSTEM_PATH).env("RUSTC_BOOTSTRAP", "1");
        }
        cargo
    }

    /// Takes this machine's folders out of the module. Of prefixes that match, the last
    /// one counts: the longest, wherever these folders lie in one another.
    fn flags(&self, workspace: &Path) -> Vec<String> {
        let mut prefixes = Vec::new();
        if let Some(cargo_home) = cargo_home() {
            let registries = std::fs::read_dir(cargo_home.join("registry/src"));
            for registry in registries.into_iter().flatten().flatten() {
                prefixes.push((registry.path(), "/registry"));
            }
            prefixes.push((cargo_home, "/cargo"));
        }
        prefixes.push((self.sysroot.clone(), "/rust"));
        let library = self.sysroot.join("lib/rustlib/src/rust");
        prefixes
            .extend(library.canonicalize().ok().map(|path| (path, "/rust/lib/rustlib/src/rust")));
        prefixes.push((library, "/rust/lib/rustlib/src/rust"));
        prefixes.push((workspace.to_owned(), "/hatch"));
        prefixes.sort_by_key(|(path, _)| path.as_os_str().len());
        let flag =
            |(from, to): (PathBuf, _)| format!("--remap-path-prefix={}={to}", from.display());
        prefixes.into_iter().map(flag).collect()
    }
}

/// Built for speed; a guest that panics traps, and the sandbox says so. How it panics is up
/// to the toolchain.
const PROFILE: &[(&str, &str)] = &[
    ("OPT_LEVEL", "3"),
    ("LTO", "fat"),
    ("CODEGEN_UNITS", "1"),
    ("DEBUG", "false"),
    ("DEBUG_ASSERTIONS", "false"),
    ("OVERFLOW_CHECKS", "false"),
    ("INCREMENTAL", "false"),
    ("STRIP", "true"),
];

fn ask(of_the_system: bool, args: &[&str]) -> Result<String> {
    let mut rustc = Command::new(if of_the_system { "/usr/bin/rustc" } else { "rustc" });
    for name in ["RUSTUP_TOOLCHAIN", "RUSTC", "RUSTFLAGS"] {
        rustc.env_remove(name);
    }
    let start = |source| BuildError::Start { tool: "rustc".to_owned(), source };
    let output = rustc.args(args).output().map_err(start)?;
    if !output.status.success() {
        return Err(BuildError::ToolFailed { tool: "rustc".to_owned() });
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[expect(clippy::disallowed_methods, reason = "where Cargo keeps sources is for Cargo to say")]
fn cargo_home() -> Option<PathBuf> {
    let named = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

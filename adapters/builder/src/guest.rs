//! Compiles an adapter's crate to a core module.
//!
//! With rustup's `wasm32-unknown-unknown` target this is a plain `cargo build`. Where that
//! target is missing, the system's own toolchain builds the standard library along with
//! the guest: Debian's `rustc-web cargo-web rust-web-src rust-web-llvm lld-22` packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

const TARGET: &str = "wasm32-unknown-unknown";

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
        bail!(
            "no toolchain for {TARGET}; run `rustup target add {TARGET}`, or install \
             rustc-web, cargo-web, rust-web-src, rust-web-llvm and lld-22"
        )
    }

    /// Compiles a package of the workspace and returns the core module.
    ///
    /// # Errors
    ///
    /// Fails where Cargo does.
    pub fn build(&self, workspace: &Path, package: &str, target_dir: &Path) -> Result<Vec<u8>> {
        // The folders of downloaded sources are there before their names are read.
        let mut fetch = self.cargo("fetch");
        run(fetch.arg("--quiet").current_dir(workspace))?;

        let mut build = self.cargo("build");
        build
            .current_dir(workspace)
            .args(["--release", "--package", package, "--target-dir"])
            .arg(target_dir)
            .env("CARGO_ENCODED_RUSTFLAGS", self.flags(workspace)?.join("\u{1f}"));
        for (name, value) in PROFILE {
            build.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
        }
        // Nobody would be told what a panic says: a standard library of our own leaves the
        // words out, and the code that puts them together.
        let panic = if self.builds_std { "immediate-abort" } else { "abort" };
        build.env("CARGO_PROFILE_RELEASE_PANIC", panic);
        run(&mut build).with_context(|| format!("failed to build `{package}` for {TARGET}"))?;
        let module = package.replace('-', "_") + ".wasm";
        let path = target_dir.join(TARGET).join("release").join(module);
        read(&path)
    }

    fn cargo(&self, command: &str) -> Command {
        // Cargo tells its children which cargo and toolchain they run under; a build of a
        // guest must not take those from the build of this program.
        let mut cargo = Command::new(if self.builds_std { "/usr/bin/cargo" } else { "cargo" });
        for name in ["RUSTUP_TOOLCHAIN", "RUSTC", "RUSTC_WRAPPER", "RUSTFLAGS", "CARGO"] {
            cargo.env_remove(name);
        }
        cargo.args([command, "--locked", "--target", TARGET]);
        if self.builds_std {
            cargo.env("PATH", SYSTEM_PATH).env("RUSTC_BOOTSTRAP", "1");
            cargo.args(["-Zbuild-std=std,panic_abort", "-Zpanic-immediate-abort"]);
        }
        cargo
    }

    /// Takes this machine's folders out of the module. Of prefixes that match, the last
    /// one counts: the longest, wherever these folders lie in one another.
    fn flags(&self, workspace: &Path) -> Result<Vec<String>> {
        let cargo_home = cargo_home()?;
        let mut prefixes = vec![(cargo_home.clone(), "/cargo")];
        let registries = std::fs::read_dir(cargo_home.join("registry/src"));
        for registry in registries.into_iter().flatten().flatten() {
            prefixes.push((registry.path(), "/registry"));
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
        Ok(prefixes.into_iter().map(flag).collect())
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

fn run(cargo: &mut Command) -> Result<()> {
    let status = cargo.status().context("failed to start cargo")?;
    if !status.success() {
        bail!("cargo failed");
    }
    Ok(())
}

fn ask(of_the_system: bool, args: &[&str]) -> Result<String> {
    let mut rustc = Command::new(if of_the_system { "/usr/bin/rustc" } else { "rustc" });
    for name in ["RUSTUP_TOOLCHAIN", "RUSTC", "RUSTFLAGS"] {
        rustc.env_remove(name);
    }
    let output = rustc.args(args).output().context("failed to start rustc")?;
    if !output.status.success() {
        bail!("rustc {} failed", args.join(" "));
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[expect(clippy::disallowed_methods, reason = "a build tool, which hatch itself does not use")]
fn cargo_home() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("CARGO_HOME") {
        return Ok(folder.into());
    }
    let home = std::env::home_dir().context("there is no home folder")?;
    Ok(home.join(".cargo"))
}

/// Reads a file of the build.
#[expect(clippy::disallowed_methods, reason = "a build tool, which hatch itself does not use")]
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("failed to read `{}`", path.display()))
}

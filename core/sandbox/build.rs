//! Tells the crate which target it is built for: code for components is compiled for that
//! target by name, since the compiler would otherwise use what this machine's CPU can do.

#[expect(clippy::disallowed_methods, reason = "this is how cargo speaks to build scripts")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("TARGET").expect("cargo sets TARGET");
    println!("cargo::rustc-env=HATCH_SANDBOX_TARGET={target}");
}

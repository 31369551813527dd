//! The process that compiles foreign components, as a program of its own.

fn main() -> std::io::Result<()> {
    hatch_sandbox::child_main(std::io::stdin().lock(), std::io::stdout().lock())
}

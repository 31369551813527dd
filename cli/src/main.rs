//! The `hatch` command.

fn main() {}

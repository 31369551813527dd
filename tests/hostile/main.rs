//! Components that trap, loop, grow, lie, import, and bytes that are no components at all:
//! each ends within its limits, in an error that names the adapter, and nothing is written.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod answers;
mod bytes;
mod cache;
mod canned;
mod command;
mod compiler;
mod descriptors;
mod imports;
mod limits;
mod made;

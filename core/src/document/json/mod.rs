//! JSON and JSONC: from text to tree, and from changes to edits of the text.
//!
//! `parse.rs` makes the tree with `jsonc-parser`, and `strict.rs` rejects what that lets
//! through. `trivia.rs` says what belongs to a member besides its key and value: its comma
//! and its own comments; `commented.rs` which comments are members that were switched off.
//! `edit.rs` and `children.rs` turn changes into edits, `style.rs`
//! knows how the document is written, and `place.rs` and `print.rs` write new values so.

mod children;
mod commented;
mod edit;
mod parse;
mod place;
mod print;
mod strict;
mod style;
mod trivia;

#[cfg(test)]
mod tests;

pub(crate) use self::commented::comments;
pub(crate) use self::edit::{create, edits};
pub(crate) use self::parse::parse;

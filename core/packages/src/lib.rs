//! Adapters that are not built in: where they come from, what their user agreed to, and who
//! signed them.
//!
//! An adapter is fetched from a [`source`], shown with the [`grants`] that it asks for, and
//! written down in a [`lock`]: from then on only these bytes are run, and only in these
//! places. Some places are [`reserved`]: no adapter is let near them. Running components is
//! `hatch-sandbox`'s part, and asking people is the command's.
//!
//! # Invariants
//!
//! * Bytes whose digest is not the one that was asked for or agreed to are an error.
//! * Nothing here writes but through a [`hatch_core::store::Store`].

pub mod address;
mod deferred;
mod digest;
pub mod grants;
pub mod lock;
mod metadata;
#[cfg(feature = "network")]
pub mod network;
pub mod reserved;
pub mod signature;
pub mod source;

pub use deferred::DeferredAdapter;
pub use digest::ContentDigest;
pub use lock::{Installed, Lock};
pub use metadata::Metadata;
pub use source::{Fetched, Form, Source};

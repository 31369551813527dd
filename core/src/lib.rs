//! The engine of `hatch`: it decides what would change in every host's configuration, and
//! changes all of them or none.
//!
//! It prints nothing, asks nothing, and reads neither the process environment nor the clock:
//! whoever calls it hands it the time, the roots and a [`store::Store`].

pub mod adapter;
pub mod backup;
pub mod configuration;
mod device;
pub mod disclosure;
pub mod document;
pub mod environment;
pub mod event;
pub mod filter;
pub mod history;
pub mod home;
pub mod host;
pub mod ledger;
pub mod locate;
pub mod location;
pub mod operation;
pub mod owner;
pub mod patch;
pub mod plan;
pub mod references;
pub mod registry;
pub mod report;
pub mod repository;
pub mod scratch;
pub mod secret;
pub mod server;
pub mod settings;
pub mod source;
pub mod status;
pub mod store;
pub mod suggest;
pub mod template;
pub mod transaction;

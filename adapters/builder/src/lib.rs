//! adapters/builder

//! core/sandbox

//! What is printed of adapters, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

/// An adapter that was begun (`hatch adapter new`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct NewAdapter {
    /// The shape's name.
    pub schema: &'static str,
    /// The host's id.
    pub id: String,
    /// The folder that was made.
    pub folder: String,
    /// Its files, as paths below the folder.
    pub files: Vec<String>,
}

/// An adapter that was built (`hatch adapter build`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct BuiltAdapter {
    /// The shape's name.
    pub schema: &'static str,
    /// The component that was written.
    pub file: String,
    /// What it was written in.
    pub language: String,
    /// The component's size in bytes.
    pub size: usize,
    /// The component's SHA-256, in hexadecimal digits.
    pub sha256: String,
}

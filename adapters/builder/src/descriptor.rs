//! What an adapter says of its host, as JSON.
//!
//! The shape is that of `hatch_core::host::HostDescriptor`; a test reads each with it.

use hatch_adapter_sdk::json::{Object, Value};
use hatch_adapter_sdk::{
    Descriptor, DocumentSpec, Field, Format, Location, Os, Preference, Reference, Root, Scope,
    TransportKind,
};

/// Spells a descriptor, one member a line, with a final newline.
pub fn to_json(descriptor: &Descriptor) -> String {
    let value = object([
        ("id", text(&descriptor.id)),
        ("name", text(&descriptor.name)),
        ("homepage", text(&descriptor.homepage)),
        ("documents", list(&descriptor.documents, document)),
        ("transports", list(&descriptor.transports, |kind| text(transport(*kind)))),
        ("fields", list(&descriptor.fields, |name| text(field(*name)))),
        ("extras", list(&descriptor.extras, |path| text(path))),
        ("references", list(&descriptor.references, |name| text(reference(*name)))),
        ("after-write", descriptor.after_write.as_deref().map_or(Value::Null, text)),
        ("processes", list(&descriptor.processes, |name| text(name))),
    ]);
    value.to_pretty() + "\n"
}

fn document(spec: &DocumentSpec) -> Value {
    let format = match spec.format {
        Format::Json => "json",
        Format::Jsonc => "jsonc",
        Format::JsoncNoTrailingCommas => "jsonc-no-trailing-commas",
        Format::Toml => "toml",
        Format::Yaml => "yaml",
    };
    let prefer = match spec.prefer {
        Preference::ExistingFile => "existing-file",
        Preference::ExistingFolder => "existing-folder",
    };
    object([
        ("id", text(&spec.id)),
        ("format", text(format)),
        ("locations", list(&spec.locations, location)),
        ("prefer", text(prefer)),
        ("sections", list(&spec.sections, |path| list(path, |key| text(key)))),
        ("accepts-bom", Value::Bool(spec.accepts_bom)),
    ])
}

fn location(location: &Location) -> Value {
    let scope = match location.scope {
        Scope::User => "user",
        Scope::Project => "project",
    };
    let system = |os: &Os| {
        text(match os {
            Os::Linux => "linux",
            Os::Macos => "macos",
            Os::Windows => "windows",
        })
    };
    let root = match &location.root {
        Root::Home => text("home"),
        Root::Config => text("config"),
        Root::LocalData => text("local-data"),
        Root::Project => text("project"),
        Root::Env(name) => object([("env", text(name))]),
        Root::Pointer(path) => object([("pointer", text(path))]),
    };
    object([
        ("scope", text(scope)),
        ("systems", list(&location.systems, system)),
        ("root", root),
        ("path", text(&location.path)),
    ])
}

fn transport(kind: TransportKind) -> &'static str {
    match kind {
        TransportKind::Stdio => "stdio",
        TransportKind::StreamableHttp => "streamable-http",
        TransportKind::Sse => "sse",
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::EnvForward => "env-forward",
        Field::EnvFile => "env-file",
        Field::Cwd => "cwd",
        Field::Headers => "headers",
        Field::Oauth => "oauth",
        Field::Enabled => "enabled",
        Field::Description => "description",
        Field::RequestTimeout => "request-timeout",
        Field::StartupTimeout => "startup-timeout",
        Field::ToolTimeout => "tool-timeout",
        Field::ToolAllow => "tool-allow",
        Field::ToolDeny => "tool-deny",
        Field::ToolAutoApprove => "tool-auto-approve",
    }
}

fn reference(reference: Reference) -> &'static str {
    match reference {
        Reference::Env => "env",
        Reference::EnvDefault => "env-default",
        Reference::Input => "input",
        Reference::File => "file",
        Reference::UserHome => "user-home",
        Reference::WorkspaceFolder => "workspace-folder",
    }
}

fn text(text: &str) -> Value {
    Value::string(text)
}

fn list<T>(items: &[T], value: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(value).collect())
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().map(|(key, value)| (key.to_owned(), value));
    Value::Object(members.collect::<Object>())
}

//! What stands in a table. The names of members are those of the TOML file, and of the JSON
//! that the component is handed.

use std::fmt;

use hatch_core::host::{
    DocumentSpec, Elsewhere, Field, HostDescriptor, HostId, NameRule, Reference, TransportKind,
};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A whole table: a descriptor, but for what follows from the dialect.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct TableFile {
    pub(super) id: HostId,
    pub(super) name: String,
    homepage: String,
    version: Option<String>,
    pub(super) documents: Vec<DocumentSpec>,
    pub(super) transports: Vec<TransportKind>,
    #[serde(default)]
    extras: Vec<String>,
    after_write: Option<String>,
    #[serde(default)]
    processes: Vec<String>,
    #[serde(default)]
    names: Vec<NameRule>,
    #[serde(default)]
    elsewhere: Vec<Elsewhere>,
    pub(super) dialect: Dialect,
}

/// How a host spells servers.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Dialect {
    #[serde(skip_serializing)]
    pub(super) section: Option<Vec<String>>,
    #[serde(default)]
    pub(super) foreign: Vec<String>,
    #[serde(default)]
    pub(super) state: Vec<String>,
    #[serde(default)]
    pub(super) stdio: Stdio,
    #[serde(default)]
    pub(super) remote: Remote,
    pub(super) transport: Option<Transport>,
    /// Why the host has no remote servers; no author writes it.
    #[serde(skip_deserializing)]
    pub(super) refusal: Option<String>,
    pub(super) oauth: Option<Oauth>,
    pub(super) description: Option<String>,
    pub(super) disabled: Option<String>,
    pub(super) enabled: Option<String>,
    pub(super) cannot_disable: Option<String>,
    #[serde(default)]
    pub(super) timeouts: Timeouts,
    #[serde(default)]
    pub(super) tools: Tools,
    #[serde(default)]
    pub(super) references: References,
}

/// Keys of a server that the host starts.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Stdio {
    pub(super) command: String,
    pub(super) args: String,
    pub(super) env: String,
    pub(super) env_forward: Option<String>,
    pub(super) env_file: Option<String>,
    pub(super) cwd: Option<String>,
}

impl Default for Stdio {
    fn default() -> Self {
        let [command, args, env] = ["command", "args", "env"].map(str::to_owned);
        Stdio { command, args, env, env_forward: None, env_file: None, cwd: None }
    }
}

/// Keys of a server that is reached over HTTP.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Remote {
    pub(super) url: String,
    pub(super) also_url: Option<String>,
    pub(super) headers: String,
}

impl Default for Remote {
    fn default() -> Self {
        let [url, headers] = ["url", "headers"].map(str::to_owned);
        Remote { url, also_url: None, headers }
    }
}

/// How an entry says which transport it is for.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Transport {
    pub(super) key: String,
    #[serde(default = "stdio_word")]
    pub(super) stdio: Words,
    #[serde(default)]
    pub(super) http: Words,
    #[serde(default)]
    pub(super) sse: Words,
    #[serde(default)]
    pub(super) stdio_is_marked: bool,
    pub(super) bare_url: BareUrl,
}

/// The word that a host which names none is taken to know.
pub(super) fn stdio_word() -> Words {
    Words(vec!["stdio".to_owned()])
}

/// What a URL without a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum BareUrl {
    Detected,
    Http,
    Sse,
    Error,
}

/// Keys of an OAuth client.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Oauth {
    pub(super) object: String,
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    pub(super) scopes: Option<String>,
    pub(super) authorization_url: Option<String>,
    pub(super) token_url: Option<String>,
    pub(super) redirect_uri: Option<String>,
}

/// Keys of timeouts.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Timeouts {
    pub(super) request: Option<Timeout>,
    pub(super) startup: Option<Timeout>,
    pub(super) tool_call: Option<Timeout>,
}

/// The key of one timeout, and which numbers the host takes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Timeout {
    pub(super) key: String,
    unit: Unit,
    pub(super) min: Option<u64>,
    pub(super) max: Option<u64>,
    #[serde(default)]
    only_if_there: bool,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Unit {
    Ms,
    S,
}

/// Keys of lists of tools.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Tools {
    pub(super) allow: Option<String>,
    pub(super) deny: Option<String>,
    pub(super) auto_approve: Option<String>,
    #[serde(default)]
    patterns: bool,
}

/// What the host expands, and where.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct References {
    pub(super) env: Words,
    pub(super) env_default: Words,
    pub(super) input: Words,
    pub(super) file: Words,
    pub(super) user_home: Words,
    pub(super) workspace_folder: Words,
    pub(super) native: Words,
    pub(super) r#in: Option<Vec<Spot>>,
}

/// Where in a server a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Spot {
    Command,
    Args,
    Env,
    EnvFile,
    Cwd,
    Url,
    Headers,
    Oauth,
}

/// One word, or several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Words(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E>(self, word: &str) -> Result<Words, E> {
                Ok(Words(vec![word.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = items.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

impl TableFile {
    /// Whether the host takes servers that are reached over HTTP.
    pub(super) fn is_local_only(&self) -> bool {
        self.transports.iter().all(|kind| *kind == TransportKind::Stdio)
    }

    /// The descriptor, with what follows from the dialect.
    pub(super) fn descriptor(&self) -> HostDescriptor {
        HostDescriptor {
            id: self.id.clone(),
            name: self.name.clone(),
            homepage: self.homepage.clone(),
            version: self.version.clone(),
            documents: self.documents.clone(),
            transports: self.transports.clone(),
            fields: self.fields(),
            extras: self.extras.clone(),
            references: self.dialect.references.expanded(),
            after_write: self.after_write.clone(),
            processes: self.processes.clone(),
            names: self.names.clone(),
            elsewhere: self.elsewhere.clone(),
        }
    }

    fn fields(&self) -> Vec<Field> {
        let Dialect { stdio, oauth, timeouts, tools, .. } = &self.dialect;
        let remote = !self.is_local_only();
        let says = |timeout: &Option<Timeout>| timeout.as_ref().is_some_and(|it| !it.only_if_there);
        let has_switch = self.dialect.disabled.is_some() || self.dialect.enabled.is_some();
        let fields = [
            (Field::EnvForward, stdio.env_forward.is_some()),
            (Field::EnvFile, stdio.env_file.is_some()),
            (Field::Cwd, stdio.cwd.is_some()),
            (Field::Headers, remote),
            (Field::Oauth, remote && oauth.is_some()),
            (Field::Enabled, has_switch),
            (Field::Description, self.dialect.description.is_some()),
            (Field::RequestTimeout, says(&timeouts.request)),
            (Field::StartupTimeout, says(&timeouts.startup)),
            (Field::ToolTimeout, says(&timeouts.tool_call)),
            (Field::ToolAllow, tools.allow.is_some()),
            (Field::ToolDeny, tools.deny.is_some()),
            (Field::ToolAutoApprove, tools.auto_approve.is_some()),
        ];
        fields.into_iter().filter_map(|(field, held)| held.then_some(field)).collect()
    }
}

impl References {
    /// What can be said in the contract's words.
    fn expanded(&self) -> Vec<Reference> {
        let all = [
            (Reference::Env, &self.env),
            (Reference::EnvDefault, &self.env_default),
            (Reference::Input, &self.input),
            (Reference::File, &self.file),
            (Reference::UserHome, &self.user_home),
            (Reference::WorkspaceFolder, &self.workspace_folder),
        ];
        all.into_iter().filter_map(|(it, words)| (!words.0.is_empty()).then_some(it)).collect()
    }
}

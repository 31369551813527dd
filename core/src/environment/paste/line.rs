//! Command lines that READMEs give to be typed: `claude mcp add NAME -- npx -y PACKAGE` and its
//! kin of other programs, `code --add-mcp JSON`, and the bare command that starts a server. The
//! links behind READMEs' buttons count as well.
//!
//! Sources: the help of Claude Code, Codex, Gemini CLI and Visual Studio Code. A shell would
//! put values in the place of `$NAME`; here it stays a reference.

use serde_json::{Map, Value, json};

use super::super::{Entry, link};
use super::reference::{Spelling, translate};
use crate::document::SyntaxError;

/// What a command line says: a server that may have no name yet.
pub(super) struct Line {
    pub(super) name: Option<String>,
    pub(super) entry: Entry,
}

/// Why a command line gives no server. None repeats a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// A quote that nothing closes.
    #[error("the command line has a quote that is not closed")]
    Quote,
    /// It adds a server without a name.
    #[error("the command line names no server")]
    NoName,
    /// It does not say how the server is reached.
    #[error("the command line has neither a command nor a URL for the server")]
    NoTarget,
    /// An option that hatch does not know, of which it can't tell whether a value follows.
    #[error("unknown option `{0}` in the command line")]
    UnknownOption(String),
    /// An option without its value.
    #[error("the option `{0}` has no value")]
    NoValue(String),
    /// `--env` or `--header` without a name and a value.
    #[error("the value of `{0}` is not {1}")]
    NotAPair(String, &'static str),
    /// It prepares something.
    #[error("the command line installs something, and starts no server")]
    Installs,
    /// A link of which no server can be read.
    #[error("the link has no server that can be read")]
    Link,
    /// JSON in the command line that is none.
    #[error("the JSON in the command line is not valid")]
    Json(#[source] SyntaxError),
}

/// Programs that start a server, so that a line which begins with one is its command.
const LAUNCHERS: [&str; 19] = [
    "npx", "npm", "pnpm", "yarn", "bunx", "bun", "deno", "node", "uvx", "uv", "pipx", "python",
    "python3", "docker", "podman", "go", "dotnet", "java", "env",
];

/// Reads lines of a shell; `None` where the text is none.
pub(super) fn read(text: &str) -> Option<Result<Vec<Line>, LineError>> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let lines: Vec<_> = joined.lines().map(without_prompt).filter(|it| !it.is_empty()).collect();
    let lines: Vec<_> = lines.into_iter().filter(|line| !line.starts_with('#')).collect();
    if lines.is_empty() || !lines.iter().all(|line| is_line(line)) {
        return None;
    }
    Some(lines.into_iter().map(one).collect())
}

fn without_prompt(line: &str) -> &str {
    let line = line.trim();
    ["$ ", "> ", "% "].iter().find_map(|it| line.strip_prefix(it)).unwrap_or(line).trim()
}

fn is_line(line: &str) -> bool {
    let words: Vec<_> = line.split_whitespace().skip_while(|word| is_assignment(word)).collect();
    let is_url = |word: &str| word.starts_with("https://") || word.starts_with("http://");
    match words.as_slice() {
        [_, "mcp", verb, ..] if verb.starts_with("add") => true,
        [_, rest @ ..] if rest.contains(&"--add-mcp") => true,
        [url] if is_url(url) || link::is_link(url) => true,
        [launcher, _, ..] => LAUNCHERS.contains(launcher),
        _ => false,
    }
}

fn one(line: &str) -> Result<Line, LineError> {
    if link::is_link(line) {
        let (name, entry) = link::read(line).ok_or(LineError::Link)?;
        return Ok(Line { name, entry });
    }
    let words = shlex::split(line).ok_or(LineError::Quote)?;
    let mut line = match words.iter().position(|word| word == "--add-mcp") {
        Some(at) => json_server(None, words.get(at + 1).ok_or(LineError::NoTarget)?)?,
        None => match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [_, "mcp", "add-json", rest @ ..] => add_json(rest)?,
            [_, "mcp", _, rest @ ..] => Added::read(rest)?.line()?,
            _ => bare(&words)?,
        },
    };
    translate(&mut line.entry, Spelling::Shell);
    Ok(line)
}

/// `NAME=VALUE npx -y PACKAGE`, or an address.
fn bare(words: &[String]) -> Result<Line, LineError> {
    let words = if words.first().is_some_and(|it| it == "env") { &words[1..] } else { words };
    let assigned = words.iter().take_while(|word| is_assignment(word)).count();
    let (assigned, command) = words.split_at(assigned);
    let mut said = command.iter().skip(1).filter(|word| !word.starts_with('-')).take(2);
    if said.any(|word| ["install", "pull", "add", "init", "setup"].contains(&word.as_str())) {
        return Err(LineError::Installs);
    }
    let pairs = assigned.iter().filter_map(|word| word.split_once('='));
    let env: Map<_, _> = pairs.map(|(name, value)| (name.to_owned(), value.into())).collect();
    let entry = target(None, &command.iter().map(String::as_str).collect::<Vec<_>>());
    let mut entry = entry.unwrap_or_default();
    put(&mut entry, "env", env);
    Ok(Line { name: None, entry })
}

fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `claude mcp add-json NAME JSON`.
fn add_json(words: &[&str]) -> Result<Line, LineError> {
    let json = words.iter().position(|word| word.trim_start().starts_with('{'));
    let json = json.ok_or(LineError::NoTarget)?;
    let mut before = words[..json].iter().rev();
    // What follows an option is its value, and no name.
    let name = before.next().filter(|it| !it.starts_with('-')).ok_or(LineError::NoName)?;
    json_server(Some((*name).to_owned()), words[json])
}

fn json_server(name: Option<String>, text: &str) -> Result<Line, LineError> {
    let mut entry = super::text::object(text).map_err(LineError::Json)?.members;
    let own = entry.shift_remove("name").and_then(|it| it.as_str().map(str::to_owned));
    Ok(Line { name: name.or(own), entry })
}

/// What `mcp add` is given.
#[derive(Default)]
struct Added<'a> {
    words: Vec<&'a str>,
    transport: Option<&'a str>,
    url: Option<&'a str>,
    env: Map<String, Value>,
    headers: Map<String, Value>,
    fields: Entry,
}

impl<'a> Added<'a> {
    fn read(words: &[&'a str]) -> Result<Self, LineError> {
        let mut added = Added::default();
        let mut rest = words.iter().copied();
        while let Some(word) = rest.next() {
            if word == "--" {
                added.words.extend(rest);
                break;
            }
            if !word.starts_with('-') || word == "-" {
                added.words.push(word);
                continue;
            }
            let (option, value) = match word.split_once('=') {
                Some((option, value)) => (option, Some(value)),
                None => (word, None),
            };
            let takes = takes_value(option);
            let next = || value.or_else(|| rest.clone().next()).unwrap_or_default();
            if added.has_command() && !(takes == Some(true) && is_own(option, next())) {
                added.words.push(word);
                continue;
            }
            match takes {
                None => return Err(LineError::UnknownOption(option.to_owned())),
                Some(false) => {}
                Some(true) => {
                    let value = value.or_else(|| rest.next());
                    let value = value.ok_or_else(|| LineError::NoValue(option.to_owned()))?;
                    added.option(option, value)?;
                    // Claude Code takes several variables at once.
                    while matches!(option, "-e" | "--env")
                        && rest.clone().next().is_some_and(is_assignment)
                    {
                        added.option(option, rest.next().unwrap_or_default())?;
                    }
                }
            }
        }
        Ok(added)
    }

    /// Whether a command began, and not an address.
    fn has_command(&self) -> bool {
        self.words.get(1).is_some_and(|word| !word.contains("://"))
    }

    fn option(&mut self, option: &str, value: &'a str) -> Result<(), LineError> {
        let not = |form| LineError::NotAPair(option.to_owned(), form);
        match option {
            "-e" | "--env" => {
                let (name, value) = value.split_once('=').ok_or_else(|| not("NAME=VALUE"))?;
                self.env.insert(name.to_owned(), value.into());
            }
            "-H" | "--header" => {
                let pair = value.split_once(':').ok_or_else(|| not("`NAME: VALUE`"))?;
                self.headers.insert(pair.0.trim().to_owned(), pair.1.trim().into());
            }
            "--bearer-token-env-var" => {
                self.headers
                    .insert("Authorization".to_owned(), format!("Bearer ${{env:{value}}}").into());
            }
            "-t" | "--transport" | "--type" => self.transport = Some(value),
            "--url" => self.url = Some(value),
            "--description" => put(&mut self.fields, "description", value),
            "--cwd" => put(&mut self.fields, "cwd", value),
            "--timeout" => {
                let number = value.parse().map_or_else(|_| Value::from(value), |it: u64| it.into());
                self.fields.insert("timeout".to_owned(), number);
            }
            "--include-tools" | "--exclude-tools" => {
                let names: Vec<_> = value.split(',').map(str::trim).collect();
                let field = if option.starts_with("--i") { "includeTools" } else { "excludeTools" };
                self.fields.insert(field.to_owned(), names.into());
            }
            "--client-id" => {
                self.fields.insert("oauth".to_owned(), json!({ "clientId": value }));
            }
            // Where that program keeps the server is not asked here.
            _ => {}
        }
        Ok(())
    }

    fn line(self) -> Result<Line, LineError> {
        let (name, words) = self.words.split_first().ok_or(LineError::NoName)?;
        let words = self.url.as_ref().map_or(words, std::slice::from_ref);
        let mut entry = target(self.transport, words).ok_or(LineError::NoTarget)?;
        put(&mut entry, "env", self.env);
        put(&mut entry, "headers", self.headers);
        entry.extend(self.fields);
        Ok(Line { name: Some((*name).to_owned()), entry })
    }
}

/// Whether an option behind the server's command is the adding program's own, going by its value:
/// `docker run -e TOKEN` and `npx -s` are the command's.
fn is_own(option: &str, value: &str) -> bool {
    match option {
        "-e" | "--env" => is_assignment(value),
        "-s" | "--scope" => ["local", "project", "user"].contains(&value),
        "-t" | "--transport" | "--type" => ["http", "sse", "stdio"].contains(&value),
        _ => false,
    }
}

/// Whether a value follows an option; `None` for one that is not known.
fn takes_value(option: &str) -> Option<bool> {
    const VALUES: [&str; 18] = [
        "-e",
        "--env",
        "-H",
        "--header",
        "-t",
        "--transport",
        "--type",
        "-s",
        "--scope",
        "--url",
        "--bearer-token-env-var",
        "--description",
        "--cwd",
        "--timeout",
        "--include-tools",
        "--exclude-tools",
        "--client-id",
        "--callback-port",
    ];
    const FLAGS: [&str; 3] = ["--trust", "--client-secret", "--global"];
    match (VALUES.contains(&option), FLAGS.contains(&option)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// How the server is reached: an address, or a command and its arguments.
fn target(transport: Option<&str>, words: &[&str]) -> Option<Entry> {
    let (first, rest) = words.split_first()?;
    let mut entry = Entry::new();
    let is_url = first.starts_with("https://") || first.starts_with("http://");
    if transport.is_none_or(|it| it == "stdio") && !is_url {
        put(&mut entry, "command", *first);
        entry.insert("args".to_owned(), rest.into());
    } else {
        if let Some(transport) = transport.filter(|it| *it != "stdio") {
            put(&mut entry, "type", transport);
        }
        put(&mut entry, "url", *first);
    }
    Some(entry)
}

/// Adds a field, unless it is empty.
fn put(entry: &mut Entry, field: &str, value: impl Into<Value>) {
    let value = value.into();
    if value.as_object().is_none_or(|members| !members.is_empty()) {
        entry.insert(field.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> (Option<String>, Value) {
        let lines = read(text).unwrap_or_else(|| panic!("{text} is no line")).unwrap();
        let [line] = <[Line; 1]>::try_from(lines).ok().unwrap();
        (line.name, Value::Object(line.entry))
    }

    #[test]
    fn lines_of_every_program_are_understood() {
        let stdio = json!({"command": "npx", "args": ["-y", "foo"]});
        for (text, name, entry) in [
            ("claude mcp add w -- npx -y foo", "w", stdio.clone()),
            ("$ claude mcp add w npx -y foo\n", "w", stdio.clone()),
            (
                "# for Claude Code\nclaude mcp add \\\n  -s user w \\\n  -- npx -y foo",
                "w",
                stdio.clone(),
            ),
            ("codex mcp add w -- npx -y foo", "w", stdio.clone()),
            (
                "claude mcp add w docker run -i -e TOKEN --timeout 5 img -s user -e A=1",
                "w",
                json!({"command": "docker", "args": ["run", "-i", "-e", "TOKEN", "--timeout", "5", "img"],
                       "env": {"A": "1"}}),
            ),
            (
                "claude mcp add --transport stdio --env A=1 -e B=$B C=3 w -- npx -y foo",
                "w",
                json!({"command": "npx", "args": ["-y", "foo"],
                       "env": {"A": "1", "B": "${env:B}", "C": "3"}}),
            ),
            (
                "claude mcp add w -e 'A=x y' -- npx -y foo -e D=1",
                "w",
                json!({"command": "npx", "args": ["-y", "foo", "-e", "D=1"], "env": {"A": "x y"}}),
            ),
            (
                "claude mcp add -t http w https://w.example/mcp -H \"Authorization: Bearer ${T}\"",
                "w",
                json!({"type": "http", "url": "https://w.example/mcp",
                       "headers": {"Authorization": "Bearer ${env:T}"}}),
            ),
            (
                "claude mcp add --transport=sse w https://w.example/sse",
                "w",
                json!({"type": "sse", "url": "https://w.example/sse"}),
            ),
            (
                "claude mcp add w https://w.example/mcp",
                "w",
                json!({"url": "https://w.example/mcp"}),
            ),
            (
                "gemini mcp add --timeout 5000 --trust --include-tools a,b w python s.py --fast",
                "w",
                json!({"command": "python", "args": ["s.py", "--fast"], "timeout": 5000,
                       "includeTools": ["a", "b"]}),
            ),
            (
                "codex mcp add w --url https://w.example/mcp --bearer-token-env-var T",
                "w",
                json!({"url": "https://w.example/mcp", "headers": {"Authorization": "Bearer ${env:T}"}}),
            ),
            (
                "claude mcp add-json -s user w '{\"type\":\"http\",\"url\":\"https://${H}/\"}'",
                "w",
                json!({"type": "http", "url": "https://${env:H}/"}),
            ),
            (
                r#"code --add-mcp "{\"name\":\"w\",\"command\":\"npx\",\"args\":[\"-y\",\"foo\"]}""#,
                "w",
                stdio.clone(),
            ),
            ("npx -y foo", "", stdio.clone()),
            (
                "vscode:mcp/install?%7B%22name%22%3A%22w%22%2C%22command%22%3A%22npx%22%2C%22args%22%3A%5B%22-y%22%2C%22foo%22%5D%7D",
                "w",
                stdio.clone(),
            ),
            (
                "A=1 npx -y foo",
                "",
                json!({"command": "npx", "args": ["-y", "foo"], "env": {"A": "1"}}),
            ),
            (
                "env A=1 npx -y foo",
                "",
                json!({"command": "npx", "args": ["-y", "foo"], "env": {"A": "1"}}),
            ),
            ("https://w.example/mcp", "", json!({"url": "https://w.example/mcp"})),
        ] {
            let (found, read) = only(text);
            assert_eq!((found.unwrap_or_default().as_str(), read), (name, entry), "{text}");
        }
        let lines = read("claude mcp add a -- x\nclaude mcp add b -- y").unwrap().unwrap();
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_named_without_a_value() {
        for (text, message) in [
            ("claude mcp add", "the command line names no server"),
            ("claude mcp add w", "the command line has neither a command nor a URL for the server"),
            ("claude mcp add w -- 'npx s3cret", "the command line has a quote that is not closed"),
            ("claude mcp add --odd=s3cret w -- npx", "unknown option `--odd` in the command line"),
            ("claude mcp add w -e", "the option `-e` has no value"),
            ("claude mcp add w -e s3cret -- npx", "the value of `-e` is not NAME=VALUE"),
            ("claude mcp add w -H s3cret -- npx", "the value of `-H` is not `NAME: VALUE`"),
            (
                "claude mcp add-json w",
                "the command line has neither a command nor a URL for the server",
            ),
            (
                "https://cursor.com/install-mcp?name=s3cret",
                "the link has no server that can be read",
            ),
            ("claude mcp add-json '{}'", "the command line names no server"),
            ("claude mcp add-json w '{s3cret'", "the JSON in the command line is not valid"),
        ] {
            let error = read(text).unwrap().map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
        }
        for text in ["", "{}", "\"a\": 1", "hello world", "npx", "# only a remark", "mcp add"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}

//! What a command line says of one server: the same flags for hosts and for environments.

use std::ffi::OsString;

use clap::Args;

/// What is said of a server. What is not named stays as it is
#[derive(Args, Debug)]
#[command(next_help_heading = "The server")]
pub struct ServerArgs {
    /// Start it with this program
    #[arg(long, value_name = "COMMAND", group = "transport")]
    pub command: Option<String>,

    /// Arguments of the program, in the place of those that it has (can be repeated)
    ///
    /// Each text is split as a shell does: `--args '-y my-mcp "a b"'` is three arguments.
    /// What stands after `--` is added as it is.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub args: Vec<String>,

    /// Set a variable of the program (can be repeated)
    ///
    /// The value may hold references, such as `TOKEN=${env:TOKEN}`. A name alone, such as
    /// `TOKEN`, is short for that one: the value comes from the environment.
    #[arg(long = "env-var", value_name = "NAME[=VALUE]")]
    pub env_vars: Vec<String>,

    /// A file of further variables
    #[arg(long, value_name = "PATH")]
    pub env_file: Option<String>,

    /// Start the program in this folder
    #[arg(long, value_name = "DIR")]
    pub cwd: Option<String>,

    /// Reach it at this URL; the host finds out whether it speaks streamable HTTP or SSE
    #[arg(long, value_name = "URL", group = "transport")]
    pub url: Option<String>,

    /// Reach it at this URL over streamable HTTP
    #[arg(long, value_name = "URL", group = "transport")]
    pub http_url: Option<String>,

    /// Reach it at this URL over HTTP with server-sent events
    #[arg(long, value_name = "URL", group = "transport")]
    pub sse: Option<String>,

    /// Set a header of every request: NAME=VALUE or 'NAME: VALUE' (can be repeated)
    #[arg(long = "header", value_name = "NAME=VALUE")]
    pub headers: Vec<String>,

    /// How long to wait for any answer: `500ms`, `30s`, `2m`; a bare number is milliseconds
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,

    /// How long to wait for it to start: `500ms`, `30s`, `2m`; a bare number is seconds
    #[arg(long, value_name = "TIME")]
    pub startup_timeout: Option<String>,

    /// How long to wait for a tool: `500ms`, `30s`, `2m`; a bare number is seconds
    #[arg(long, value_name = "TIME")]
    pub tool_timeout: Option<String>,

    /// Offer only these tools; '' for none (can be repeated, or separated by commas)
    #[arg(long, value_name = "TOOL", value_delimiter = ',', num_args = 1..)]
    pub include_tools: Option<Vec<String>>,

    /// Leave these tools out; '' for none (can be repeated, or separated by commas)
    #[arg(long, value_name = "TOOL", value_delimiter = ',', num_args = 1..)]
    pub exclude_tools: Option<Vec<String>>,

    /// Run these tools without asking; '' for none (can be repeated, or separated by commas)
    #[arg(long, value_name = "TOOL", value_delimiter = ',', num_args = 1..)]
    pub auto_approve_tools: Option<Vec<String>>,

    /// Run all of its tools without asking, on hosts that know such trust
    #[arg(long)]
    pub trust: bool,

    /// Have the host start it
    #[arg(long, conflicts_with = "disabled")]
    pub enabled: bool,

    /// Keep the host from starting it
    #[arg(long)]
    pub disabled: bool,

    /// A note on what it is for
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,

    /// Arguments of the program, as they are, after those of --args
    #[arg(last = true, value_name = "ARGS", help_heading = None)]
    pub rest: Vec<String>,
}

/// Takes what follows `--args` for its values, up to the next option, as the older tool did:
/// `--args server.py '-v --fast'` becomes `--args=server.py --args=-v --fast`. The first word is
/// a value whatever it begins with, and so is every later one with a blank in it.
pub fn join_args(line: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut joined = Vec::new();
    let mut line = line.into_iter().peekable();
    while let Some(word) = line.next() {
        if word == "--" {
            joined.push(word);
            joined.extend(line);
            break;
        }
        let is_args = word == "--args";
        joined.push(word);
        if !is_args || line.peek().is_none_or(|next| next == "--") {
            continue;
        }
        joined.pop();
        let mut is_first = true;
        while let Some(value) = line.next_if(|next| is_first || is_value(next)) {
            is_first = false;
            let mut word = OsString::from("--args=");
            word.push(value);
            joined.push(word);
        }
    }
    joined
}

fn is_value(word: &OsString) -> bool {
    let bytes = word.as_encoded_bytes();
    !bytes.starts_with(b"-") || bytes.contains(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_args_are_its_values() {
        for (line, joined) in [
            (
                &["x", "--args", "-y", "a b", "--host", "h"][..],
                &["x", "--args=-y", "--args=a b", "--host", "h"][..],
            ),
            (&["--args", "-y pkg", "-x y", "-v"], &["--args=-y pkg", "--args=-x y", "-v"]),
            (&["--args", "--", "--args", "z"], &["--args", "--", "--args", "z"]),
            (&["--args", "a", "--", "--args", "z"], &["--args=a", "--", "--args", "z"]),
            (&["--args=a", "b", "--args"], &["--args=a", "b", "--args"]),
            (&["--args", ""], &["--args="]),
        ] {
            assert_eq!(join_args(line.iter().map(OsString::from)), joined, "{line:?}");
        }
    }
}

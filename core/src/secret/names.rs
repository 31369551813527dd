//! Names that say what a value is: `API_KEY`, `--access-token`, `clientSecret`.
//!
//! A name is read word by word, whatever its spelling, so that `MONKEY` holds no `key` and
//! `MAX_TOKENS` is a number.

/// A word with which a name means a secret, wherever it stands.
/// source: keywords of gitleaks' `generic-api-key` and of detect-secrets' `KeywordDetector`,
/// and the variables that MCP servers' READMEs name.
const SECRET: &[&str] = &[
    "apikey",
    "authorization",
    "bearer",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "creds",
    "dsn",
    "jwt",
    "mnemonic",
    "otp",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "pat",
    "pwd",
    "secret",
    "secrets",
    "session",
    "sid",
    "sig",
    "signature",
    "token",
    "tokens",
    "totp",
    "webhook",
];

/// Endings of words that are written in one: `PGPASSWORD`, `accesskey`, `SSHPASS`.
const ENDINGS: &[&str] = &[
    "apikey",
    "accesskey",
    "authkey",
    "masterkey",
    "privatekey",
    "secretkey",
    "signingkey",
    "passphrase",
    "password",
    "passwd",
    "pwd",
    "sshpass",
    "secret",
    "token",
];

/// Words that mean a secret at a name's end only: `BASIC_AUTH`, but not `AUTH_MODE`.
const SECRET_LAST: &[&str] = &["auth", "key", "keys", "pem"];

/// Last words of names that say something about a secret, and not which: `TOKEN_URL`.
const ABOUT: &[&str] = &[
    "address",
    "algorithm",
    "audience",
    "bucket",
    "count",
    "dir",
    "directory",
    "domain",
    "email",
    "enabled",
    "endpoint",
    "expiry",
    "file",
    "filename",
    "folder",
    "format",
    "host",
    "hostname",
    "interval",
    "issuer",
    "length",
    "lifetime",
    "limit",
    "location",
    "max",
    "method",
    "min",
    "mode",
    "name",
    "path",
    "port",
    "prefix",
    "provider",
    "region",
    "required",
    "retries",
    "scheme",
    "scope",
    "scopes",
    "seconds",
    "size",
    "sock",
    "socket",
    "store",
    "strategy",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "user",
    "username",
    "version",
];

/// Words before `key` or `token` with which no secret is meant: `JIRA_PROJECT_KEY`,
/// `MAX_TOKENS`.
const HARMLESS_WITH: &[&str] = &[
    "budget",
    "cache",
    "completion",
    "context",
    "foreign",
    "idempotency",
    "issue",
    "max",
    "min",
    "num",
    "object",
    "output",
    "partition",
    "primary",
    "project",
    "public",
    "publishable",
    "sort",
    "space",
    "total",
];

/// First words of a switch: `--no-auth`, `ENABLE_SESSION`.
const SWITCHES: &[&str] =
    &["allow", "disable", "enable", "has", "is", "no", "require", "skip", "use", "without"];

/// Last words of names whose values are digests, which look as tokens do: `--rev`, `SHA256`.
const DIGESTS: &[&str] = &[
    "checksum",
    "commit",
    "digest",
    "hash",
    "integrity",
    "md5",
    "ref",
    "rev",
    "revision",
    "sha",
    "sha1",
    "sha256",
    "sha512",
];

/// Headers that carry no secret, in lower case.
const HARMLESS_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-type",
    "host",
    "http-referer",
    "mcp-protocol-version",
    "origin",
    "referer",
    "user-agent",
    "x-title",
];

/// Further last words of headers that carry no secret: `X-MCP-Toolsets`, `X-Read-Only`.
const ABOUT_HEADERS: &[&str] =
    &["features", "language", "locale", "only", "readonly", "title", "tools", "toolsets"];

/// The words of a name in lower case: `--accessToken` is `access`, `token`; `X_API_KEY2` is
/// `x`, `api`, `key2`.
pub(super) fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1);
        // `accessToken`, and `APIKey`: a capital that a small letter follows begins a word.
        let begins = c.is_uppercase()
            && (before.is_some_and(|it| it.is_lowercase() || it.is_ascii_digit())
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(|it| it.is_lowercase())));
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a variable, header, option, parameter or key of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let mut words = words(name);
    // `API_KEY_2` is an `API_KEY`.
    words.iter_mut().for_each(|word| word.truncate(trimmed(word).len()));
    words.retain(|word| !word.is_empty());
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let has = |word: &str| words.iter().any(|it| it == word);
    let is_one = |list: &[&str], word: &str| list.contains(&word);
    // The one address that is a secret itself.
    if has("webhook") && is_one(&["webhook", "uri", "url"], last) {
        return true;
    }
    if is_one(SWITCHES, first) || is_one(ABOUT, last) || is_one(DIGESTS, last) {
        return false;
    }
    // An access key's id is half of what signs in; a session's id is all of it.
    if last == "id" {
        return has("session") || (has("access") && has("key"));
    }
    // `AUTH_HEADER` is how bridges are given a header's value.
    if last == "header" {
        return has("auth") || has("authorization");
    }
    let counted = is_one(&["key", "keys", "token", "tokens"], last);
    if counted && words.iter().any(|word| is_one(HARMLESS_WITH, word)) {
        return false;
    }
    is_one(SECRET_LAST, last)
        || words
            .iter()
            .any(|word| is_one(SECRET, word) || ENDINGS.iter().any(|ending| word.ends_with(ending)))
}

/// A word without the number at its end.
fn trimmed(word: &str) -> &str {
    word.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// The name under which a member of an object is looked at: what `credentials` holds is a
/// secret whatever its own name is.
pub fn member_name<'a>(container: &'a str, name: &'a str) -> &'a str {
    const CONTAINERS: [&str; 5] = ["credentials", "creds", "passwords", "secrets", "tokens"];
    let last = words(container).pop().unwrap_or_default();
    let holds_secrets = CONTAINERS.contains(&last.as_str()) && is_secret_name(container);
    if holds_secrets && !is_secret_name(name) { container } else { name }
}

/// Whether values of this name are digests: of a commit, of a file.
pub(super) fn is_digest_name(name: &str) -> bool {
    words(name).last().is_some_and(|last| DIGESTS.contains(&last.as_str()))
}

/// Whether a name may stand before the path of a file that holds the secret: `SSH_KEY`.
pub(super) fn may_be_a_path(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map(|last| trimmed(last)).unwrap_or_default();
    ["key", "keys", "pem", "credential", "credentials", "creds", "cookies", "auth"].contains(&last)
}

/// Whether a header of this name holds no secret, whatever its value is. Of other headers any
/// value may be one.
pub(super) fn is_harmless_header(name: &str) -> bool {
    let last = words(name).pop().unwrap_or_default();
    let last = last.as_str();
    HARMLESS_HEADERS.contains(&name.to_lowercase().as_str())
        || (!is_secret_name(name) && (ABOUT.contains(&last) || ABOUT_HEADERS.contains(&last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_into_its_words() {
        for (name, expected) in [
            ("--accessToken", &["access", "token"][..]),
            ("X_API_KEY2", &["x", "api", "key2"]),
            ("OpenAPIKey", &["open", "api", "key"]),
            ("servers.a.password", &["servers", "a", "password"]),
            ("", &[]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            "OPENWEATHER_API_KEY",
            "Authorization",
            "--access-token",
            "clientSecret",
            "PGPASSWORD",
            "apikey",
            "x-api-key",
            "API_KEY_2",
            "KEY",
            "--key",
            "SLACK_WEBHOOK_URL",
            "SENTRY_DSN",
            "SESSION_ID",
            "AWS_ACCESS_KEY_ID",
            "AUTH_HEADER",
            "BASIC_AUTH",
            "API_TOKENS",
            "SSHPASS",
            "AccountKey",
            "SharedAccessKey",
            "Password",
            "pat",
            "GITHUB_PAT",
            "sig",
            "Cookie",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn what_holds_secrets_names_its_members() {
        for (container, name, expected) in [
            ("credentials", "user", "credentials"),
            ("credentials", "password", "password"),
            ("maxTokens", "user", "user"),
            ("env", "user", "user"),
        ] {
            assert_eq!(member_name(container, name), expected, "{container}.{name}");
        }
    }

    #[test]
    fn names_about_secrets_are_not_names_of_them() {
        for name in [
            "LOG",
            "PATH",
            "MONKEY",
            "KEYBOARD",
            "AUTHOR",
            "MAX_TOKENS",
            "maxOutputTokens",
            "TOKEN_LIMIT",
            "AUTH_MODE",
            "OAUTH_TOKEN_URL",
            "JIRA_PROJECT_KEY",
            "PUBLIC_KEY",
            "SSH_AUTH_SOCK",
            "SESSION_TIMEOUT",
            "CLIENT_ID",
            "KEY_ID",
            "SECRET_NAME",
            "--no-auth",
            "TOKENIZERS_PARALLELISM",
            "COMPASS",
            "PASSENGERS",
            "--rev",
            "TOKEN_SHA256",
            "2",
            "-",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}

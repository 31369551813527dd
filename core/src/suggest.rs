//! "Did you mean": which known names are like one that is not known.
//!
//! Names that people choose are compared by their look ([`nearest`]); keys of a server's entry
//! also by what other programs call the same thing ([`nearest_key`]).

/// Up to three known names that are like `name`, the most alike first.
pub fn nearest(name: &str, known: &[String]) -> Vec<String> {
    let likeness =
        |candidate: &String| strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase());
    let mut scored: Vec<_> =
        known.iter().map(|candidate| (likeness(candidate), candidate)).collect();
    scored.retain(|(score, _)| *score >= 0.75);
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    scored.into_iter().take(3).map(|(_, candidate)| candidate.clone()).collect()
}

/// What other programs, or people, call the keys of a server.
const OTHER_WORDS: [(&str, &[&str]); 11] = [
    ("command", &["cmd", "executable", "exec", "program", "bin"]),
    ("args", &["argv", "arguments", "params", "parameters"]),
    ("env", &["environment", "environmentvariables", "envvars", "variables"]),
    ("envFile", &["dotenv", "environmentfile"]),
    ("cwd", &["workingdirectory", "workingdir", "workdir", "directory", "dir"]),
    ("url", &["uri", "endpoint", "address", "baseurl", "serverurl", "httpurl", "sseurl", "link"]),
    ("headers", &["httpheaders", "requestheaders", "requestinit"]),
    ("enabled", &["active", "isactive", "isenabled", "autostart"]),
    ("includeTools", &["allowedtools", "enabledtools", "tools"]),
    ("excludeTools", &["disabledtools", "deniedtools"]),
    ("autoApprove", &["alwaysallow", "autoallow", "trustedtools"]),
];

/// The key of `known` that was most likely meant by `typed`; `None` if that is one of them, or
/// is like none.
pub fn nearest_key<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    if known.contains(&typed) {
        return None;
    }
    let plain =
        |key: &str| key.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let word = plain(typed);
    let same = known.iter().find(|key| plain(key) == word);
    let meant = OTHER_WORDS.iter().find(|(_, others)| others.contains(&word.as_str()));
    let other = meant.and_then(|(meant, _)| known.iter().find(|key| *key == meant));
    let slip = || {
        // One slip in a short word, two in a long one.
        let allowed = if word.len() < 7 { 1 } else { 2 };
        let distance = |key: &&&str| strsim::osa_distance(&word, &plain(key));
        let nearest = known.iter().min_by_key(distance)?;
        (word.len() > 2 && distance(&nearest) <= allowed).then_some(nearest)
    };
    same.or(other).or_else(slip).copied()
}

/// The first of `keys` that is not in `known` and nearly is, in words.
pub fn near_miss<'a>(keys: impl IntoIterator<Item = &'a str>, known: &[&str]) -> Option<String> {
    keys.into_iter().find_map(|typed| {
        let meant = nearest_key(typed, known)?;
        match typed.trim() == typed {
            true => Some(format!("did you mean `{meant}` by `{typed}`?")),
            false => Some(format!("the key `{typed}` begins or ends with a space")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_slips_and_other_words() {
        const KEYS: [&str; 8] =
            ["command", "args", "env", "url", "httpUrl", "headers", "cwd", "autoApprove"];
        for (typed, meant) in [
            ("comand", "command"),
            ("Command", "command"),
            ("cmd", "command"),
            ("arg", "args"),
            ("arguments", "args"),
            ("evn", "env"),
            ("environment", "env"),
            ("env_vars", "env"),
            ("uri", "url"),
            ("serverUrl", "url"),
            ("httpUrl ", "httpUrl"),
            ("http_url", "httpUrl"),
            ("header", "headers"),
            ("working_directory", "cwd"),
            ("alwaysAllow", "autoApprove"),
        ] {
            assert_eq!(nearest_key(typed, &KEYS), Some(meant), "{typed}");
        }
        for typed in ["command", "httpUrl", "icon", "name", "gallery", "trust", "", "id"] {
            assert_eq!(nearest_key(typed, &KEYS), None, "{typed}");
        }
        assert_eq!(
            near_miss(["x", "serverUrl"], &["url"]).unwrap(),
            "did you mean `url` by `serverUrl`?"
        );
        let padded = near_miss(["httpUrl "], &["httpUrl"]).unwrap();
        assert_eq!(padded, "the key `httpUrl ` begins or ends with a space");
    }

    #[test]
    fn typing_mistakes_find_their_name() {
        let known = ["cursor", "claude-desktop", "gemini", "lmstudio"].map(str::to_owned);
        for (typed, meant) in
            [("curser", "cursor"), ("claude", "claude-desktop"), ("lm-studio", "lmstudio")]
        {
            assert_eq!(nearest(typed, &known).first().map(String::as_str), Some(meant), "{typed}");
        }
        assert!(nearest("zzz", &known).is_empty());
    }
}

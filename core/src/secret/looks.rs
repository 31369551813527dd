//! How secrets look: the prefixes by which services mark theirs, and text that only a random
//! generator writes.

use std::collections::BTreeMap;
use std::ops::Range;

/// The mark of a service's tokens.
struct Prefix {
    /// How its tokens begin.
    start: &'static str,
    /// How many characters follow at least. Services write more; fewer are taken for one, too,
    /// so that half a token is masked.
    rest: usize,
    /// What such a token is called.
    name: &'static str,
}

const fn prefix(start: &'static str, rest: usize, name: &'static str) -> Prefix {
    Prefix { start, rest, name }
}

/// Longer ones come before shorter ones that they begin with.
/// source: the patterns of gitleaks' default configuration (`config/gitleaks.toml`), but for
/// those with a note of their own.
const PREFIXES: &[Prefix] = &[
    prefix("sk-ant-", 8, "anthropic-api-key"),
    // source: openrouter.ai/docs/api-reference/authentication
    prefix("sk-or-", 8, "openrouter-api-key"),
    prefix("sk-proj-", 8, "openai-api-key"),
    prefix("sk-svcacct-", 8, "openai-api-key"),
    prefix("sk-admin-", 8, "openai-api-key"),
    prefix("sk_live_", 8, "stripe-secret-key"),
    prefix("sk_test_", 8, "stripe-secret-key"),
    prefix("rk_live_", 8, "stripe-restricted-key"),
    prefix("rk_test_", 8, "stripe-restricted-key"),
    prefix("github_pat_", 8, "github-token"),
    prefix("ghp_", 8, "github-token"),
    prefix("gho_", 8, "github-token"),
    prefix("ghs_", 8, "github-token"),
    prefix("ghu_", 8, "github-token"),
    prefix("ghr_", 8, "github-token"),
    prefix("glpat-", 8, "gitlab-token"),
    prefix("gldt-", 16, "gitlab-token"),
    prefix("glrt-", 16, "gitlab-token"),
    prefix("glptt-", 16, "gitlab-token"),
    prefix("gloas-", 16, "gitlab-secret"),
    prefix("GR1348941", 16, "gitlab-token"),
    // source: supabase.com/docs, "Personal access tokens" and "Understanding API keys"
    prefix("sbp_", 8, "supabase-access-token"),
    prefix("sb_secret_", 8, "supabase-secret-key"),
    prefix("ntn_", 8, "notion-token"),
    // source: developers.notion.com, "Authentication": tokens from before September 2024
    prefix("secret_", 30, "notion-token"),
    prefix("xoxb-", 8, "slack-token"),
    prefix("xoxp-", 8, "slack-token"),
    prefix("xoxa-", 8, "slack-token"),
    prefix("xoxr-", 8, "slack-token"),
    prefix("xoxs-", 8, "slack-token"),
    prefix("xoxe-", 8, "slack-token"),
    prefix("xoxe.", 8, "slack-token"),
    prefix("xoxc-", 8, "slack-token"),
    prefix("xoxd-", 8, "slack-cookie"),
    prefix("xapp-", 8, "slack-app-token"),
    prefix("AKIA", 16, "aws-access-key-id"),
    prefix("ASIA", 16, "aws-access-key-id"),
    prefix("ABSK", 30, "aws-bearer-token"),
    prefix("AIza", 20, "google-api-key"),
    // source: developers.google.com/identity/protocols/oauth2: access, refresh and client secrets
    prefix("ya29.", 16, "google-access-token"),
    prefix("GOCSPX-", 16, "google-client-secret"),
    prefix("hf_", 16, "hf-token"),
    prefix("api_org_", 16, "hf-token"),
    prefix("lin_api_", 8, "linear-api-key"),
    // source: developers.linear.app, "OAuth 2.0 authentication"
    prefix("lin_oauth_", 8, "linear-token"),
    prefix("pplx-", 16, "perplexity-api-key"),
    // source: docs.x.ai, "Managing API keys"
    prefix("xai-", 16, "xai-api-key"),
    // source: console.groq.com/docs
    prefix("gsk_", 16, "groq-api-key"),
    // source: docs.tavily.com, docs.firecrawl.dev and docs.e2b.dev: their examples of keys
    prefix("tvly-", 12, "tavily-api-key"),
    prefix("fc-", 24, "firecrawl-api-key"),
    prefix("e2b_", 16, "e2b-api-key"),
    // source: docs.apify.com, "API integration"
    prefix("apify_api_", 8, "apify-token"),
    // source: resend.com/docs and replicate.com/docs: their examples of keys
    prefix("re_", 24, "resend-api-key"),
    prefix("r8_", 24, "replicate-api-token"),
    prefix("npm_", 16, "npm-token"),
    prefix("pypi-", 24, "pypi-token"),
    prefix("rubygems_", 24, "rubygems-api-key"),
    // source: docs.docker.com, "Access tokens"
    prefix("dckr_pat_", 8, "docker-token"),
    prefix("dop_v1_", 16, "digitalocean-token"),
    prefix("doo_v1_", 16, "digitalocean-token"),
    prefix("dor_v1_", 16, "digitalocean-token"),
    prefix("dp.pt.", 16, "doppler-token"),
    prefix("dt0c01.", 16, "dynatrace-token"),
    prefix("dapi", 32, "databricks-token"),
    prefix("PMAK-", 16, "postman-api-key"),
    prefix("pscale_", 16, "planetscale-token"),
    prefix("pul-", 32, "pulumi-access-token"),
    prefix("glsa_", 16, "grafana-token"),
    prefix("glc_", 16, "grafana-token"),
    prefix("sntrys_", 16, "sentry-token"),
    prefix("sntryu_", 16, "sentry-token"),
    prefix("shpat_", 16, "shopify-access-token"),
    prefix("shpca_", 16, "shopify-access-token"),
    prefix("shppa_", 16, "shopify-access-token"),
    prefix("shpss_", 16, "shopify-secret"),
    prefix("ATATT3", 16, "atlassian-api-token"),
    prefix("SG.", 32, "sendgrid-api-key"),
    prefix("hvs.", 20, "vault-token"),
    prefix("hvb.", 20, "vault-token"),
    prefix("ops_eyJ", 20, "op-service-account-token"),
    prefix("AGE-SECRET-KEY-1", 16, "age-secret-key"),
    prefix("fo1_", 24, "fly-api-token"),
    prefix("fm1r_", 24, "fly-api-token"),
    prefix("fm2_", 24, "fly-api-token"),
    prefix("sgp_", 24, "sourcegraph-token"),
    prefix("EAAA", 32, "square-access-token"),
    prefix("LTAI", 16, "alibaba-access-key-id"),
    // source: figma.com/developers, "Access tokens"
    prefix("figd_", 16, "figma-token"),
    // source: developers.cloudflare.com and mailgun, Brave and Airtable: their examples
    prefix("BSA", 24, "brave-api-key"),
    prefix("pat_", 20, "token"),
    // What follows is no one service's mark: `eyJ` is `{"` in base64, as in a JWT.
    prefix("eyJ", 16, "jwt"),
    prefix("sk-", 9, "api-key"),
    prefix("sk_", 9, "api-key"),
    prefix("pk_", 16, "api-key"),
    prefix("rk_", 16, "api-key"),
];

/// A run of characters of which a token is made.
const SHORTEST: usize = 20;

/// Whether a text looks like a credential whatever its name is.
pub fn looks_like_token(text: &str) -> bool {
    !tokens(text).is_empty()
}

/// What looks like a token in a word without spaces, and what it is called where its prefix
/// says so.
pub(super) fn tokens(word: &str) -> Vec<(Range<usize>, &'static str)> {
    if is_base64(word) {
        return vec![(0..word.len(), known(word).map_or("", |it| it.name))];
    }
    let mut found: Vec<(Range<usize>, &'static str)> = Vec::new();
    for run in runs(word, |c| c.is_ascii_alphanumeric() || "_-.+/=~%".contains(c)) {
        let mut at = run.start;
        while at < run.end {
            match known(&word[at..run.end]) {
                Some(prefix) => {
                    found.push((at..run.end, prefix.name));
                    break;
                }
                // A prefix begins a word of its own.
                None => {
                    let rest = &word[at..run.end];
                    let next = rest.find(|c: char| !c.is_ascii_alphanumeric());
                    at += next.map_or(rest.len(), |next| next + 1);
                }
            }
        }
    }
    if !found.is_empty() || is_path(word) {
        return found;
    }
    for run in runs(word, |c| c.is_ascii_alphanumeric() || "_-".contains(c)) {
        if !is_digest(word, &run) && is_random(&without_names(&word[run.clone()])) {
            let end =
                run.end + word[run.end..].len() - word[run.end..].trim_start_matches('=').len();
            found.push((run.start..end, ""));
        }
    }
    found
}

/// Whether a text begins as a service's tokens do.
pub(super) fn begins_as_token(text: &str) -> bool {
    known(text).is_some()
}

/// The prefix with which a text begins, if enough of a token follows it.
fn known(text: &str) -> Option<&'static Prefix> {
    let is_rest = |rest: &str, prefix: &Prefix| {
        // Enough to tell by, however long it is.
        let rest = rest.get(..64).unwrap_or(rest);
        let long = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-.%".contains(*c));
        // Words are not tokens: `sk-learn-tutorials`.
        let varied = prefix.rest < 9
            || rest.bytes().any(|b| b.is_ascii_digit())
            || (rest.bytes().any(|b| b.is_ascii_uppercase())
                && rest.bytes().any(|b| b.is_ascii_lowercase()));
        long.count() >= prefix.rest && varied
    };
    PREFIXES
        .iter()
        .find(|prefix| text.strip_prefix(prefix.start).is_some_and(|rest| is_rest(rest, prefix)))
}

/// The longest runs of such characters.
fn runs(text: &str, is_part: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| is_part(*c)) {
        match runs.last_mut() {
            Some(last) if last.end == at => last.end = at + c.len_utf8(),
            _ => runs.push(at..at + c.len_utf8()),
        }
    }
    runs
}

/// A file's place: what looks random there is a folder of some cache or store.
pub(super) fn is_path(word: &str) -> bool {
    let drive = word.as_bytes();
    let has_drive = drive.len() > 2
        && drive[0].is_ascii_alphabetic()
        && drive[1] == b':'
        && matches!(drive[2], b'\\' | b'/');
    has_drive || ["/", "./", "../", "~/", "\\\\"].iter().any(|start| word.starts_with(start))
}

/// The standard alphabet of base64, with marks that no word has.
fn is_base64(word: &str) -> bool {
    let body = word.trim_end_matches('=');
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    body.len() >= SHORTEST
        && word.len() - body.len() <= 2
        && body.bytes().all(is_part)
        && body.contains(['+', '/'])
        && rate(body) >= 0.4
        && entropy(body) >= 4.0
}

/// A commit after `@` or `#`, an image's or a package's digest: `git+https://x@SHA`.
fn is_digest(word: &str, run: &Range<usize>) -> bool {
    let (before, text) = (&word[..run.start], &word[run.clone()]);
    let of_a_kind = ["sha1", "sha256", "sha384", "sha512", "md5"].iter().any(|kind| {
        before.strip_suffix(':').is_some_and(|it| it.ends_with(kind))
            || text.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-'))
    });
    of_a_kind || (before.ends_with(['@', '#']) && is_hash(text))
}

/// The hexadecimal digits of a hash of a usual length.
pub(super) fn is_hash(text: &str) -> bool {
    [32, 40, 64, 96, 128].contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a text is a UUID, which names something and rarely is a secret.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Whether a text is a time as file names have it, hatch's backups among them:
/// `20261128T091538Z`.
fn is_time(text: &str) -> bool {
    text.len() == 16
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 => b == b'T',
            15 => b == b'Z',
            _ => b.is_ascii_digit(),
        })
}

/// A run without the UUIDs and times in it.
fn without_names(run: &str) -> String {
    let mut rest = run;
    let mut kept = String::with_capacity(run.len());
    while let Some(first) = rest.chars().next() {
        let uuid = rest.get(..36).filter(|part| is_uuid(part));
        match uuid.or_else(|| rest.get(..16).filter(|part| is_time(part))) {
            Some(name) => {
                kept.push('-');
                rest = &rest[name.len()..];
            }
            None => {
                kept.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    kept
}

/// Whether a generator wrote it: a long part between two dashes changes often between small
/// letters, capitals and digits, and hardly repeats itself.
fn is_random(run: &str) -> bool {
    let is_random = |text: &str, least: f64| {
        let has = |class: fn(&u8) -> bool| text.as_bytes().iter().any(class);
        let both = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        // `FileSystemWatcher` changes between two kinds of letters at each of its words.
        let least = if both { least.max(0.4) } else { least };
        text.len() >= SHORTEST
            && has(u8::is_ascii_alphanumeric)
            && rate(text) >= least
            && entropy(text) >= 2.9
    };
    let joined: String = run.chars().filter(char::is_ascii_alphanumeric).collect();
    run.split(['-', '_']).any(|part| is_random(part, 0.2))
        || (run.split(['-', '_']).any(|part| part.len() >= 12) && is_random(&joined, 0.4))
}

/// How often neighbours are of two kinds: small letters, capitals, digits.
fn rate(text: &str) -> f64 {
    let kind = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let changes = text.as_bytes().windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    ratio(changes, text.len().max(2) - 1)
}

/// Shannon's entropy of the text's characters, in bits for each.
fn entropy(text: &str) -> f64 {
    let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
    text.bytes().for_each(|b| *counts.entry(b).or_default() += 1);
    let share = |count: &usize| ratio(*count, text.len());
    counts.values().map(|count| -share(count) * share(count).log2()).sum()
}

fn ratio(part: usize, whole: usize) -> f64 {
    let float = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    float(part) / float(whole)
}

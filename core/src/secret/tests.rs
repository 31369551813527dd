//! How often the rules err, counted over `corpus.txt`, and that they hold for any text.

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::disclosure;
use crate::template::{Segment, Template};

const CORPUS: &str = include_str!("corpus.txt");

/// What stands in the corpus, and what is shown of it.
struct Line {
    place: String,
    /// The text, with its secrets marked.
    marked: String,
    shown: String,
}

impl Line {
    fn of(line: &str) -> Option<Self> {
        let line = line.replace('¦', "").replace("\\n", "\n");
        let (place, marked) = line.split_once("  ")?;
        let (place, marked) = (place.to_owned(), marked.trim_start().to_owned());
        let text = marked.replace(['«', '»'], "");
        let shown = match place.strip_prefix("header ") {
            Some(name) => mask_at(Place::Header(name), &text),
            None if place == "value" => mask_text(&text),
            None if place == "args" => mask_arguments(&text),
            None => mask_at(Place::Named(&place), &text),
        };
        Some(Line { place, marked, shown })
    }

    fn secrets(&self) -> Vec<&str> {
        self.marked.split('«').skip(1).filter_map(|it| it.split('»').next()).collect()
    }

    /// As it is to be shown.
    fn expected(&self) -> String {
        let mut parts = self.marked.split(['«', '»']);
        let mut text = parts.next().unwrap_or_default().to_owned();
        while let (Some(_), Some(after)) = (parts.next(), parts.next()) {
            text = text + MASK + after;
        }
        text
    }
}

fn mask_arguments(text: &str) -> String {
    let args: Vec<_> = text.split(' ').map(Template::literal).collect();
    let places = disclosure::argument_places(&args).into_iter().zip(&args);
    let masked = places.map(|(place, arg)| disclosure::mask(place, arg).expose());
    masked.collect::<Vec<_>>().join(" ")
}

#[test]
fn misses_and_false_alarms_are_counted_over_a_corpus() {
    let (secret, harmless) = CORPUS.split_once("# === harmless").unwrap();
    let lines = |text: &str| -> Vec<Line> {
        text.lines().filter(|line| !line.starts_with('#')).filter_map(Line::of).collect()
    };
    let (secret, harmless) = (lines(secret), lines(harmless));
    let told = |line: &&Line| format!("{}: {} -> {}", line.place, line.marked, line.shown);
    let missed: Vec<_> = secret
        .iter()
        .filter(|line| line.secrets().is_empty() || line.shown != line.expected())
        .collect();
    let alarms: Vec<_> = harmless.iter().filter(|line| line.shown != line.marked).collect();
    let report = format!(
        "{} misses of {}, {} false alarms of {}\n\nmissed:\n{}\n\nfalse alarms:\n{}",
        missed.len(),
        secret.len(),
        alarms.len(),
        harmless.len(),
        missed.iter().map(told).collect::<Vec<_>>().join("\n"),
        alarms.iter().map(told).collect::<Vec<_>>().join("\n"),
    );
    assert_eq!((missed.len(), secret.len()), (7, 145), "{report}");
    assert_eq!((alarms.len(), harmless.len()), (4, 133), "{report}");
}

/// A stream of bytes that is the same in every run.
fn stream(seed: String) -> impl Iterator<Item = u8> {
    (0_u32..).flat_map(move |at| Sha256::digest(format!("{seed}{at}")).to_vec())
}

#[test]
fn most_random_tokens_are_known_by_their_look_alone() {
    const HEX: &str = "0123456789abcdef";
    const SMALL: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
    const MIXED: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const URL: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    let mut missed = Vec::new();
    for (alphabet, length) in [
        (HEX, 32),
        (HEX, 40),
        (HEX, 64),
        (SMALL, 24),
        (SMALL, 40),
        (MIXED, 20),
        (MIXED, 32),
        (URL, 32),
        (URL, 43),
    ] {
        let alphabet: Vec<char> = alphabet.chars().collect();
        let mut bytes = stream(format!("{}/{length}", alphabet.len()));
        let mut token = || -> String {
            let usable =
                bytes.by_ref().filter(|b| usize::from(*b) < 256 / alphabet.len() * alphabet.len());
            usable.take(length).map(|b| alphabet[usize::from(b) % alphabet.len()]).collect()
        };
        let count = (0..1000).filter(|_| !looks_like_token(&token())).count();
        missed.push(format!("{} of {length}: {count}", alphabet.len()));
    }
    let counted = [
        "16 of 32: 3",
        "16 of 40: 1",
        "16 of 64: 0",
        "36 of 24: 52",
        "36 of 40: 9",
        "62 of 20: 34",
        "62 of 32: 7",
        "64 of 32: 25",
        "64 of 43: 7",
    ];
    assert_eq!(missed, counted, "missed of a thousand, by alphabet and length");
}

/// A text may come from anybody's file.
#[test]
fn a_long_text_of_nothing_but_names_does_not_exhaust_the_stack() {
    for part in [
        "a:",
        "a=",
        ";",
        "a=;",
        "sk-",
        "{\"a\":",
        "%25",
        "&a=",
        "8f14e45f-ceea-467f-a9b7-1d2c3b4a5f60",
        "--token ",
        "x://a:b/@?",
        "\\\"",
        "Bearer ",
    ] {
        let text = part.repeat(30_000 / part.len());
        for place in [Place::Value, Place::Named("x"), Place::HeaderLine] {
            find(place, &text);
        }
        mask_prose(&text);
    }
}

proptest! {
    #[test]
    fn any_text_can_be_searched(text in "[a-zA-Z0-9:=/?&#@;,.'\"{}\\[\\]\\\\ $\\-_\n\u{fffc}é]{0,60}") {
        for place in [Place::Value, Place::Named("api-key"), Place::Named("x"), Place::Header("x"), Place::HeaderLine] {
            let mut end = 0;
            for found in find(place, &text) {
                prop_assert!(found.range.start >= end && found.range.end > found.range.start);
                prop_assert!(text.get(found.range.clone()).is_some());
                end = found.range.end;
            }
        }
        let template = Template::parse(&text);
        let joined = disclosure::parts(Place::Value, &template).into_iter().map(|part| match part {
            disclosure::Part::Shown(segment) => Template::new([segment]),
            disclosure::Part::Secret { text, .. } => text,
            disclosure::Part::Default { name } => Template::new([Segment::Env { name, default: None }]),
        });
        let joined = Template::new(joined.flat_map(|it| it.segments().to_vec()));
        prop_assert_eq!(joined, template);
    }

    #[test]
    fn what_is_masked_once_stays_as_it_is(text in "(--)?[a-z]{0,8}[:=]?(Bearer )?[a-zA-Z0-9/@]{0,30}") {
        let masked = mask_text(&text);
        prop_assert_eq!(mask_text(&masked), masked);
    }
}

#[test]
fn a_sentence_keeps_its_words_and_loses_what_looks_like_a_secret() {
    let token = "ghp_7Rk2mQx9LzT4vB8nC1sD6fG3hJ5kP0wYaE2u";
    for (text, expected) in [
        (format!("no environment named `{token}`"), "no environment named `•••`"),
        ("invalid token: expected a name".to_owned(), "invalid token: expected a name"),
        ("`https://me:pw@x.example/?key=k`".to_owned(), "`https://•••@x.example/?key=•••`"),
    ] {
        assert_eq!(mask_prose(&text), expected);
    }
}

#[test]
fn a_variable_is_named_in_capitals() {
    for (name, expected) in [
        ("--access-token", "ACCESS_TOKEN"),
        ("b-c_clientSecret", "B_C_CLIENT_SECRET"),
        ("2x", "_2X"),
        ("", "_"),
        ("é", "_"),
    ] {
        assert_eq!(variable_name(name), expected);
    }
}

#[test]
fn secrets_print_masked() {
    let secret = Secret::new("hunter2");
    assert_eq!(format!("{secret} {secret:?}"), "••• •••");
}

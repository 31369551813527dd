use super::*;

fn shown(text: &str) -> String {
    document(text.as_bytes(), Format::Json, &Hidden::default())
}

#[test]
fn every_kind_of_value_under_a_secret_s_name_is_masked() {
    for (text, masked) in [
        (r#"{"DB_PASSWORD": 123456, "PORT": 8080}"#, r#"{"DB_PASSWORD": •••, "PORT": 8080}"#),
        (
            r#"{"A_TOKEN": true, "B_KEY": null, "C": false}"#,
            r#"{"A_TOKEN": •••, "B_KEY": null, "C": false}"#,
        ),
        (r#"{"API_KEY": "a\"b", "LOG": "info"}"#, r#"{"API_KEY": "•••", "LOG": "info"}"#),
        (
            r#"{"API_KEYS": ["a", 1, "b"], "x": [1, "a"]}"#,
            r#"{"API_KEYS": ["•••", •••, "•••"], "x": [1, "a"]}"#,
        ),
        (r#"{"apiKeys": [["a"], {"x": "b"}]}"#, r#"{"apiKeys": [["•••"], {"x": "b"}]}"#),
        (
            r#"{"credentials": {"user": "ana", "pin": 1234}}"#,
            r#"{"credentials": {"user": "•••", "pin": •••}}"#,
        ),
        (r#"{"\u0041PI_KEY": "abc"}"#, r#"{"\u0041PI_KEY": "•••"}"#),
        (r#"{"x": "\u0067hp_0123456789abcdef"}"#, r#"{"x": "•••"}"#),
        (r#"{"API_KEY": "a", "API_KEY": "b"}"#, r#"{"API_KEY": "•••", "API_KEY": "•••"}"#),
        (r#"{"auth-server": {"command": "x"}}"#, r#"{"auth-server": {"command": "x"}}"#),
        (
            r#"{"oauth": {"clientId": "i", "clientSecret": "s", "tokenUrl": "https://t/"}}"#,
            r#"{"oauth": {"clientId": "i", "clientSecret": "•••", "tokenUrl": "https://t/"}}"#,
        ),
        (r#""plain""#, r#""plain""#),
        ("", ""),
    ] {
        assert_eq!(shown(text), masked);
    }
}

#[test]
fn arguments_are_masked_by_the_option_before_them() {
    for (text, masked) in [
        (r#"["--token", "abc", "-y"]"#, r#"["--token", "•••", "-y"]"#),
        (r#"["--token", 123, 456]"#, r#"["--token", •••, 456]"#),
        (r#"["-x", "--api-key=abc", "b"]"#, r#"["-x", "--api-key=•••", "b"]"#),
        (r#"[["--token"], ["abc"]]"#, r#"[["--token"], ["abc"]]"#),
        ("[\"--token\",\n// why\n\"abc\"]", "[\"--token\",\n// why\n\"•••\"]"),
        (r#"["--token", "${env:T}", "x"]"#, r#"["--token", "${env:T}", "x"]"#),
    ] {
        assert_eq!(shown(text), masked);
    }
}

#[test]
fn headers_are_masked_but_for_their_references() {
    for (value, masked) in [
        ("Bearer abc", "Bearer •••"),
        ("Bearer ${env:T}", "Bearer ${env:T}"),
        ("${T}", "${T}"),
        ("Token {env:T}", "Token {env:T}"),
        ("${T:-abc}", "${T:-•••}"),
        ("${A}abc${B}", "${A}•••${B}"),
        ("${not a $reference!}", "•••"),
        ("$ecret", "•••"),
    ] {
        let text = format!(r#"{{"headers": {{"Authorization": "{value}", "X-Own": "{value}"}}}}"#);
        let expected =
            format!(r#"{{"headers": {{"Authorization": "{masked}", "X-Own": "{masked}"}}}}"#);
        assert_eq!(shown(&text), expected);
    }
    let text = r#"{"headers": {"Accept": "text/plain"}}"#;
    assert_eq!(shown(text), text);
}

#[test]
fn comments_are_masked_where_they_hold_values() {
    for (text, masked) in [
        (
            "{\n  // a note on tokens, as people write it\n}",
            "{\n  // a note on tokens, as people write it\n}",
        ),
        (
            "{\n  // \"API_KEY\": \"abc\", \"LOG\": \"info\",\n}",
            "{\n  // \"API_KEY\": \"•••\", \"LOG\": \"info\",\n}",
        ),
        ("{ // \"DB_PASSWORD\": 123456\n}", "{ // \"DB_PASSWORD\": •••\n}"),
        (
            "{/* \"args\": [\"--token\",\n \"abc\", \"x\"] */}",
            "{/* \"args\": [\"--token\",\n \"•••\", \"x\"] */}",
        ),
        (
            "{ // \"keys\": [\"a\",\n// \"b\"], \"x\": \"c\"\n}",
            "{ // \"keys\": [\"•••\",\n// \"•••\"], \"x\": \"c\"\n}",
        ),
        ("{ // password: hunter2 really\n // fine\n}", "{ // password: ••• •••\n // fine\n}"),
        ("{ // password = hunter2\n}", "{ // password = •••\n}"),
        ("{ // ghp_0123456789abcdef\n}", "{ // •••\n}"),
        ("{ // Authorization Bearer abc\n}", "{ // Authorization Bearer •••\n}"),
        ("{ // \"API_KEY\": \"${env:K}\"\n}", "{ // \"API_KEY\": \"${env:K}\"\n}"),
    ] {
        assert_eq!(shown(text), masked);
    }
}

#[test]
fn of_what_can_t_be_parsed_only_keys_are_shown() {
    for (text, masked) in [
        ("{\"a\": \"b\", \"c\": 1", "{\"a\": \"•••\", \"c\": •••"),
        ("{\"a\": \"sec\"ret\", \"b\": 2}", "{\"a\": \"•••\"•••\"•••\"•••\"•••"),
        ("{\"a\": \"open\n \"b\": \"c\"}", "{\"a\": \"•••\n \"b\": \"•••\"}"),
        ("API_KEY=abc\npassword = \"x\"\n", "•••\n••• = \"•••\"\n"),
    ] {
        assert_eq!(shown(text), masked);
    }
    assert_eq!(document(b"\xff\"a\": 1", Format::Json, &Hidden::default()), "\u{fffd}\"a\": •••");
    let toml = document(b"key = \"abc\"\n", Format::Toml, &Hidden::default());
    assert_eq!(toml, "••• = \"•••\"\n");
}

#[test]
fn what_came_from_a_variable_is_masked_in_values_and_comments() {
    let mut hidden = Hidden::default();
    hidden.insert("env.X", "hunter2");
    hidden.insert("env.N", "80");
    let text = "{\"X\": \"hunter2\", \"Y\": \"a hunter2\", \"N\": 80, \"M\": \"80\" /* hunter2 */}";
    let masked = "{\"X\": \"•••\", \"Y\": \"a •••\", \"N\": •••, \"M\": \"•••\" /* ••• */}";
    assert_eq!(document(text.as_bytes(), Format::Json, &hidden), masked);
}

#[test]
fn the_number_of_lines_and_the_mark_stay() {
    let text = "\u{feff}{\r\n\t\"API_KEY\": \"a\",\r\n\t// \"b\r\n\t\"c\": 1\r\n}";
    let masked = "\u{feff}{\r\n\t\"API_KEY\": \"•••\",\r\n\t// \"•••\n\t\"c\": 1\r\n}";
    assert_eq!(shown(text), masked);
}

#[test]
fn prose_keeps_its_words() {
    let text = "mcpServers: {\n  \"a\": { \"API_KEY\": \"abc\" }\n}\n(no file)\n";
    assert_eq!(prose(text), text.replace("abc", "•••"));
    assert_eq!(prose("{\"API_KEY\": 1}"), "{\"API_KEY\": •••}");
}

/// Whatever a slip of the hand makes of a document.
#[test]
fn one_slip_shows_no_secret() {
    let text = "{ \"API_KEY\": \"PLANTED\", \"PASSWORD\": 987654321,\n// \"TOKEN\": \"PLANTED\"\n\
                \"args\": [\"--token\", \"PLANTED\", 1], \"headers\": { \"X\": \"PLANTED\" } }";
    // Where the names are whole: without them a value is no secret. A path under a key's name
    // says where the key is.
    let is_whole = |slipped: &str| {
        if slipped.contains("\"/PLANTED") {
            return false;
        }
        ["\"API_KEY\":", "\"PASSWORD\":", "\"TOKEN\":", "\"--token\",", "\"headers\": { \"X\":"]
            .iter()
            .all(|name| slipped.contains(name))
    };
    let mut tried = 0;
    for at in 0..text.len() {
        let inserted = "{}[],:\"\\/*\n0e- =".chars().map(|c| {
            let mut slipped = text.to_owned();
            slipped.insert(at, c);
            slipped
        });
        let removed = format!("{}{}", &text[..at], &text[at + 1..]);
        for slipped in inserted.chain([removed]).filter(|slipped| is_whole(slipped)) {
            let shown = shown(&slipped);
            tried += 1;
            assert_eq!(shown.lines().count(), slipped.lines().count(), "{slipped}");
            for part in ["PLA", "TED", "9876", "4321"] {
                assert!(!shown.contains(part), "{slipped}\n{shown}");
            }
        }
    }
    assert!(tried > 1000, "{tried} slips");
}

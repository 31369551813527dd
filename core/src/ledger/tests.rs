use super::*;
use crate::server::local;

const AT: Timestamp = Timestamp::UNIX_EPOCH;

fn home() -> Location {
    Location::new("/h/.hatch/state.json", "~/.hatch/state.json")
}

fn host() -> HostId {
    HostId::new("cursor").unwrap()
}

fn record(origin: &str, command: &str) -> Record {
    Record {
        origin: Some(Origin::Environment(origin.to_owned())),
        digest: digest(&local("a", command)),
        definition: None,
        at: AT,
        operation: None,
    }
}

fn name(name: &str) -> ServerName {
    ServerName::new(name).unwrap()
}

fn at<'a>(host: &'a HostId, location: &'a Location, project: Option<&'a str>) -> Destination<'a> {
    Destination { host, location, project: project.map(Path::new) }
}

fn read(text: &str) -> Result<Ledger, LedgerError> {
    legacy::parse(text.as_bytes(), &home())
}

#[test]
fn documents_of_one_host_have_records_of_their_own() {
    let host = host();
    let user = Location::new("/h/.cursor/mcp.json", "~/.cursor/mcp.json");
    let project = Location::new("/p/.cursor/mcp.json", "/p/.cursor/mcp.json");
    let (user, project) = (at(&host, &user, None), at(&host, &project, Some("/p")));
    let mut ledger = Ledger::default();
    ledger.set(project, "a", record("dev", "x"));
    assert_eq!(ledger.get(user, &name("a")), None);
    assert!(ledger.is_placed(project, &name("a")) && !ledger.is_placed(user, &name("a")));
    assert_eq!(ledger.project_of(&host, project.location), Some("/p".into()));

    ledger.set(user, "a", record("dev", "x"));
    ledger.remove(project, "a");
    assert_eq!(ledger.records(project).len(), 0);
    assert_eq!(ledger.records(user).len(), 1);
    assert_eq!(ledger.only([project].into_iter()), Ledger::default());
    assert_eq!(ledger.only([user].into_iter()), ledger);

    let then = ledger.clone();
    ledger.set(user, "a", record("prod", "y"));
    ledger.set(project, "b", record("prod", "y"));
    ledger.replace(user, &then);
    ledger.replace(project, &then);
    assert_eq!(ledger, then);
}

#[test]
fn printing_and_reading_are_inverse() {
    let host = host();
    let location = Location::new("/p/.cursor/mcp.json", "/p/.cursor/mcp.json");
    let mut ledger = Ledger::default();
    ledger.set(at(&host, &location, Some("/p")), "a", record("dev", "x"));
    ledger.unplaced.insert(host.clone(), [("b".to_owned(), record("dev", "y"))].into());
    let text = String::from_utf8(ledger.print(&home()).unwrap()).unwrap();
    assert_eq!(read(&text).unwrap(), ledger);
    assert_eq!(ledger.all().count(), 2);

    // Another system's path is kept, and means nothing here.
    let wide = text.replace(
        "\"/p/.cursor/mcp.json\",\n        \"shown\"",
        "{\"wide\": [67]},\n        \"shown\"",
    );
    assert_ne!(wide, text);
    let other = read(&wide).unwrap();
    assert_eq!(other.records(at(&host, &location, Some("/p"))).len(), 0);
    assert!(String::from_utf8(other.print(&home()).unwrap()).unwrap().contains("\"wide\""));
}

#[test]
fn version_1_counts_for_the_user_document_until_that_is_written() {
    let text = r#"{"version": 1, "servers": {"cursor": {
        "a": {"environment": "dev", "digest": "d", "at": "1970-01-01T00:00:00Z"},
        "b": {"environment": "/p/team.json", "digest": "d", "at": "1970-01-01T00:00:00Z"},
        "c": {"digest": "d", "at": "1970-01-01T00:00:00Z"}}}}"#;
    let mut ledger = read(text).unwrap();
    let host = host();
    let location = Location::new("/h/.cursor/mcp.json", "~/.cursor/mcp.json");
    let user = at(&host, &location, None);
    assert_eq!(ledger.records(user).len(), 3);
    assert_eq!(ledger.records(at(&host, &location, Some("/h"))).len(), 0);
    assert!(!ledger.is_placed(user, &name("a")));
    let environment = |server| ledger.get(user, &name(server)).unwrap().origin.clone();
    assert_eq!(environment("a"), Some(Origin::Environment("dev".to_owned())));
    assert_eq!(environment("c"), None);
    let Some(Origin::File(file)) = environment("b") else { panic!("a path is a file") };
    assert_eq!(file.location().unwrap().path(), Path::new("/p/team.json"));

    ledger.set(user, "a", record("dev", "x"));
    assert!(ledger.is_placed(user, &name("a")));
    ledger.remove(user, "b");
    assert_eq!(ledger.records(user).into_keys().collect::<Vec<_>>(), ["a", "c"]);
    let again = String::from_utf8(ledger.print(&home()).unwrap()).unwrap();
    assert!(again.contains("\"version\": 2"), "{again}");
    assert_eq!(read(&again).unwrap(), ledger);
}

#[test]
fn newer_or_damaged_file_is_an_error() {
    for (text, message) in [
        ("{", "`~/.hatch/state.json` is damaged"),
        ("{}", "`~/.hatch/state.json` is damaged"),
        (r#"{"version": 2}"#, "`~/.hatch/state.json` is damaged"),
        (r#"{"version": 1, "servers": 3}"#, "`~/.hatch/state.json` is damaged"),
        (
            r#"{"version": 3, "documents": []}"#,
            "`~/.hatch/state.json` has version 3, which this hatch does not know",
        ),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), message);
    }
}

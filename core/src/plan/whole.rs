//! Documents that are replaced as a whole: by what a backup has, or by what a person wrote.
//!
//! Such a change is planned on bytes. A document that can't be read any more is the very
//! reason to put an older one back, so what can't be read is said, and is no error. It is one
//! only for a plan that comes from a file: see [`super::saved`].

use super::diff::Spelling;
use super::hidden::Hidden;
use super::{Change, ChangeKind, FieldChange, FilePlan, Shown, TargetPlan, doubt, planner, redact};
use crate::adapter::Reading;
use crate::configuration::{Configuration, ConfigurationError, File};
use crate::document::Document;
use crate::environment::{Environment, EnvironmentName};
use crate::host::Format;
use crate::registry::Host;
use crate::server::ServerName;
use std::collections::{BTreeMap, BTreeSet};

/// Which bytes of a file are meant.
pub(super) type Side = fn(&FilePlan) -> &Option<Vec<u8>>;

pub(super) const BEFORE: Side = |file| &file.before;
pub(super) const AFTER: Side = |file| &file.after;

/// What becomes of a host's documents, one for each that its descriptor declares and in that
/// order. Where some of them are not known, what becomes of its servers can't be told.
pub fn host(host: &Host, files: Vec<FilePlan>) -> TargetPlan {
    if files.len() != host.adapter.descriptor().documents.len() {
        let warning = "not all of its documents are known, so what changes can't be told";
        return target(host, files, vec![], vec![warning.to_owned()]);
    }
    let (changes, warnings) = match (read(host, &files, BEFORE), read(host, &files, AFTER)) {
        (Ok(before), Ok(after)) => {
            let (before, after, hidden) = (&before.reading, &after.reading, Hidden::default());
            (planner::differences(before, after, &hidden, Spelling::Host), vec![])
        }
        (Err(_), _) => {
            (vec![], vec!["what is there now can't be read; it is backed up as it is".to_owned()])
        }
        (_, Err(_)) => (vec![], vec!["what is put there can't be read by hatch".to_owned()]),
    };
    target(host, files, changes, warnings)
}

/// A host's documents on one side of the change, with what its adapter reads in them.
pub(super) fn read(
    host: &Host,
    files: &[FilePlan],
    side: Side,
) -> Result<Configuration, ConfigurationError> {
    let files = files
        .iter()
        .map(|file| File { location: file.location.clone(), bytes: side(file).clone() });
    Configuration::read(&*host.adapter, files.collect())
}

pub(super) fn target(
    host: &Host,
    files: Vec<FilePlan>,
    changes: Vec<Change>,
    warnings: Vec<String>,
) -> TargetPlan {
    TargetPlan {
        owner: host.id.clone().into(),
        name: host.name().to_owned(),
        project: None,
        files,
        changes,
        warnings,
        after_write: host.adapter.descriptor().after_write.clone(),
    }
}

/// What becomes of an environment's file.
pub fn environment(name: EnvironmentName, file: FilePlan) -> TargetPlan {
    let read = |side: Side| match side(&file) {
        None => Ok(Environment::default()),
        Some(bytes) => Environment::parse(bytes),
    };
    let (changes, warnings) = match (read(BEFORE), read(AFTER)) {
        (Ok(before), Ok(after)) => {
            let others = if file.before.is_some() { others(&before, &after) } else { vec![] };
            let (before, after, hidden) = (servers(&before), servers(&after), Hidden::default());
            let mut changes = planner::differences(&before, &after, &hidden, Spelling::Environment);
            add_overrides(&mut changes, &file);
            let warnings = doubt::warnings(&changes).into_iter().chain(others).collect();
            (changes, warnings)
        }
        (Err(_), _) => {
            (vec![], vec!["what is there now can't be read; it is backed up as it is".to_owned()])
        }
        (_, Err(_)) => (vec![], vec!["what is put there can't be read by hatch".to_owned()]),
    };
    TargetPlan {
        name: format!("environment `{name}`"),
        project: None,
        owner: crate::owner::Owner::Environment(name),
        files: vec![file],
        changes,
        warnings,
        after_write: None,
    }
}

/// The environment's own servers; its entries were checked when it was read.
fn servers(environment: &Environment) -> Reading {
    let servers = environment.servers_for(&[]).unwrap_or_default();
    Reading { servers, ..Reading::default() }
}

/// The fields that hosts are given instead, by server.
fn overrides(bytes: Option<&[u8]>) -> BTreeMap<String, BTreeMap<String, Shown>> {
    let mut overrides: BTreeMap<String, BTreeMap<String, Shown>> = BTreeMap::new();
    let Ok(document) = Document::parse(bytes, Format::Json) else { return overrides };
    for (path, shown) in redact::values(&document, "hosts") {
        if let [host, server, field @ ..] = &*path {
            let field = format!("hosts.{host}.{}", field.join("."));
            overrides.entry(server.clone()).or_default().insert(field, shown);
        }
    }
    overrides
}

/// Adds to the changes of an environment what changes of its overrides.
fn add_overrides(changes: &mut Vec<Change>, file: &FilePlan) {
    let (mut before, after) = (overrides(file.before.as_deref()), overrides(file.after.as_deref()));
    let servers: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    for server in servers {
        let mut old = before.remove(&server).unwrap_or_default();
        let mut fields = Vec::new();
        for (field, shown) in after.get(&server).into_iter().flatten() {
            let was = old.remove(field);
            if was.as_ref() != Some(shown) {
                let field = field.clone();
                fields.push(FieldChange { field, before: was, after: Some(shown.clone()) });
            }
        }
        let gone = |(field, was)| FieldChange { field, before: Some(was), after: None };
        fields.extend(old.into_iter().map(gone));
        if !fields.is_empty() {
            add_fields(changes, &server, fields);
        }
    }
}

fn add_fields(changes: &mut Vec<Change>, server: &str, more: Vec<FieldChange>) {
    match changes.iter_mut().find(|change| change.server.as_str() == server) {
        Some(change) => match &mut change.kind {
            ChangeKind::Add(fields) | ChangeKind::Update(fields) => fields.extend(more),
            kind @ ChangeKind::Keep => *kind = ChangeKind::Update(more),
            ChangeKind::Remove | ChangeKind::Refuse(_) => {}
        },
        // It comes from an environment that this one extends.
        None => changes.extend(
            ServerName::new(server).map(|server| Change::new(server, ChangeKind::Update(more))),
        ),
    }
}

/// What else of an environment changes.
fn others(before: &Environment, after: &Environment) -> Vec<String> {
    let parts = [
        ("description", before.description == after.description),
        ("extends", before.extends == after.extends),
    ];
    let changed = parts.into_iter().filter(|(_, same)| !same);
    changed.map(|(part, _)| format!("its `{part}` changes")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::Location;

    fn plan(before: Option<&str>, after: Option<&str>) -> TargetPlan {
        let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
        let location = Location::new("/h/.hatch/envs/dev.json", "~/.hatch/envs/dev.json");
        let file = FilePlan { location, before: bytes(before), after: bytes(after) };
        environment(EnvironmentName::new("dev").unwrap(), file)
    }

    #[test]
    fn an_environment_s_change_is_told_server_by_server() {
        let before = r#"{"mcpServers": {"a": {"command": "a"}, "b": {"command": "b"}}}"#;
        let after = r#"{"description": "x", "mcpServers": {"a": {"command": "c"}}}"#;
        let plan = plan(Some(before), Some(after));
        let kinds: Vec<_> = plan.changes.iter().map(|it| (it.server.as_str(), &it.kind)).collect();
        assert!(matches!(
            kinds.as_slice(),
            [("a", ChangeKind::Update(_)), ("b", ChangeKind::Remove)]
        ));
        assert_eq!(plan.warnings, ["its `description` changes"]);
        assert_eq!(plan.owner.to_string(), "env:dev");
    }

    #[test]
    fn what_hosts_are_given_instead_is_told_field_by_field() {
        let before = r#"{"mcpServers": {"a": {"command": "a"}},
            "hosts": {"cursor": {"a": {"env": {"LOG": "info"}, "cwd": "/x"}}}}"#;
        let after = r#"{"mcpServers": {"a": {"command": "a"}, "b": {"command": "b"}},
            "hosts": {"cursor": {"a": {"env": {"LOG": null, "A_KEY": "k"}},
                                 "b": {"args": ["--token", "t"]}, "base": {"own": 1}}}}"#;
        let text = |value: &Option<Shown>| value.as_ref().map(|it| it.masked.clone());
        let line = |it: &FieldChange| {
            let shown = [text(&it.before), text(&it.after)].map(Option::unwrap_or_default);
            format!("{}: {} → {}", it.field, shown[0], shown[1])
        };
        let mut told = Vec::new();
        for change in plan(Some(before), Some(after)).changes {
            let (ChangeKind::Add(fields) | ChangeKind::Update(fields)) = &change.kind else {
                panic!("{change:?}")
            };
            let of_hosts = fields.iter().filter(|it| it.field.starts_with("hosts."));
            told.extend(of_hosts.map(|it| format!("{} {}", change.server, line(it))));
        }
        assert_eq!(
            told,
            [
                "a hosts.cursor.env.A_KEY:  → •••",
                "a hosts.cursor.env.LOG: info → null",
                "a hosts.cursor.cwd: /x → ",
                "b hosts.cursor.args.0:  → --token",
                "b hosts.cursor.args.1:  → •••",
                "base hosts.cursor.own:  → 1",
            ]
        );
    }

    #[test]
    fn of_a_new_one_nothing_changes() {
        let after = r#"{"description": "x", "extends": ["y"], "mcpServers": {}}"#;
        assert!(plan(None, Some(after)).warnings.is_empty());
    }

    #[test]
    fn one_that_can_t_be_read_is_said_and_no_error() {
        let good = r#"{"mcpServers": {}}"#;
        assert!(plan(Some("{"), Some(good)).warnings[0].contains("there now can't be read"));
        assert!(plan(Some(good), Some("{")).warnings[0].contains("can't be read by hatch"));
        assert!(plan(None, Some(good)).warnings.is_empty());
    }
}

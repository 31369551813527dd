//! `hatch adapter inspect`.

use hatch_core::host::{HostDescriptor, Scope};
use hatch_core::registry::Host;
use hatch_packages::{Form, Metadata, Source, grants};
use std::sync::Arc;

use super::fetch::{self, Candidate};
use super::lines::Lines;
use super::trust::{self, Trust};
use crate::args::adapter::InspectArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_adapters::{AdapterDetail, Member, PlaceRow};
use crate::view::size;

/// Shows an adapter, wherever it is.
pub fn run(cx: &Context, args: &InspectArgs) -> Result<Exit, CommandError> {
    let lock = super::lock(cx)?;
    let installed = super::installed(&lock, &args.source).ok().map(|(_, it)| it);
    let source = match installed {
        Some(installed) => Source::Path(installed.file(&cx.home).path().to_owned()),
        None => fetch::source(cx, &args.source).map_err(Fault::usage)?,
    };
    let mut candidate = fetch::candidate(cx, &source)
        .map_err(|fault| match &source {
            Source::Path(path) if installed.is_none() && !path.exists() => {
                fault.hint("`hatch adapter list` shows the names of those that are installed")
            }
            _ => fault,
        })
        .map_err(Fault::failure)?;
    if let Some(installed) = installed {
        candidate.fetched.source = installed.source.clone();
        candidate.fetched.version.clone_from(&installed.version);
        candidate.fetched.signature.clone_from(&installed.signature);
        candidate.fetched.key.clone_from(&installed.key);
    }
    let trust = trust::of(&candidate.fetched, None, None).map_err(Fault::failure)?;
    let detail = detail(cx, &candidate, &trust, installed.is_some());
    match args.json {
        true => cx.output.json(&detail)?,
        false => cx.output.print(&in_words(&candidate, &detail, cx.output.width))?,
    }
    Ok(Exit::Success)
}

fn detail(cx: &Context, candidate: &Candidate, trust: &Trust, is_installed: bool) -> AdapterDetail {
    let descriptor = candidate.descriptor();
    let Metadata { imports, exports, .. } = candidate.metadata.clone();
    let member =
        |(name, value): (&str, &str)| Member { name: name.to_lowercase(), value: value.to_owned() };
    AdapterDetail {
        schema: "hatch.adapter/1",
        id: descriptor.id.to_string(),
        name: descriptor.name.clone(),
        version: candidate.version(),
        homepage: descriptor.homepage.clone(),
        source: fetch::shown(cx, &candidate.fetched.source),
        digest: candidate.digest.to_string(),
        form: Form::of(&candidate.fetched.bytes).into(),
        size: candidate.fetched.bytes.len() as u64,
        signed: trust.in_words(),
        key: trust.key().map(hatch_packages::signature::PublicKey::to_base64),
        is_installed,
        metadata: candidate.metadata.fields().map(member).collect(),
        imports,
        exports,
        grants: grants::in_words(descriptor),
        places: places(cx, candidate),
        transports: words(&descriptor.transports),
        fields: words(&descriptor.fields),
        references: words(&descriptor.references),
    }
}

/// The words of a descriptor, as it spells them.
fn words(of: &impl serde::Serialize) -> Vec<String> {
    serde_json::to_value(of).and_then(serde_json::from_value).unwrap_or_default()
}

/// What it would read on this computer.
fn places(cx: &Context, candidate: &Candidate) -> Vec<PlaceRow> {
    let HostDescriptor { documents, .. } = candidate.descriptor();
    let host = Host::of(Arc::clone(&candidate.examined.adapter));
    let mut rows = Vec::new();
    for (scope, name) in [(Scope::User, "user"), (Scope::Project, "project")] {
        let Ok(places) = cx.places(&host, scope) else { continue };
        for (document, place) in documents.iter().zip(places) {
            rows.push(PlaceRow {
                document: document.id.clone(),
                scope: name,
                path: place.path.display().to_string(),
                exists: place.exists,
            });
        }
    }
    rows
}

fn in_words(candidate: &Candidate, detail: &AdapterDetail, width: Option<usize>) -> String {
    let mut lines = Lines::new(width);
    lines.push(0, &format!("{} ({})", detail.name, detail.id));
    let mut line = |label: &str, value: &str| lines.field(11, label, value);
    line("Version", detail.version.as_deref().unwrap_or("not given"));
    line("Homepage", &detail.homepage);
    line("From", &detail.source);
    line("Installed", if detail.is_installed { "yes" } else { "no" });
    line("Digest", &detail.digest);
    line("Size", &size(detail.size));
    line("Signed", &detail.signed);
    for (label, value) in candidate.metadata.fields().filter(|it| it.0 != "Version") {
        line(label, value);
    }
    let list = |words: &[String]| match words {
        [] => "nothing".to_owned(),
        words => words.join(", "),
    };
    if detail.form.is_component() {
        line("Imports", &list(&detail.imports));
        line("Exports", &list(&detail.exports));
    }
    line("Transports", &list(&detail.transports));
    line("Fields", &list(&detail.fields));
    line("References", &list(&detail.references));
    lines.push(2, "It may read and change:");
    for words in &detail.grants {
        lines.push(4, words);
    }
    lines.push(2, "On this computer that is:");
    for place in &detail.places {
        let there = if place.exists { "" } else { ", not there yet" };
        lines.push(4, &format!("{} ({}{there})", place.path, place.scope));
    }
    lines.text()
}

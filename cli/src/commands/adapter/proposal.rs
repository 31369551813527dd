//! What installing or updating an adapter would change: shown, agreed to, and written.

use std::fmt::Write as _;

use hatch_core::host::HostId;
use hatch_packages::grants::{self, Grant};
use hatch_packages::signature::PublicKey;
use hatch_packages::{Form, Installed};

use super::fetch::{self, Candidate};
use super::trust::{self, Trust};
use crate::commands::write::{change_adapters, save_adapter};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::prompt::{self, Answer};
use crate::view::json_adapters::AdapterRow;
use crate::view::wrap::wrap;
use crate::view::{sanitize, size};

/// An adapter, and what it would be installed as.
pub struct Proposal {
    candidate: Candidate,
    trust: Trust,
    /// What is installed under its id now.
    before: Option<Installed>,
    /// What would be.
    after: Installed,
}

impl Proposal {
    /// Holds a candidate against what is installed.
    pub fn new(
        candidate: Candidate,
        before: Option<&Installed>,
        given: Option<&PublicKey>,
    ) -> Result<Self, Fault> {
        let descriptor = candidate.descriptor();
        let trusted = before.and_then(|it| it.key.as_deref()).map(PublicKey::parse).transpose();
        let trusted = trusted
            .map_err(|error| Fault::because("the key in `adapters.lock` can't be used", &error))?;
        let trust = trust::of(&candidate.fetched, trusted.as_ref(), given).map_err(|fault| {
            Fault::new(format!("`{}` can't be trusted: {}", descriptor.id, fault.one_line()))
                .hints_of(fault)
        })?;
        let after = Installed {
            version: candidate.version(),
            source: candidate.fetched.source.clone(),
            digest: candidate.digest.clone(),
            form: Form::of(&candidate.fetched.bytes),
            pinned: before.is_some_and(|it| it.pinned),
            key: trust.key().map(PublicKey::to_base64),
            signature: trust.key().and(candidate.fetched.signature.clone()),
            descriptor: descriptor.clone(),
        };
        Ok(Proposal { trust, before: before.cloned(), after, candidate })
    }

    pub fn id(&self) -> &HostId {
        &self.after.descriptor.id
    }

    /// Whether the lock would stay as it is.
    pub fn is_nothing(&self) -> bool {
        self.before.as_ref() == Some(&self.after)
    }

    /// What it asks for that was not granted before.
    pub fn beyond(&self) -> Vec<Grant> {
        match &self.before {
            Some(before) => grants::beyond(&before.descriptor, &self.after.descriptor),
            None => grants::of(&self.after.descriptor).into_iter().collect(),
        }
    }

    /// Whether it would run as another adapter than the one that was agreed to: under other
    /// grants or another key, and so not without being asked for.
    pub fn needs_consent(&self) -> bool {
        !self.beyond().is_empty() || self.before.as_ref().is_none_or(|it| it.key != self.after.key)
    }

    pub fn row(&self, cx: &Context) -> AdapterRow {
        let before = self.before.as_ref();
        AdapterRow::of(cx, &self.after)
            .with_change(before.map(|it| it.digest.to_string()), &self.beyond())
    }

    /// What a person agrees to.
    pub fn show(&self, cx: &Context) -> String {
        let descriptor = &self.after.descriptor;
        let mut text = String::new();
        let version = self.after.version.as_deref().unwrap_or_default();
        let _ = write!(text, "{} ({}) {version}", descriptor.name, descriptor.id);
        text.truncate(text.trim_end().len());
        text.push('\n');
        let bytes = self.candidate.fetched.bytes.len() as u64;
        let kind = match self.after.form {
            Form::Component => "component",
            Form::Table => "table, without code",
        };
        let mut line = |label: &str, value: &str| {
            let _ = writeln!(text, "  {label:<9} {}", sanitize::sanitize_line(value));
        };
        line("From", &fetch::shown(cx, &self.after.source));
        line("Digest", self.after.digest.as_str());
        line("Kind", &format!("{kind}, {}", size(bytes)));
        line("Signed", &self.trust.in_words());
        if let Some(before) = &self.before {
            let version = before.version.as_deref().unwrap_or("no version");
            line("Replaces", &format!("{version}, {}", before.digest.short()));
        }
        for (label, value) in self.candidate.metadata.fields().filter(|it| it.0 != "Version") {
            line(label, value);
        }
        text.push_str("  It may read and change:\n");
        for words in grants::in_words(descriptor) {
            let words = wrap(&sanitize::sanitize_line(&words), 6, cx.output.width);
            let _ = writeln!(text, "    {words}");
        }
        if self.before.is_some() {
            for grant in self.beyond() {
                let _ = writeln!(text, "  + not granted yet: {grant}");
            }
        }
        text
    }

    /// Asks, unless that was answered already.
    pub fn confirm(&self, auto_approve: bool) -> Result<Answer, CommandError> {
        if auto_approve || crate::context::approves() {
            return Ok(Answer::Yes);
        }
        let question = match &self.before {
            None => format!("Install {}?", self.id()),
            Some(_) => format!("Replace {}?", self.id()),
        };
        prompt::consent(&question)
    }

    /// Writes the adapter, and then the lock.
    pub fn apply(&self, cx: &Context) -> Result<(), CommandError> {
        change_adapters(cx, |lock| {
            if lock.adapters.get(self.id()) != self.before.as_ref() {
                let fault = Fault::new(format!("`{}` was changed by another hatch", self.id()));
                return Err(fault.hint("run the command again").failure());
            }
            let bytes = &self.candidate.fetched.bytes;
            save_adapter(cx, &self.after, bytes).map_err(|error| {
                Fault::because("the adapter can't be written", &error).failure()
            })?;
            self.candidate.examined.keep(cx, bytes);
            lock.adapters.insert(self.id().clone(), self.after.clone());
            Ok(())
        })
    }
}

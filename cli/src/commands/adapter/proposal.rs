//! What installing or updating an adapter would change: shown, agreed to, and written.

use hatch_core::host::HostId;
use hatch_packages::grants::{self, Grant};
use hatch_packages::signature::PublicKey;
use hatch_packages::source::is_older;
use hatch_packages::{Form, Installed};

use super::fetch::{self, Candidate};
use super::lines::Lines;
use super::trust::{self, Trust};
use crate::commands::write::{change_adapters, save_adapter};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::prompt::{self, Answer};
use crate::view::json_adapters::AdapterRow;
use crate::view::size;

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
        let version = candidate.version();
        let newest = before.and_then(|it| newest(it, version.as_deref()));
        let after = Installed {
            version,
            newest,
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

    /// Why this is not an update: it may be an old version that its source offers as a new one.
    /// Its signature would be good, since its author made it.
    pub fn is_old(&self) -> Option<String> {
        let Some(own) = self.candidate.own_version() else {
            let had = self.before.as_ref()?.descriptor.version.as_ref()?;
            return Some(format!("what its source offers has no version, and {had} is installed"));
        };
        if let Some(newest) = &self.after.newest {
            return Some(format!("its source offers {own}, and {newest} was installed before"));
        }
        let called = self.candidate.fetched.version.as_ref()?;
        is_older(own, called).then(|| format!("its source calls it {called}, and it is {own}"))
    }

    /// What a person agrees to.
    pub fn show(&self, cx: &Context) -> String {
        let descriptor = &self.after.descriptor;
        let mut lines = Lines::new(cx.output.width);
        let version = self.after.version.as_deref().unwrap_or_default();
        let heading = format!("{} ({}) {version}", descriptor.name, descriptor.id);
        lines.push(0, heading.trim_end());
        let bytes = self.candidate.fetched.bytes.len() as u64;
        let kind = match self.after.form {
            Form::Component => "component",
            Form::Table => "table, without code",
        };
        let mut line = |label: &str, value: &str| lines.field(9, label, value);
        for words in self.on_version() {
            line("Version", &words);
        }
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
        lines.push(2, "It may read and change:");
        for words in grants::in_words(descriptor) {
            lines.push(4, &words);
        }
        if self.before.is_some() {
            for grant in self.beyond() {
                lines.push(2, &format!("+ not granted yet: {grant}"));
            }
        }
        lines.text()
    }

    /// What its heading does not tell of its version.
    fn on_version(&self) -> Vec<String> {
        let mut words = Vec::new();
        match (self.candidate.own_version(), &self.candidate.fetched.version) {
            (None, Some(called)) if self.trust.key().is_some() => {
                words.push(format!(
                    "{called} is what its source calls it; no signature covers that"
                ));
            }
            (Some(own), Some(called)) if own != called => {
                words.push(format!("{own}, though its source calls it {called}"));
            }
            _ => {}
        }
        if let Some(newest) = &self.after.newest {
            words.push(format!("older than {newest}, which was installed before"));
        }
        words
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

/// The newest version that was ever installed in the place of `before`, if this one is older.
fn newest(before: &Installed, version: Option<&str>) -> Option<String> {
    let known = before.newest.as_ref().or(before.version.as_ref())?;
    is_older(version?, known).then(|| known.clone())
}

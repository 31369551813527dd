//! A plan, for people.

use std::fmt::Write as _;

use anstyle::Style;
use hatch_core::adapter::{Loss, LossKind};
use hatch_core::owner::Owner;
use hatch_core::plan::{
    Change, ChangeKind, FieldChange, FilePlan, Plan, RecordPolicy, Shown, TargetPlan,
};
use unicode_width::UnicodeWidthStr;

use super::count;
use super::sanitize::sanitize_line;
use super::style::{ADD, DIM, HOST, REMOVE, UPDATE, WARNING};
use super::wrap::wrap;

/// Whether what looks like a secret is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// As `•••`.
    Masked,
    /// As it is.
    Clear,
}

impl Secrets {
    /// As `--show-secrets` says.
    pub fn of(show_secrets: bool) -> Self {
        if show_secrets { Secrets::Clear } else { Secrets::Masked }
    }

    /// The value as it may be shown.
    pub fn show(self, value: &Shown) -> &str {
        match self {
            Secrets::Masked => &value.masked,
            Secrets::Clear => value.clear.expose(),
        }
    }
}

/// What would change, host by host.
pub fn preview(plan: &Plan, secrets: Secrets, width: Option<usize>) -> String {
    let detail = match plan.records {
        RecordPolicy::Edited => Detail::Full,
        _ => Detail::Summary,
    };
    let block = |target: &TargetPlan| host(target, detail, secrets, width);
    let blocks: Vec<_> = plan.targets.iter().map(block).collect();
    blocks.join("\n")
}

/// How much is shown of servers that stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detail {
    /// Their number.
    Summary,
    /// What a host can't hold of them: they were asked for.
    Full,
}

fn host(target: &TargetPlan, detail: Detail, secrets: Secrets, width: Option<usize>) -> String {
    let mut text = String::new();
    let places: Vec<_> = target.files.iter().map(place).collect();
    let _ = writeln!(text, "{HOST}{}{HOST:#}  {}", target.owner, places.join(", "));
    let is_counted = |change: &&Change| {
        change.kind == ChangeKind::Keep && (detail == Detail::Summary || change.losses.is_empty())
    };
    let (kept, told): (Vec<_>, Vec<_>) = target.changes.iter().partition(is_counted);
    for change in told {
        server(&mut text, change, secrets, width);
    }
    if !kept.is_empty() {
        let lossy = kept.iter().filter(|change| !change.losses.is_empty()).count();
        let adopted = kept.iter().filter(|change| change.is_adopted).count();
        let remark = [(adopted, "adopted"), (lossy, "not in full")].map(|(number, what)| {
            if number > 0 { format!(", {number} of them {what}") } else { String::new() }
        });
        let remark = remark.concat();
        let _ = writeln!(text, "  {DIM}= {} unchanged{remark}{DIM:#}", kept.len());
    }
    if target.changes.is_empty() && target.files.iter().all(FilePlan::is_unchanged) {
        let _ = writeln!(text, "  {DIM}= nothing changes{DIM:#}");
    }
    for warning in &target.warnings {
        let _ =
            writeln!(text, "  {WARNING}!{WARNING:#} {}", wrap(&sanitize_line(warning), 4, width));
    }
    text
}

fn place(file: &FilePlan) -> String {
    let shown = sanitize_line(&file.location.to_string()).into_owned();
    match (&file.before, &file.after) {
        (None, Some(_)) => format!("{shown} (new)"),
        (Some(_), None) => format!("{shown} (removed)"),
        _ => shown,
    }
}

/// One change, with its fields.
pub fn change_block(change: &Change, secrets: Secrets, width: Option<usize>) -> String {
    let mut text = String::new();
    server(&mut text, change, secrets, width);
    text
}

fn server(text: &mut String, change: &Change, secrets: Secrets, width: Option<usize>) {
    let name = sanitize_line(change.server.as_str());
    let mut line = |style: Style, mark: char, rest: &str| {
        let _ = writeln!(text, "  {style}{mark} {name}{style:#}{rest}");
    };
    match &change.kind {
        ChangeKind::Add(fields) => {
            let summary = summary(fields, secrets);
            let used = "  + ".len() + name.width() + "  ".len();
            line(ADD, '+', &beside_or_below(&summary, used, width));
        }
        ChangeKind::Update(_) => line(UPDATE, '~', ""),
        ChangeKind::Keep => line(DIM, '=', ""),
        ChangeKind::Remove => line(REMOVE, '-', ""),
        ChangeKind::Refuse(reason) => {
            let reason = wrap(&sanitize_line(reason), 8, width);
            line(WARNING, '!', &format!("  left out:\n        {reason}"));
        }
    }
    let (fields, above): (&[FieldChange], &[&str]) = match &change.kind {
        ChangeKind::Update(fields) => (fields, &[]),
        ChangeKind::Add(fields) => (fields, &SUMMARY),
        _ => (&[], &[]),
    };
    for field in fields.iter().filter(|field| !above.contains(&field.field.as_str())) {
        let _ = writeln!(text, "      {}", field_change(field, secrets));
    }
    for loss in &change.losses {
        let _ = writeln!(text, "      {WARNING}!{WARNING:#} {}", wrap(&lost(loss), 8, width));
    }
}

/// The fields that the line of a new server says.
const SUMMARY: [&str; 4] = ["transport", "command", "args", "url"];

/// What goes on beside what stands there already or, where there is no room, below it.
fn beside_or_below(text: &str, used: usize, width: Option<usize>) -> String {
    match width {
        Some(width) if used + text.width() > width => {
            format!("\n      {}", wrap(text, 6, Some(width)))
        }
        _ => format!("  {text}"),
    }
}

/// How a server is reached, on one line.
fn summary(fields: &[FieldChange], secrets: Secrets) -> String {
    let value = |name: &str| {
        let field = fields.iter().find(|field| field.field == name)?;
        Some(sanitize_line(secrets.show(field.after.as_ref()?)).into_owned())
    };
    // One program, whatever spaces its name has.
    let command = value("command").map(|command| match command.contains(' ') {
        true => format!("\"{command}\""),
        false => command,
    });
    match (command, value("args"), value("url")) {
        (Some(command), Some(args), _) => format!("{command} {args}"),
        (Some(command), None, _) => command,
        (None, _, url) => url.unwrap_or_default(),
    }
}

fn field_change(change: &FieldChange, secrets: Secrets) -> String {
    let shown = |value: &Shown| secrets.show(value).to_owned();
    let (before, after) = (change.before.as_ref().map(shown), change.after.as_ref().map(shown));
    changed_value(&change.field, before.as_deref(), after.as_deref())
}

/// A field and its values, as they may be shown.
pub fn changed_value(field: &str, before: Option<&str>, after: Option<&str>) -> String {
    let field = sanitize_line(field);
    match (before.map(sanitize_line), after.map(sanitize_line)) {
        (Some(before), Some(after)) if before == after => {
            format!("{field}: {before} → another value")
        }
        (Some(before), Some(after)) => format!("{field}: {before} → {after}"),
        (None, Some(after)) => format!("{field}: {ADD}+{ADD:#} {after}"),
        (Some(before), None) => format!("{field}: {REMOVE}-{REMOVE:#} {before}"),
        (None, None) => field.into_owned(),
    }
}

fn lost(loss: &Loss) -> String {
    let what = match loss.kind {
        LossKind::Dropped => " left out",
        LossKind::Approximated => "",
        LossKind::Inlined => " written out",
        LossKind::Renamed => " renamed",
    };
    // An adapter names a field that only its hosts know so.
    let field = loss.field.strip_prefix("extras.").unwrap_or(&loss.field);
    format!("{}{what}: {}", sanitize_line(field), sanitize_line(&loss.detail))
}

/// What a plan comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Hosts whose files change.
    pub hosts: usize,
    /// Environments whose files change.
    pub environments: usize,
    /// Servers that are added or changed on some host.
    pub changed: usize,
    /// Servers that some host can't have.
    pub refused: usize,
    /// Servers that some host can't have in full.
    pub lossy: usize,
}

impl Totals {
    /// Counts.
    pub fn of(plan: &Plan) -> Self {
        let mut totals = Totals::default();
        for target in &plan.targets {
            let changes = usize::from(!target.files.iter().all(FilePlan::is_unchanged));
            match target.owner {
                Owner::Host(_) => totals.hosts += changes,
                Owner::Environment(_) => totals.environments += changes,
            }
            for change in &target.changes {
                match change.kind {
                    ChangeKind::Refuse(_) => totals.refused += 1,
                    ChangeKind::Keep => {}
                    _ => totals.changed += 1,
                }
                totals.lossy += usize::from(!change.losses.is_empty());
            }
        }
        totals
    }

    /// `2 hosts`, `1 environment`, or both.
    pub fn targets(&self) -> String {
        match (self.hosts, self.environments) {
            (hosts, 0) => count(hosts, "host"),
            (0, environments) => count(environments, "environment"),
            (hosts, environments) => {
                format!("{} and {}", count(hosts, "host"), count(environments, "environment"))
            }
        }
    }

    /// `, 2 servers left out`, or nothing.
    pub fn remarks(&self) -> String {
        let mut text = String::new();
        if self.refused > 0 {
            let _ = write!(text, ", {} left out", count(self.refused, "server"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_beside_a_name_stands_below_it() {
        assert_eq!(beside_or_below("npx x", 10, Some(15)), "  npx x");
        assert_eq!(beside_or_below("npx x y", 10, None), "  npx x y");
        assert_eq!(beside_or_below("npx -y files", 10, Some(17)), "\n      npx -y\n      files");
    }
}

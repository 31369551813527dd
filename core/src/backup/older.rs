//! The backups of the older tool: `mcp_host_config_backups/<host>/`, and in it one file a
//! backup, `<document>.<host>.<YYYYMMDD_HHMMSS_ffffff>`. Before that it called the host
//! `MCPHostType.<HOST>`. The times are local ones.

use jiff::civil::DateTime;
use jiff::fmt::strtime;

use super::{Backup, BackupFile, BackupId, Origin, Taken};
use crate::home::HatchHome;
use crate::host::HostId;
use crate::store::{Reader, StoreError};

const OLD_HOST: &str = ".MCPHostType.";

/// Every backup of the older tool, in no order.
pub(super) fn list(reader: &dyn Reader, home: &HatchHome) -> Result<Vec<Backup>, StoreError> {
    let mut backups = Vec::new();
    for folder in reader.list(&home.older_backups())? {
        let Ok(host) = HostId::new(folder.as_str()) else { continue };
        let folder = home.older_backups().join(&folder);
        if !reader.has_folder(&folder).unwrap_or(false) {
            continue;
        }
        for name in reader.list(&folder)? {
            let Some((document, time)) = parse(&name, &host) else { continue };
            let file = BackupFile {
                owner: host.clone().into(),
                location: None,
                name: document.to_owned(),
                size: None,
                copy: Some(folder.join(&name)),
                record: None,
            };
            backups.push(Backup {
                id: BackupId::new(name.as_str()),
                origin: Origin::OlderTool,
                taken: Taken::Local(time),
                folder: folder.clone(),
                files: vec![file],
                cleaned: Vec::new(),
            });
        }
    }
    Ok(backups)
}

/// The document's name and the time, from a backup's name.
fn parse<'a>(name: &'a str, host: &HostId) -> Option<(&'a str, DateTime)> {
    let (rest, stamp) = name.rsplit_once('.')?;
    let (seconds, micros) = stamp.rsplit_once('_')?;
    let time = strtime::parse("%Y%m%d_%H%M%S", seconds).ok()?.to_datetime().ok()?;
    if micros.len() != 6 {
        return None;
    }
    let nanos = micros.parse::<u32>().ok()?.checked_mul(1000)?;
    let time = time.with().subsec_nanosecond(i32::try_from(nanos).ok()?).build().ok()?;
    let document = match rest.strip_suffix(host.as_str()).and_then(|rest| rest.strip_suffix('.')) {
        Some(document) => document,
        None => rest.rsplit_once(OLD_HOST)?.0,
    };
    (!document.is_empty()).then_some((document, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, name: &str, expected: Option<(&str, &str)>) {
        let found = parse(name, &HostId::new(host).unwrap())
            .map(|(document, time)| (document.to_owned(), time.to_string()));
        assert_eq!(found, expected.map(|(d, t)| (d.to_owned(), t.to_owned())), "{name}");
    }

    #[test]
    fn names_say_the_document_and_the_time() {
        check(
            "cursor",
            "mcp.json.cursor.20261122_110452_112773",
            Some(("mcp.json", "2026-11-22T11:04:52.112773")),
        );
        check(
            "claude-code",
            ".claude.json.claude-code.20261122_110452_111965",
            Some((".claude.json", "2026-11-22T11:04:52.111965")),
        );
        check(
            "cursor",
            "mcp.json.MCPHostType.CURSOR.20250101_000000_000001",
            Some(("mcp.json", "2025-01-01T00:00:00.000001")),
        );
        check("cursor", "mcp.json.kiro.20261122_110452_112773", None);
        check("cursor", "mcp.json.cursor.20261122_110452", None);
        check("cursor", "mcp.json.cursor.20261399_110452_112773", None);
        check("cursor", "cursor.20261122_110452_112773", None);
        check("cursor", "notes.txt", None);
    }
}

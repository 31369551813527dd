//! Names that Windows reserves for devices.

/// Whether Windows opens a device where a file has this name. An extension makes no
/// difference there, and neither does case: `con`, `CON.json` and `nul.tar.gz` are devices.
pub(crate) fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_lowercase();
    let is_numbered = |name: &str| {
        let number = stem.strip_prefix(name).map(str::chars).map(|mut it| (it.next(), it.next()));
        matches!(number, Some((Some('1'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}'), None)))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || is_numbered("com")
        || is_numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_known_with_any_extension_and_case() {
        for name in [
            "con",
            "CON",
            "prn",
            "aux",
            "nul",
            "com1",
            "Com9",
            "lpt1",
            "LPT\u{b2}",
            "com\u{b9}",
            "con.json",
            "nul.tar.gz",
            "aux.",
            "con .json",
        ] {
            assert!(is_device(name), "{name}");
        }
        for name in ["", "console", "com", "com0", "com10", "lpt", "nul-1", "null", "x.con", "icon"]
        {
            assert!(!is_device(name), "{name}");
        }
    }
}

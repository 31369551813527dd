//! Tables that come with hatch and are not among its hosts: they are installed by name, and a
//! file that people have can be read as their hosts would read it.

/// Each adapter's id and the text of its table.
pub static SHIPPED: &[(&str, &str)] = &[
    ("antigravity", include_str!("../tables/antigravity/adapter.toml")),
    ("claude-code", include_str!("../tables/claude-code/adapter.toml")),
    ("cline", include_str!("../tables/cline/adapter.toml")),
    ("copilot-cli", include_str!("../tables/copilot-cli/adapter.toml")),
    ("factory-droid", include_str!("../tables/factory-droid/adapter.toml")),
    ("kimi-code", include_str!("../tables/kimi-code/adapter.toml")),
    ("kiro", include_str!("../tables/kiro/adapter.toml")),
    ("roo-code", include_str!("../tables/roo-code/adapter.toml")),
    ("vscode", include_str!("../tables/vscode/adapter.toml")),
    ("windsurf", include_str!("../tables/windsurf/adapter.toml")),
];

/// The text of the table of this id.
pub fn shipped(id: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
}

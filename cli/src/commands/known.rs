//! Hosts that a person may mean and a run does not have: those whose adapter comes with hatch and
//! is not installed, and those that hatch does not support.

use hatch_adapters::{SHIPPED, shipped};
use hatch_core::registry::UnknownHost;
use hatch_core::suggest::nearest;
use hatch_sandbox::Table;

use crate::error::{Fault, did_you_mean};

/// Programs that keep MCP servers in a file and for which there is no adapter, by the name that
/// an adapter would have. Source: their documentation, autumn 2026.
const UNSUPPORTED: [(&str, &str); 41] = [
    ("5ire", "5ire"),
    ("amazon-q", "Amazon Q Developer CLI"),
    ("amp", "Amp"),
    ("anythingllm", "AnythingLLM"),
    ("augment", "Augment Code"),
    ("boltai", "BoltAI"),
    ("codebuddy", "CodeBuddy Code"),
    ("codex", "Codex"),
    ("continue", "Continue"),
    ("copilot-jetbrains", "GitHub Copilot for JetBrains"),
    ("crush", "Crush"),
    ("deepagents", "Deep Agents"),
    ("devin", "Devin CLI"),
    ("goose", "goose"),
    ("grok-cli", "Grok Build"),
    ("hermes", "Hermes Agent"),
    ("jetbrains-ai-assistant", "JetBrains AI Assistant"),
    ("junie", "JetBrains Junie"),
    ("kilo-code", "Kilo Code"),
    ("letta-code", "Letta Code"),
    ("librechat", "LibreChat"),
    ("mcphost", "MCPHost"),
    ("mcphub-nvim", "mcphub.nvim"),
    ("mcporter", "MCPorter"),
    ("mistral-vibe", "Mistral Vibe"),
    ("muse-code", "Muse Code"),
    ("opencode", "OpenCode"),
    ("openhands", "OpenHands"),
    ("qoder", "Qoder CLI"),
    ("qwen-code", "Qwen Code"),
    ("reasonix", "Reasonix"),
    ("rovo-dev", "Rovo Dev CLI"),
    ("tabnine", "Tabnine"),
    ("theia", "Eclipse Theia"),
    ("trae", "Trae"),
    ("visual-studio", "Visual Studio"),
    ("void", "Void"),
    ("warp", "Warp"),
    ("witsy", "Witsy"),
    ("zed", "Zed"),
    ("zencoder", "Zencoder"),
];

/// What else hosts are called.
const ALIASES: [(&str, &[&str]); 10] = [
    ("claude-code", &["claude-cli"]),
    ("claude-desktop", &["claude-app"]),
    ("codex", &["openai-codex", "codex-cli", "openai"]),
    ("copilot-cli", &["copilot", "github-copilot"]),
    ("factory-droid", &["droid", "factory"]),
    ("gemini", &["gemini-cli"]),
    ("kimi-code", &["kimi", "kimi-cli"]),
    ("lmstudio", &["lm-studio"]),
    ("roo-code", &["roo", "roocode"]),
    ("vscode", &["code", "vs-code", "visual-studio-code"]),
];

/// What to say of a name that no host of this run has.
pub fn unknown(error: &UnknownHost) -> Fault {
    let typed = error.name.trim().to_lowercase();
    let alias = ALIASES.iter().find(|(_, others)| others.contains(&typed.as_str()));
    let id = alias.map_or(typed.as_str(), |(id, _)| *id);
    if let Some(text) = shipped(id) {
        let name =
            Table::parse(text).map_or_else(|_| id.to_owned(), |it| it.descriptor().name.clone());
        return Fault::new(format!("the adapter for {name} ({id}) is not installed"))
            .hint(format!("`hatch adapter install {id}` installs it: it comes with hatch"));
    }
    if let Some((_, name)) = UNSUPPORTED.iter().find(|(known, _)| *known == id) {
        return Fault::new(format!("hatch does not support {name} ({id}) yet"))
            .hint(format!("`hatch adapter new {id}` begins an adapter for it"));
    }
    let fault = Fault::of(error);
    if error.known.iter().any(|known| known == id) {
        return fault.hint(format!("did you mean `{id}`?"));
    }
    let others = SHIPPED.iter().map(|(id, _)| *id).chain(UNSUPPORTED.iter().map(|(id, _)| *id));
    let all: Vec<_> = error.known.iter().cloned().chain(others.map(str::to_owned)).collect();
    let likely = nearest(&error.name, &all);
    // What a run can reach comes before what is only somewhat like it.
    let is_here = likely.first().is_some_and(|id| error.known.contains(id));
    let hint = did_you_mean(if is_here { &error.nearest } else { &likely })
        .unwrap_or_else(|| format!("the hosts are {}", error.known.join(", ")));
    fault.hint(hint)
}

//! Hosts that a person may mean and a run does not have: those whose adapter comes with hatch and
//! is not installed, and those that hatch does not support.

use hatch_adapters::{SHIPPED, shipped};
use hatch_core::registry::UnknownHost;
use hatch_core::suggest::nearest;
use hatch_sandbox::Table;

use crate::context::Context;
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
    if let Some((message, hint)) = elsewhere(&error.name) {
        return Fault::new(message).hint(hint);
    }
    let fault = Fault::of(error);
    let id = id(&error.name);
    if error.known.contains(&id) {
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

/// Says how to get a host whose name was not found among the known ones.
pub fn mention(cx: &Context, name: &str) {
    if cx.registry.get(&id(name)).is_err()
        && let Some((message, hint)) = elsewhere(name)
    {
        cx.output.note(&format!("{message}; {hint}"));
    }
}

/// What to say of an adapter that is not where it was looked for.
pub fn no_adapter(name: &str) -> Option<String> {
    if name.contains(['/', '\\', '.']) {
        return None;
    }
    let shipped: Vec<_> = SHIPPED.iter().map(|(id, _)| (*id).to_owned()).collect();
    match elsewhere(name) {
        Some((message, hint)) => Some(format!("{message}; {hint}")),
        None => did_you_mean(&nearest(name, &shipped)),
    }
}

/// A host that is not of this run: what is missing, and what to do about it.
fn elsewhere(name: &str) -> Option<(String, String)> {
    let id = id(name);
    if let Some(text) = shipped(&id) {
        let table = Table::parse(text).ok();
        let name = table.map_or_else(|| id.clone(), |table| table.descriptor().name.clone());
        return Some((
            format!("the adapter for {name} ({id}) is not installed"),
            format!("`hatch adapter install {id}` installs it: it comes with hatch"),
        ));
    }
    let (_, name) = UNSUPPORTED.iter().find(|(known, _)| *known == id)?;
    Some((
        format!("hatch does not support {name} ({id}) yet"),
        format!("`hatch adapter new {id}` begins an adapter for it"),
    ))
}

/// The id that is meant by a name, as far as it is one.
fn id(name: &str) -> String {
    let typed = name.trim().to_lowercase();
    let alias = ALIASES.iter().find(|(_, others)| others.contains(&typed.as_str()));
    alias.map_or(typed, |(id, _)| (*id).to_owned())
}

//! `hatch env show`.

use std::fmt::Write as _;

use hatch_core::environment::{Environment, EnvironmentError, EnvironmentName};
use hatch_core::plan::diff::{self, Spelling};
use hatch_core::plan::hidden::Hidden;
use hatch_core::server::Server;

use crate::args::env::EnvShowArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_env::{
    EnvironmentDetail, EnvironmentOverride, EnvironmentServer, OverriddenField,
};
use crate::view::plan::{Secrets, changed_value};
use crate::view::sanitize::sanitize_line;
use crate::view::style::{DIM, HOST};
use crate::view::wrap::wrap;

/// An environment in full, with what it extends.
pub fn run(cx: &Context, args: &EnvShowArgs) -> Result<Exit, CommandError> {
    let current = cx.settings.current_environment.as_ref().map(ToString::to_string);
    let Some(name) = args.name.clone().or(current) else {
        return Err(Fault::new("no environment is named, and there is no current one")
            .hint("`hatch env show NAME` shows one; `hatch env list` lists them")
            .hint("`hatch env use NAME` sets the current one")
            .failure());
    };
    let environment = cx.environment(&name).map_err(Fault::failure)?;
    let secrets = Secrets::of(args.show_secrets);
    let detail = detail(cx, &name, &environment, secrets).map_err(Fault::failure)?;
    if args.json {
        cx.output.json(&detail)?;
    } else {
        cx.output.print(&text(cx, &detail))?;
    }
    Ok(Exit::Success)
}

fn detail(
    cx: &Context,
    name: &str,
    environment: &Environment,
    secrets: Secrets,
) -> Result<EnvironmentDetail, Fault> {
    let own = cx.read_environment(name)?;
    let broken = |error: EnvironmentError| Fault::of(&error);
    let load = &mut |base: &str| cx.read_environment(base).map_err(|fault| fault.one_line());
    let origins = own.origins(name, load).map_err(broken)?;
    let servers = environment.servers_for(&[]).map_err(broken)?;
    let overrides = overrides(environment, &servers, secrets).map_err(broken)?;
    let servers = servers.iter().map(|server| {
        let fields = diff::fields(None, server, &Hidden::default(), Spelling::Environment);
        let fields = fields.into_iter().filter_map(|change| {
            let value = secrets.show(change.after.as_ref()?).to_owned();
            Some((change.field, value.into()))
        });
        EnvironmentServer {
            name: server.name.to_string(),
            from: origins.get(&server.name).cloned().unwrap_or_default(),
            transport: server.transport.label(),
            fields: fields.collect(),
        }
    });
    let current = cx.settings.current_environment.as_ref();
    Ok(EnvironmentDetail {
        schema: "hatch.environment/1",
        name: name.to_owned(),
        is_current: current.is_some_and(|current| current.as_str() == name),
        description: environment.description.clone(),
        extends: own.extends,
        path: EnvironmentName::new(name)
            .ok()
            .filter(|_| !name.ends_with(".json"))
            .map(|name| cx.home.environment(name.as_str()).path().display().to_string()),
        servers: servers.collect(),
        overrides,
    })
}

/// What each host is given instead.
fn overrides(
    environment: &Environment,
    servers: &[Server],
    secrets: Secrets,
) -> Result<Vec<EnvironmentOverride>, EnvironmentError> {
    let mut overrides = Vec::new();
    for host in environment.overrides.keys() {
        let given = environment.servers_for(&[host])?;
        for (before, after) in servers.iter().zip(&given) {
            let fields =
                diff::fields(Some(before), after, &Hidden::default(), Spelling::Environment);
            if !fields.is_empty() {
                overrides.push(EnvironmentOverride {
                    host: host.to_string(),
                    server: after.name.to_string(),
                    fields: fields.iter().map(|it| OverriddenField::new(it, secrets)).collect(),
                });
            }
        }
    }
    Ok(overrides)
}

fn text(cx: &Context, detail: &EnvironmentDetail) -> String {
    let mut text = format!("{HOST}{}{HOST:#}", sanitize_line(&detail.name));
    if detail.is_current {
        text.push_str(" (current)");
    }
    if let Some(description) = &detail.description {
        let _ = write!(text, "  {}", sanitize_line(description));
    }
    text.push('\n');
    if let Some(path) = &detail.path {
        let path = cx.roots.shown(std::path::Path::new(path));
        let _ = writeln!(text, "{DIM}{}{DIM:#}", sanitize_line(&path));
    }
    if !detail.extends.is_empty() {
        let _ = writeln!(text, "extends {}", sanitize_line(&detail.extends.join(", ")));
    }
    for server in &detail.servers {
        let _ = write!(text, "\n  {HOST}{}{HOST:#}", sanitize_line(&server.name));
        if server.from != detail.name {
            let _ = write!(text, "  {DIM}from {}{DIM:#}", sanitize_line(&server.from));
        }
        text.push('\n');
        for (field, value) in &server.fields {
            let value = value.as_str().unwrap_or_default();
            let line = format!("{}: {}", sanitize_line(field), sanitize_line(value));
            let _ = writeln!(text, "    {}", wrap(&line, 6, cx.output.width));
        }
        for change in detail.overrides.iter().filter(|it| it.server == server.name) {
            let _ = writeln!(text, "    for {HOST}{}{HOST:#}:", sanitize_line(&change.host));
            for field in &change.fields {
                let (before, after) = (field.before.as_deref(), field.after.as_deref());
                let line = changed_value(&field.field, before, after);
                let _ = writeln!(text, "      {}", wrap(&line, 8, cx.output.width));
            }
        }
    }
    text
}

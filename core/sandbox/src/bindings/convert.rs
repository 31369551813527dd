//! Conversions between the engine's types and those that are generated from the contract.
//!
//! The code that a guest is generated from the contract has types of the same names and
//! shapes as the engine's side has. So the conversions are a macro,
//! [`conversions`](crate::conversions), and adapters that are linked natively, for tests and as
//! a yardstick, use the same ones.

/// Defines functions that convert between the types of `hatch_core` and those that were
/// generated from the contract, here or by the guests' generator, in the module at a path.
///
/// To the contract: `sections_in` and `edits_in`. From it: `reading_out`, `writing_out` and
/// `error_out`. Invoke it in a module of its own. The crate that does so must depend on
/// `hatch_core`. `put` is what a version has that makes an edit of a server, which is in reach
/// there as `wit::Server`.
#[macro_export]
macro_rules! conversions {
    ($contract:path) => {
        $crate::conversions!($contract, put: wit::Edit::Put);
    };
    ($contract:path, put: $put:expr) => {
        use ::hatch_core::adapter as core;
        use ::hatch_core::host::HostId;
        use ::hatch_core::server::{self, Server, ServerName, Transport};
        use ::hatch_core::template::{Place, Segment, Template};
        use $contract as wit;

        // ---- to the contract ------------------------------------------------------

        pub(crate) fn sections_in(sections: &[core::Section]) -> Vec<wit::Section> {
            let convert = |section: &core::Section| wit::Section {
                document: section.document.clone(),
                path: section.path.clone(),
                value: section.value.clone(),
            };
            sections.iter().map(convert).collect()
        }

        /// Fails for a native reference of another adapter, and says so.
        pub(crate) fn edits_in(
            edits: &[core::Edit],
            adapter: &HostId,
        ) -> Result<Vec<wit::Edit>, String> {
            let convert = |edit: &core::Edit| match edit {
                core::Edit::Put(server) => server_in(server, adapter).map($put),
                core::Edit::Remove(name) => Ok(wit::Edit::Remove(name.as_str().to_owned())),
            };
            edits.iter().map(convert).collect()
        }

        pub(crate) fn server_in(server: &Server, adapter: &HostId) -> Result<wit::Server, String> {
            let transport = match &server.transport {
                Transport::Stdio(stdio) => wit::Transport::Stdio(stdio_in(stdio, adapter)?),
                Transport::StreamableHttp(remote) => {
                    remote_in(wit::RemoteKind::StreamableHttp, remote, adapter)?
                }
                Transport::Sse(remote) => remote_in(wit::RemoteKind::Sse, remote, adapter)?,
                Transport::RemoteAuto(remote) => remote_in(wit::RemoteKind::Auto, remote, adapter)?,
            };
            Ok(wit::Server {
                name: server.name.as_str().to_owned(),
                transport,
                enabled: server.enabled,
                description: server.description.clone(),
                timeouts: wit::Timeouts {
                    request: server.timeouts.request,
                    startup: server.timeouts.startup,
                    tool_call: server.timeouts.tool_call,
                },
                tools: wit::ToolFilter {
                    allow: server.tools.allow.clone(),
                    deny: server.tools.deny.clone(),
                    auto_approve: server.tools.auto_approve.clone(),
                },
                extras: (server.extras.iter())
                    .map(|extra| wit::Extra {
                        path: extra.path.clone(),
                        value: extra.value.clone(),
                    })
                    .collect(),
            })
        }

        fn stdio_in(stdio: &server::Stdio, adapter: &HostId) -> Result<wit::Stdio, String> {
            Ok(wit::Stdio {
                command: template_in(&stdio.command, adapter)?,
                args: (stdio.args.iter())
                    .map(|arg| template_in(arg, adapter))
                    .collect::<Result<_, _>>()?,
                env: pairs_in(&stdio.env, adapter)?,
                env_forward: stdio.env_forward.clone(),
                env_file: optional_in(&stdio.env_file, adapter)?,
                cwd: optional_in(&stdio.cwd, adapter)?,
            })
        }

        fn remote_in(
            kind: wit::RemoteKind,
            remote: &server::Remote,
            adapter: &HostId,
        ) -> Result<wit::Transport, String> {
            let oauth = |oauth: &server::OAuth| -> Result<wit::Oauth, String> {
                Ok(wit::Oauth {
                    client_id: optional_in(&oauth.client_id, adapter)?,
                    client_secret: optional_in(&oauth.client_secret, adapter)?,
                    scopes: oauth.scopes.clone(),
                    authorization_url: optional_in(&oauth.authorization_url, adapter)?,
                    token_url: optional_in(&oauth.token_url, adapter)?,
                    redirect_uri: optional_in(&oauth.redirect_uri, adapter)?,
                })
            };
            Ok(wit::Transport::Remote(wit::Remote {
                kind,
                url: template_in(&remote.url, adapter)?,
                headers: pairs_in(&remote.headers, adapter)?,
                oauth: remote.oauth.as_ref().map(oauth).transpose()?,
            }))
        }

        fn pairs_in(
            pairs: &[(String, Template)],
            adapter: &HostId,
        ) -> Result<Vec<(String, wit::Template)>, String> {
            let convert = |(name, value): &(String, Template)| {
                Ok((name.clone(), template_in(value, adapter)?))
            };
            pairs.iter().map(convert).collect()
        }

        fn optional_in(
            template: &Option<Template>,
            adapter: &HostId,
        ) -> Result<Option<wit::Template>, String> {
            template.as_ref().map(|template| template_in(template, adapter)).transpose()
        }

        fn template_in(template: &Template, adapter: &HostId) -> Result<wit::Template, String> {
            let convert = |segment: &Segment| {
                Ok(match segment {
                    Segment::Literal(text) => wit::Segment::Literal(text.clone()),
                    Segment::Env { name, default } => wit::Segment::Env(wit::EnvRef {
                        name: name.clone(),
                        default: default.clone(),
                    }),
                    Segment::Input(id) => wit::Segment::Input(id.clone()),
                    Segment::File(path) => wit::Segment::File(path.clone()),
                    Segment::Place(Place::UserHome) => wit::Segment::Place(wit::Place::UserHome),
                    Segment::Place(Place::WorkspaceFolder) => {
                        wit::Segment::Place(wit::Place::WorkspaceFolder)
                    }
                    Segment::Native { adapter: owner, text } if owner == adapter => {
                        wit::Segment::Native(text.clone())
                    }
                    Segment::Native { adapter: owner, .. } => {
                        return Err(format!(
                            "it was given a reference that only `{owner}` understands"
                        ));
                    }
                })
            };
            template.segments().iter().map(convert).collect()
        }

        // ---- from the contract ----------------------------------------------------

        /// Fails for a server without a name.
        pub(crate) fn reading_out(
            reading: wit::Reading,
            adapter: &HostId,
        ) -> Result<core::Reading, String> {
            Ok(core::Reading {
                servers: (reading.servers.into_iter())
                    .map(|server| server_out(server, adapter))
                    .collect::<Result<_, _>>()?,
                foreign: reading.foreign,
                unreadable: (reading.unreadable.into_iter())
                    .map(|entry| core::Unreadable {
                        name: entry.name,
                        reason: $crate::clean(&entry.reason),
                    })
                    .collect(),
            })
        }

        pub(crate) fn writing_out(writing: wit::Writing) -> core::Writing {
            core::Writing {
                sections: (writing.sections.into_iter())
                    .map(|section| core::Section {
                        document: section.document,
                        path: section.path,
                        value: section.value,
                    })
                    .collect(),
                outcomes: writing.outcomes.into_iter().map(outcome_out).collect(),
            }
        }

        fn outcome_out(outcome: wit::Outcome) -> core::Outcome {
            let loss = |loss: wit::Loss| core::Loss {
                field: $crate::clean(&loss.field),
                kind: match loss.kind {
                    wit::LossKind::Dropped => core::LossKind::Dropped,
                    wit::LossKind::Approximated => core::LossKind::Approximated,
                    wit::LossKind::Inlined => core::LossKind::Inlined,
                    wit::LossKind::Renamed => core::LossKind::Renamed,
                },
                detail: $crate::clean(&loss.detail),
            };
            match outcome {
                wit::Outcome::Done(losses) => {
                    core::Outcome::Done(losses.into_iter().map(loss).collect())
                }
                wit::Outcome::Refused(reason) => core::Outcome::Refused($crate::clean(&reason)),
            }
        }

        pub(crate) fn error_out(error: wit::Error) -> core::AdapterError {
            match error {
                wit::Error::UnexpectedShape((path, reason)) => {
                    core::AdapterError::UnexpectedShape {
                        path: path.iter().map(|step| $crate::clean(step)).collect(),
                        reason: $crate::clean(&reason),
                    }
                }
                wit::Error::UnsupportedVersion(version) => {
                    core::AdapterError::UnsupportedVersion($crate::clean(&version))
                }
                wit::Error::Other(reason) => core::AdapterError::Other($crate::clean(&reason)),
            }
        }

        pub(crate) fn server_out(server: wit::Server, adapter: &HostId) -> Result<Server, String> {
            let name = ServerName::new(server.name).ok_or("it listed a server without a name")?;
            let transport = match server.transport {
                wit::Transport::Stdio(stdio) => Transport::Stdio(stdio_out(stdio, adapter)),
                wit::Transport::Remote(remote) => {
                    let transport = match remote.kind {
                        wit::RemoteKind::StreamableHttp => Transport::StreamableHttp,
                        wit::RemoteKind::Sse => Transport::Sse,
                        wit::RemoteKind::Auto => Transport::RemoteAuto,
                    };
                    transport(remote_out(remote, adapter))
                }
            };
            Ok(Server {
                name,
                transport,
                enabled: server.enabled,
                description: server.description,
                timeouts: server::Timeouts {
                    request: server.timeouts.request,
                    startup: server.timeouts.startup,
                    tool_call: server.timeouts.tool_call,
                },
                tools: server::ToolFilter {
                    allow: server.tools.allow,
                    deny: server.tools.deny,
                    auto_approve: server.tools.auto_approve,
                },
                extras: (server.extras.into_iter())
                    .map(|extra| server::Extra { path: extra.path, value: extra.value })
                    .collect(),
            })
        }

        fn stdio_out(stdio: wit::Stdio, adapter: &HostId) -> server::Stdio {
            server::Stdio {
                command: template_out(stdio.command, adapter),
                args: stdio.args.into_iter().map(|arg| template_out(arg, adapter)).collect(),
                env: pairs_out(stdio.env, adapter),
                env_forward: stdio.env_forward,
                env_file: stdio.env_file.map(|file| template_out(file, adapter)),
                cwd: stdio.cwd.map(|cwd| template_out(cwd, adapter)),
            }
        }

        fn remote_out(remote: wit::Remote, adapter: &HostId) -> server::Remote {
            let template = |template| template_out(template, adapter);
            server::Remote {
                url: template(remote.url),
                headers: pairs_out(remote.headers, adapter),
                oauth: remote.oauth.map(|oauth| server::OAuth {
                    client_id: oauth.client_id.map(template),
                    client_secret: oauth.client_secret.map(template),
                    scopes: oauth.scopes,
                    authorization_url: oauth.authorization_url.map(template),
                    token_url: oauth.token_url.map(template),
                    redirect_uri: oauth.redirect_uri.map(template),
                }),
            }
        }

        fn pairs_out(
            pairs: Vec<(String, wit::Template)>,
            adapter: &HostId,
        ) -> Vec<(String, Template)> {
            pairs.into_iter().map(|(name, value)| (name, template_out(value, adapter))).collect()
        }

        fn template_out(template: wit::Template, adapter: &HostId) -> Template {
            Template::new(template.into_iter().map(|segment| match segment {
                wit::Segment::Literal(text) => Segment::Literal(text),
                wit::Segment::Env(env) => Segment::Env { name: env.name, default: env.default },
                wit::Segment::Input(id) => Segment::Input(id),
                wit::Segment::File(path) => Segment::File(path),
                wit::Segment::Place(wit::Place::UserHome) => Segment::Place(Place::UserHome),
                wit::Segment::Place(wit::Place::WorkspaceFolder) => {
                    Segment::Place(Place::WorkspaceFolder)
                }
                wit::Segment::Native(text) => Segment::Native { adapter: adapter.clone(), text },
            }))
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::bindings::v0_1::convert::{edits_in, server_in, server_out};
    use hatch_core::adapter::Edit;
    use hatch_core::host::HostId;
    use hatch_core::server::{
        Extra, OAuth, Remote, Server, ServerName, Stdio, Timeouts, ToolFilter, Transport,
    };
    use hatch_core::template::{Place, Segment, Template};
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;

    fn own() -> HostId {
        HostId::new("own").unwrap()
    }

    fn template() -> impl Strategy<Value = Template> {
        let segment = prop_oneof![
            "[a-z$]{0,6}".prop_map(Segment::Literal),
            ("[A-Z]{1,4}", of("[a-z]{0,4}"))
                .prop_map(|(name, default)| Segment::Env { name, default }),
            "[a-z]{1,4}".prop_map(Segment::Input),
            "[a-z]{1,4}".prop_map(Segment::File),
            Just(Segment::Place(Place::UserHome)),
            Just(Segment::Place(Place::WorkspaceFolder)),
            "[a-z]{0,4}".prop_map(|text| Segment::Native { adapter: own(), text }),
        ];
        vec(segment, 0..4).prop_map(Template::new)
    }

    fn pairs() -> impl Strategy<Value = Vec<(String, Template)>> {
        vec(("[A-Z]{0,4}", template()), 0..3)
    }

    fn names() -> impl Strategy<Value = Vec<String>> {
        vec("[a-z]{0,4}", 0..3)
    }

    prop_compose! {
        fn stdio()(
            command in template(),
            args in vec(template(), 0..3),
            env in pairs(),
            env_forward in names(),
            env_file in of(template()),
            cwd in of(template()),
        ) -> Stdio {
            Stdio { command, args, env, env_forward, env_file, cwd }
        }
    }

    prop_compose! {
        fn oauth()(
            client_id in of(template()),
            client_secret in of(template()),
            scopes in of(names()),
            authorization_url in of(template()),
            token_url in of(template()),
            redirect_uri in of(template()),
        ) -> OAuth {
            OAuth { client_id, client_secret, scopes, authorization_url, token_url, redirect_uri }
        }
    }

    prop_compose! {
        fn remote()(url in template(), headers in pairs(), oauth in of(oauth())) -> Remote {
            Remote { url, headers, oauth }
        }
    }

    prop_compose! {
        fn server()(
            name in "[a-z]{1,6}",
            transport in prop_oneof![
                stdio().prop_map(Transport::Stdio),
                remote().prop_map(Transport::StreamableHttp),
                remote().prop_map(Transport::Sse),
                remote().prop_map(Transport::RemoteAuto),
            ],
            enabled in of(any::<bool>()),
            description in of("[a-z]{0,4}"),
            times in (of(any::<u64>()), of(any::<u64>()), of(any::<u64>())),
            tools in (of(names()), of(names()), of(names())),
            extras in vec((names(), "[a-z]{0,4}"), 0..3),
        ) -> Server {
            Server {
                name: ServerName::new(name).unwrap(),
                transport,
                enabled,
                description,
                timeouts: Timeouts { request: times.0, startup: times.1, tool_call: times.2 },
                tools: ToolFilter { allow: tools.0, deny: tools.1, auto_approve: tools.2 },
                extras: extras.into_iter().map(|(path, value)| Extra { path, value }).collect(),
            }
        }
    }

    proptest! {
        #[test]
        fn a_server_comes_back_as_it_went(server in server()) {
            let there = server_in(&server, &own()).unwrap();
            prop_assert_eq!(server_out(there, &own()).unwrap(), server);
        }
    }

    #[test]
    fn references_of_other_adapters_are_not_handed_on() {
        let native = Segment::Native { adapter: own(), text: "x".to_owned() };
        let command = Template::new([native]);
        let server = Server {
            name: ServerName::new("a").unwrap(),
            transport: Transport::Stdio(Stdio { command, ..Stdio::default() }),
            enabled: None,
            description: None,
            timeouts: Timeouts::default(),
            tools: ToolFilter::default(),
            extras: Vec::new(),
        };
        let other = HostId::new("other").unwrap();
        let error = edits_in(&[Edit::Put(server)], &other).unwrap_err();
        assert_eq!(error, "it was given a reference that only `own` understands");
    }
}

//! One asked server, into an entry of a host's file.
//!
//! What an entry says already is not spelt anew: each canonical field is compared with
//! what is asked, and only a field that differs is written. So a second `put` of the same
//! server changes nothing, and neither does one of what was read.

use crate::dialect::{Bare, Dialect, Enabled, Kinds, OauthKeys, TimeoutKey};
use crate::json::{Object, Value};
use crate::read::{self, Live};
use crate::template::{self, Spelling, normal};
use crate::{
    Loss, LossKind, Oauth, Remote, RemoteKind, Segment, Server, Spot, Stdio, Template, Transport,
};

/// The entry that says what is asked, or the reason why there can't be one.
pub(crate) fn server(
    dialect: &Dialect<'_>,
    existing: Option<&Object>,
    asked: &Server,
) -> Result<(Object, Vec<Loss>), String> {
    let entry = existing.cloned().unwrap_or_default();
    let mut put = Put { dialect, entry, losses: Vec::new() };
    match &asked.transport {
        Transport::Stdio(stdio) => put.stdio(stdio)?,
        Transport::Remote(remote) => put.remote(remote)?,
    }
    put.settings(asked);
    put.extras(asked)?;
    Ok((put.entry, put.losses))
}

struct Put<'a> {
    dialect: &'a Dialect<'a>,
    entry: Object,
    losses: Vec<Loss>,
}

impl<'a> Put<'a> {
    fn stdio(&mut self, asked: &Stdio) -> Result<(), String> {
        let keys = self.dialect.stdio;
        if read::live(self.dialect, &self.entry) != Some(Live::Stdio) {
            self.drop_keys_of_the_other(true);
            self.mark_stdio();
        }
        self.command(asked)?;
        let env = self.forwarded(asked);
        self.pairs(keys.env, "env", &env, Spot::Env)?;
        self.optional(keys.env_file, "env-file", asked.env_file.as_ref(), Spot::EnvFile)?;
        self.optional(keys.cwd, "cwd", asked.cwd.as_ref(), Spot::Cwd)
    }

    /// Writes the command and its arguments, unless the entry has both in any spelling.
    fn command(&mut self, asked: &Stdio) -> Result<(), String> {
        let (dialect, keys) = (self.dialect, self.dialect.stdio);
        let asked_args: Vec<Template> = asked.args.iter().map(|arg| normal(arg)).collect();
        let command = normal(&asked.command);
        let (split, split_args) = read::split_command(dialect, command.clone(), asked_args.clone());
        if split != command || split_args != asked_args {
            for field in ["command", "args"] {
                let detail =
                    format!("{} splits a command without arguments at its spaces", dialect.host);
                self.lose(field, LossKind::Approximated, detail);
            }
        }
        if read::words(dialect, &self.entry) == Some((split, split_args)) {
            return Ok(());
        }
        self.write("command", keys.command, &asked.command, Spot::Command)?;
        let args = self.rendered_args(asked)?;
        // What says nothing is not written: no list for a server without arguments.
        let says_nothing = args.is_empty() && self.entry.get(keys.args).is_none();
        if !says_nothing && !self.same_args(&args, &asked_args) {
            self.entry.set(keys.args, Value::Array(args));
        }
        Ok(())
    }

    /// The arguments; those that an entry has at the same place keep their spelling.
    fn rendered_args(&mut self, asked: &Stdio) -> Result<Vec<Value>, String> {
        let old =
            self.entry.get(self.dialect.stdio.args).and_then(Value::as_array).map(<[_]>::to_vec);
        let old = old.unwrap_or_default();
        let mut args = Vec::with_capacity(asked.args.len());
        for (at, arg) in asked.args.iter().enumerate() {
            args.push(self.value(&format!("args.{at}"), old.get(at), arg, Spot::Arg)?);
        }
        Ok(args)
    }

    fn same_args(&self, new: &[Value], asked: &[Template]) -> bool {
        match self.entry.get(self.dialect.stdio.args) {
            Some(Value::Array(old)) => old == new,
            Some(Value::Null) => asked.is_empty(),
            _ => false,
        }
    }

    /// The variables, with those that the host should hand on by name as references, if it
    /// has no list for them and knows references.
    fn forwarded(&mut self, asked: &Stdio) -> Vec<(String, Template)> {
        let mut env = asked.env.clone();
        if let Some(key) = self.dialect.stdio.env_forward {
            self.forward(key, &asked.env_forward);
            return env;
        }
        for name in &asked.env_forward {
            if env.iter().any(|(known, _)| known == name) {
                continue;
            }
            let segment = template::env(name);
            let host = self.dialect.host;
            if let Spelling::Exact(text) = self.dialect.syntax.spell(&segment, Spot::Env) {
                let detail = format!("{host} can't hand variables on by name; written as `{text}`");
                for field in ["env-forward".to_owned(), format!("env.{name}")] {
                    self.lose(&field, LossKind::Approximated, detail.clone());
                }
                env.push((name.clone(), vec![segment]));
            } else {
                let detail = format!("{host} can't hand on `{name}` from its own environment");
                self.lose("env-forward", LossKind::Dropped, detail);
            }
        }
        env
    }

    /// Writes the list of variables to hand on.
    fn forward(&mut self, key: &str, names: &[String]) {
        match self.entry.given(key).and_then(Value::as_strings) {
            Some(old) if old == names => {}
            Some(_) if names.is_empty() => self.entry.remove(key),
            None if names.is_empty() => {}
            _ => self.entry.set(key, Value::Array(names.iter().map(Value::string).collect())),
        }
    }

    fn mark_stdio(&mut self) {
        let words = self.dialect.kinds.words();
        if let (true, Some(word)) = (words.marks_stdio, words.stdio.first()) {
            self.entry.set(self.dialect.kinds.key(), Value::string(*word));
        }
    }

    fn remote(&mut self, asked: &Remote) -> Result<(), String> {
        let (dialect, keys) = (self.dialect, self.dialect.remote);
        if let Kinds::StdioOnly { refusal, .. } = dialect.kinds {
            return Err(refusal.to_owned());
        }
        let mut live = read::live(dialect, &self.entry);
        if matches!(live, Some(Live::Stdio | Live::Mismarked)) {
            self.drop_keys_of_the_other(false);
            live = read::live(dialect, &self.entry);
        }
        let old = match live {
            Some(Live::Remote(key, _)) => self.entry.get(key).cloned(),
            _ => None,
        };
        let url = self.value("url", old.as_ref(), &asked.url, Spot::Url)?;
        let same_url = old.as_ref() == Some(&url);
        let key = match live {
            Some(Live::Remote(key, old)) if self.same_kind(old, asked.kind, same_url) => key,
            _ => {
                for old in keys.http_url.into_iter().chain(keys.also_url) {
                    self.entry.remove(old);
                }
                keys.url
            }
        };
        if self.entry.get(key) != Some(&url) {
            self.entry.set(key, url);
            if let Some(other) = keys.also_url.filter(|other| *other != key) {
                self.entry.remove(other);
            }
        }
        self.mark(live, asked.kind, same_url)?;
        self.pairs(keys.headers, "headers", &asked.headers, Spot::Header)?;
        match (&asked.oauth, &keys.oauth) {
            (Some(oauth), Some(keys)) => self.oauth(oauth, keys),
            (Some(_), None) => {
                self.unsupported("oauth", "no place for an OAuth client");
                Ok(())
            }
            (None, _) => Ok(()),
        }
    }

    /// Whether an entry's kind does for the one that is asked. Asked for either kind, what
    /// an entry says of the same URL is as good as any.
    fn same_kind(&self, old: RemoteKind, asked: RemoteKind, same_url: bool) -> bool {
        let detected = matches!(self.dialect.kinds, Kinds::Detected { .. });
        old == asked
            || (asked == RemoteKind::Auto && same_url)
            || (old == RemoteKind::Auto && detected)
    }

    fn mark(
        &mut self,
        live: Option<Live<'_>>,
        asked: RemoteKind,
        same_url: bool,
    ) -> Result<(), String> {
        if let Some(Live::Remote(_, old)) = live
            && self.same_kind(old, asked, same_url)
        {
            return Ok(());
        }
        let key = self.dialect.kinds.key();
        match self.word(asked)? {
            Some(word) => self.entry.set(key, Value::string(word)),
            None => self.entry.remove(key),
        }
        if let Some(hint) = self.dialect.kinds.hint_key() {
            self.entry.remove(hint);
        }
        Ok(())
    }

    /// The word for a kind; none where a URL says it without one.
    fn word(&mut self, asked: RemoteKind) -> Result<Option<&'a str>, String> {
        let Kinds::Marked { words, .. } = &self.dialect.kinds else { return Ok(None) };
        let host = self.dialect.host;
        let (http, sse) = (words.http.first().copied(), words.sse.first().copied());
        match (asked, words.bare) {
            (RemoteKind::Auto, Bare::Detected)
            | (RemoteKind::StreamableHttp | RemoteKind::Auto, Bare::Http) => Ok(None),
            (RemoteKind::StreamableHttp, Bare::Detected) => Ok(http),
            (RemoteKind::Sse, Bare::Detected | Bare::Sse) => Ok(sse),
            (RemoteKind::StreamableHttp, _) if http.is_some() => Ok(http),
            (RemoteKind::Sse, _) if sse.is_some() => Ok(sse),
            (RemoteKind::StreamableHttp, _) => {
                Err(format!("{host} speaks no Streamable HTTP, only HTTP with server-sent events"))
            }
            (RemoteKind::Sse, _) => {
                Err(format!("{host} speaks Streamable HTTP, and not HTTP with server-sent events"))
            }
            (RemoteKind::Auto, _) => {
                let word = http.or(sse);
                if let Some(word) = word {
                    let detail = format!(
                        "{host} has to be told which kind of HTTP it is; written as `{word}`"
                    );
                    self.lose("transport", LossKind::Approximated, detail);
                }
                Ok(word)
            }
        }
    }

    fn oauth(&mut self, asked: &Oauth, keys: &OauthKeys<'_>) -> Result<(), String> {
        let host = self.dialect.host;
        let mut object =
            self.entry.get(keys.object).and_then(Value::as_object).cloned().unwrap_or_default();
        for (field, key, value) in [
            ("client-id", Some(keys.client_id), &asked.client_id),
            ("client-secret", keys.client_secret, &asked.client_secret),
            ("authorization-url", keys.authorization_url, &asked.authorization_url),
            ("token-url", keys.token_url, &asked.token_url),
            ("redirect-uri", keys.redirect_uri, &asked.redirect_uri),
        ] {
            let (Some(value), field) = (value, format!("oauth.{field}")) else { continue };
            let Some(key) = key else {
                self.lose(&field, LossKind::Dropped, format!("{host} has no place for it"));
                continue;
            };
            let value = self.value(&field, object.get(key), value, Spot::Oauth)?;
            object.set(key, value);
        }
        match (&asked.scopes, keys.scopes) {
            (Some(scopes), Some(key)) => self.strings(&mut object, key, "oauth.scopes", scopes),
            (Some(_), None) => {
                self.lose(
                    "oauth.scopes",
                    LossKind::Dropped,
                    format!("{host} has no place for them"),
                );
            }
            (None, _) => {}
        }
        if !object.is_empty() {
            self.entry.set(keys.object, Value::Object(object));
        }
        Ok(())
    }

    /// What is said of a server whatever its transport.
    fn settings(&mut self, asked: &Server) {
        let dialect = self.dialect;
        self.enabled(asked.enabled);
        match (&asked.description, dialect.description) {
            (Some(text), Some(key)) => self.description(key, text),
            (Some(_), None) => self.unsupported("description", "no place for a description"),
            (None, _) => {}
        }
        self.timeouts(asked);
        for (field, key, asked) in [
            ("tools.allow", dialect.tools.allow, &asked.tools.allow),
            ("tools.deny", dialect.tools.deny, &asked.tools.deny),
            ("tools.auto-approve", dialect.tools.auto_approve, &asked.tools.auto_approve),
        ] {
            match (asked, key) {
                (Some(names), Some(_)) if !dialect.tools.are_names(names) => {
                    let detail = format!("{} takes a `*` in it for any text", dialect.host);
                    self.lose(field, LossKind::Dropped, detail);
                }
                (Some(names), Some(key)) => {
                    let mut entry = std::mem::take(&mut self.entry);
                    self.strings(&mut entry, key, field, names);
                    self.entry = entry;
                }
                (Some(_), None) => self.unsupported(field, "no such list of tools in its file"),
                (None, _) => {}
            }
        }
    }

    /// Turns a server off or on. One of which nothing is said is on already.
    fn enabled(&mut self, asked: Option<bool>) {
        match (asked, self.dialect.enabled) {
            (Some(false), Enabled::Never(why)) => {
                let detail = format!("{}: {why}, so the server stays on", self.dialect.host);
                self.lose("enabled", LossKind::Dropped, detail);
            }
            (Some(asked), Enabled::Key { key, on }) => {
                let there = read::enabled(self.dialect, &self.entry);
                let is_said = self.entry.given(key).is_some();
                if there != Some(asked) && (is_said || !asked) {
                    self.entry.set(key, Value::Bool(asked == on));
                }
            }
            _ => {}
        }
    }

    fn description(&mut self, key: &str, text: &str) {
        self.warn_of_expansion("description", text);
        if self.entry.get(key).and_then(Value::as_str) != Some(text) {
            self.entry.set(key, Value::string(text));
        }
    }

    fn timeouts(&mut self, asked: &Server) {
        let keys = &self.dialect.timeouts;
        for (field, limit, key) in [
            ("timeouts.request", asked.timeouts.request, keys.request),
            ("timeouts.startup", asked.timeouts.startup, keys.startup),
            ("timeouts.tool-call", asked.timeouts.tool_call, keys.tool_call),
        ] {
            let Some(limit) = limit else { continue };
            let is_extra = |key| asked.extras.iter().any(|extra| extra.path == [key]);
            let is_there = |key| self.entry.get(key).is_some() || is_extra(key);
            match key.filter(|key| !key.only_if_there || is_there(key.key)) {
                Some(key) => self.timeout(field, &key, limit),
                None if field == "timeouts.request" && !keys.has_others() => {
                    self.unsupported(field, "no timeout in its file");
                }
                None => self.unsupported(field, "no timeout of this kind in its file"),
            }
        }
    }

    fn timeout(&mut self, field: &str, timeout: &TimeoutKey<'_>, limit: u64) {
        let there = self.entry.get(timeout.key).and_then(Value::as_u64);
        if there.and_then(|number| timeout.read(number)) == Some(limit) {
            return;
        }
        let (number, unit) = (timeout.spell(limit), timeout.unit());
        if timeout.read(number) != Some(limit) {
            let detail =
                format!("written as {number} {unit}: {} comes no closer", self.dialect.host);
            self.lose(field, LossKind::Approximated, detail);
        }
        if there != Some(number) {
            self.entry.set(timeout.key, Value::Number(number.to_string()));
        }
    }

    /// Host-only fields go back where they were. Where one has the place of a canonical
    /// field, the canonical field counts.
    fn extras(&mut self, asked: &Server) -> Result<(), String> {
        for extra in &asked.extras {
            let field = format!("extras.{}", extra.path.join("."));
            let value =
                Value::parse(&extra.value).map_err(|why| format!("`{field}` is no JSON: {why}"))?;
            match self.entry.at_path(&extra.path) {
                Some(old) if *old == value => {}
                _ if extra.path.first().is_some_and(|key| self.decides(key)) => {
                    let detail = format!("it is for {} alone to say", self.dialect.host);
                    self.lose(&field, LossKind::Dropped, detail);
                }
                old if self.is_canonical(&extra.path, old.unwrap_or(&value))
                    || (asked.enabled.is_some() && self.is_switch(&extra.path)) =>
                {
                    let detail = "a field of the server has its place".to_owned();
                    self.lose(&field, LossKind::Dropped, detail);
                }
                _ => self.entry.set_path(&extra.path, value),
            }
        }
        Ok(())
    }

    /// Whether a place in an entry is that of a canonical field which holds such a value.
    fn is_canonical(&self, path: &[String], value: &Value) -> bool {
        match (path, &self.dialect.remote.oauth) {
            ([object, key], Some(keys)) if object == keys.object => {
                read::holds_oauth(keys, key, value)
            }
            ([object], Some(keys)) if object == keys.object => value.as_object().is_some(),
            ([object, ..], Some(keys)) if object == keys.object => false,
            ([key], _) => read::holds(self.dialect, key, value),
            ([key, ..], _) => self.dialect.knows(key),
            ([], _) => true,
        }
    }

    /// Whether a place in an entry is that of the switch: a server that is on may say nothing.
    fn is_switch(&self, path: &[String]) -> bool {
        matches!((path, self.dialect.switch()), ([key], Some(switch)) if key == switch)
    }

    /// Whether a key decides what kind of entry it is in, or holds an app's state.
    fn decides(&self, key: &str) -> bool {
        let kinds = &self.dialect.kinds;
        self.dialect.foreign.contains(&key)
            || self.dialect.state.contains(&key)
            || (key == kinds.key() && (kinds.is_strict() || kinds.words().marks_stdio))
    }

    /// Writes a map, member by member. Null members, which say nothing, stay.
    fn pairs(
        &mut self,
        key: &str,
        field: &str,
        asked: &[(String, Template)],
        spot: Spot,
    ) -> Result<(), String> {
        let old = self.entry.get(key).and_then(Value::as_object).cloned();
        let mut wanted: Vec<(&str, Value)> = Vec::with_capacity(asked.len());
        for (name, value) in asked {
            let known = old.as_ref().and_then(|old| old.get(name));
            let value = self.value(&format!("{field}.{name}"), known, value, spot)?;
            match wanted.iter_mut().find(|(known, _)| known == name) {
                Some(pair) => pair.1 = value,
                None => wanted.push((name, value)),
            }
        }
        let mut new = old.clone().unwrap_or_default();
        for (name, value) in old.iter().flat_map(Object::iter) {
            if *value != Value::Null && !wanted.iter().any(|(asked, _)| *asked == name) {
                new.remove(name);
            }
        }
        for (name, value) in wanted {
            if new.get(name) != Some(&value) {
                new.set(name, value);
            }
        }
        let is_absent = self.entry.given(key).is_none();
        if old.as_ref() != Some(&new) && !(is_absent && new.is_empty()) {
            if new.is_empty() {
                self.entry.remove(key);
            } else {
                self.entry.set(key, Value::Object(new));
            }
        }
        Ok(())
    }

    /// Writes a value that an edit may leave open.
    fn optional(
        &mut self,
        key: Option<&str>,
        field: &str,
        asked: Option<&Template>,
        spot: Spot,
    ) -> Result<(), String> {
        match (asked, key) {
            (None, _) => Ok(()),
            (Some(_), None) => {
                self.unsupported(field, &format!("no `{field}` in its file"));
                Ok(())
            }
            (Some(value), Some(key)) => self.write(field, key, value, spot),
        }
    }

    fn strings(&mut self, object: &mut Object, key: &str, field: &str, asked: &[String]) {
        for text in asked {
            self.warn_of_expansion(field, text);
        }
        if object.get(key).and_then(Value::as_strings).as_deref() != Some(asked) {
            object.set(key, Value::Array(asked.iter().map(Value::string).collect()));
        }
    }

    /// Text that the contract knows no references in, in a host that expands it all the
    /// same: nothing that would keep a server from working.
    fn warn_of_expansion(&mut self, field: &str, text: &str) {
        let parsed = self.dialect.syntax.parse(text, Spot::Plain);
        if parsed != template::literal(text) {
            let detail = format!("{} expands what looks like a reference in it", self.dialect.host);
            self.lose(field, LossKind::Approximated, detail);
        }
    }

    /// Writes a value, unless what is there means the same.
    fn write(
        &mut self,
        field: &str,
        key: &str,
        asked: &[Segment],
        spot: Spot,
    ) -> Result<(), String> {
        let old = self.entry.get(key).cloned();
        let value = self.value(field, old.as_ref(), asked, spot)?;
        if old.as_ref() != Some(&value) {
            self.entry.set(key, value);
        }
        Ok(())
    }

    /// The value that is there, if it means what is asked, else what is asked in the host's
    /// spelling.
    fn value(
        &mut self,
        field: &str,
        old: Option<&Value>,
        asked: &[Segment],
        spot: Spot,
    ) -> Result<Value, String> {
        let syntax = self.dialect.syntax;
        let means_the_same = |text: String| syntax.parse(&text, spot) == normal(asked);
        if let Some(old) = old
            && old.as_scalar_text().is_some_and(means_the_same)
        {
            return Ok(old.clone());
        }
        let rendered = template::render(syntax, self.dialect.host, asked, spot)
            .map_err(|reason| format!("`{field}` {reason}"))?;
        for detail in rendered.approximations {
            self.lose(field, LossKind::Approximated, detail);
        }
        Ok(Value::String(rendered.text))
    }

    fn drop_keys_of_the_other(&mut self, to_stdio: bool) {
        for key in self.dialect.keys_of_the_other(to_stdio) {
            self.entry.remove(key);
        }
    }

    fn unsupported(&mut self, field: &str, what: &str) {
        let detail = format!("{} has {what}", self.dialect.host);
        self.lose(field, LossKind::Dropped, detail);
    }

    fn lose(&mut self, field: &str, kind: LossKind, detail: String) {
        self.losses.push(Loss { field: field.to_owned(), kind, detail });
    }
}

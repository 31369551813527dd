//! Environments brought together: what one extends, and what is added to one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Environment, EnvironmentError};
use crate::server::ServerName;

/// Reads an environment by name, or says why it can't be had.
pub type Load<'a> = dyn FnMut(&str) -> Result<Environment, String> + 'a;

impl Environment {
    /// Brings in the environments that this one extends. `load` reads one by name.
    ///
    /// # Errors
    ///
    /// Fails where one can't be had, where they go in a circle, and where an override has no
    /// server.
    pub fn resolve(&self, name: &str, load: &mut Load<'_>) -> Result<Self, EnvironmentError> {
        let resolved = self.merge(&mut vec![name.to_owned()], load)?;
        let known: BTreeSet<_> = resolved.servers.iter().map(|(name, _)| name).collect();
        for (host, overrides) in &resolved.overrides {
            for (server, _) in overrides {
                if !known.contains(server) {
                    let (host, server) = (host.clone(), server.clone());
                    return Err(EnvironmentError::NothingToOverride { host, server });
                }
            }
        }
        Ok(resolved)
    }

    /// For each server of this environment, which is called `name`, the one whose file it
    /// comes from: this one, or one that it extends.
    ///
    /// # Errors
    ///
    /// As [`Environment::resolve`].
    pub fn origins(
        &self,
        name: &str,
        load: &mut Load<'_>,
    ) -> Result<BTreeMap<ServerName, String>, EnvironmentError> {
        self.resolve(name, load)?;
        self.collect_origins(name, load)
    }

    /// There are no circles, which [`Environment::origins`] has seen to.
    fn collect_origins(
        &self,
        name: &str,
        load: &mut Load<'_>,
    ) -> Result<BTreeMap<ServerName, String>, EnvironmentError> {
        let mut origins = BTreeMap::new();
        for base in &self.extends {
            let environment = load_base(base, load)?;
            origins.extend(environment.collect_origins(base, load)?);
        }
        origins.extend(self.servers.iter().map(|(server, _)| (server.clone(), name.to_owned())));
        Ok(origins)
    }

    fn merge(
        &self,
        trail: &mut Vec<String>,
        load: &mut Load<'_>,
    ) -> Result<Self, EnvironmentError> {
        let mut merged = Environment { description: self.description.clone(), ..Self::default() };
        for name in &self.extends {
            let seen = trail.contains(name);
            trail.push(name.clone());
            if seen {
                return Err(EnvironmentError::Cycle(trail.clone()));
            }
            let base = load_base(name, load)?;
            merged.take(base.merge(trail, load)?);
            trail.pop();
        }
        merged.take(Environment { extends: Vec::new(), ..self.clone() });
        Ok(merged)
    }

    /// Adds what another says: servers of the same name are replaced, what is here alone
    /// stays, and so does the description.
    pub fn add(&mut self, other: Environment) {
        self.description = self.description.take().or(other.description.clone());
        let new = other.extends.iter().filter(|name| !self.extends.contains(name));
        let new: Vec<_> = new.cloned().collect();
        self.extends.extend(new);
        self.take(other);
    }

    /// Puts another environment's servers over this one's.
    fn take(&mut self, other: Environment) {
        put_all(&mut self.servers, other.servers);
        for (host, entries) in other.overrides {
            put_all(self.overrides.entry(host).or_default(), entries);
        }
    }
}

fn load_base(name: &str, load: &mut Load<'_>) -> Result<Environment, EnvironmentError> {
    load(name).map_err(|reason| EnvironmentError::Extended { name: name.to_owned(), reason })
}

fn put_all(entries: &mut Vec<(ServerName, Entry)>, others: Vec<(ServerName, Entry)>) {
    let mut places: BTreeMap<ServerName, usize> =
        entries.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect();
    for (name, entry) in others {
        match places.get(&name) {
            Some(at) => entries[*at].1 = entry,
            None => {
                places.insert(name.clone(), entries.len());
                entries.push((name, entry));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &str = r#"{"extends": ["base"], "mcpServers": {
        "files": {"command": "npx"}, "news": {"url": "https://news.example/mcp"} }}"#;
    const BASE: &str =
        r#"{"mcpServers": {"files": {"command": "old"}, "clock": {"command": "clock"}}}"#;

    fn parse(text: &str) -> Environment {
        Environment::parse(text.as_bytes()).unwrap()
    }

    fn names(environment: &Environment) -> Vec<&str> {
        environment.servers.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn what_extends_comes_after_what_it_extends() {
        let load = &mut |_: &str| Ok(parse(BASE));
        let resolved = parse(TOP).resolve("prod", load).unwrap();
        assert_eq!(names(&resolved), ["files", "clock", "news"]);
        assert_eq!(resolved.servers[0].1["command"], "npx");
        let origins = parse(TOP).origins("prod", load).unwrap();
        let origins: Vec<_> = origins.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(origins, [("clock", "base"), ("files", "prod"), ("news", "prod")]);
    }

    #[test]
    fn circles_and_missing_bases_are_errors() {
        let again = parse(r#"{"extends": ["prod"], "mcpServers": {}}"#);
        for error in [
            parse(TOP).resolve("prod", &mut |_| Ok(again.clone())).unwrap_err(),
            parse(TOP).origins("prod", &mut |_| Ok(again.clone())).unwrap_err(),
        ] {
            assert_eq!(error.to_string(), "it extends itself: prod → base → prod");
        }
        let error = parse(TOP).resolve("prod", &mut |_| Err("no such".to_owned())).unwrap_err();
        assert_eq!(error.to_string(), "it extends `base`, which can't be used: no such");
    }

    #[test]
    fn what_is_added_replaces_servers_and_nothing_else() {
        let mut environment = parse(
            r#"{"description": "mine", "extends": ["a"], "mcpServers": {
                "files": {"command": "mine", "cwd": "/"}, "own": {"command": "own"}},
                "hosts": {"cursor": {"own": {"cwd": "/x"}}}}"#,
        );
        let other = r#"{"description": "theirs", "extends": ["b", "a"], "mcpServers": {
            "files": {"command": "theirs"}}, "hosts": {"cursor": {"files": {"cwd": "/y"}}}}"#;
        environment.add(parse(other));
        assert_eq!(environment.description.as_deref(), Some("mine"));
        assert_eq!(environment.extends, ["a", "b"]);
        assert_eq!(names(&environment), ["files", "own"]);
        assert_eq!(environment.servers[0].1.len(), 1);
        assert_eq!(environment.overrides.values().next().unwrap().len(), 2);
    }
}

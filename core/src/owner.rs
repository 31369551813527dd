//! Whose a document is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::environment::EnvironmentName;
use crate::host::HostId;

/// What stands before an environment's name, where a host's could stand as well. No host's
/// name has a colon in it.
const ENVIRONMENT: &str = "env:";

/// Whose a document is: a host's, or hatch's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Owner {
    /// A host's.
    Host(HostId),
    /// An environment's.
    Environment(EnvironmentName),
}

/// A name that is neither a host's nor an environment's.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` names neither a host nor, as `env:NAME`, an environment")]
pub struct InvalidOwner(String);

impl Owner {
    /// Reads `cursor` or `env:production`.
    ///
    /// # Errors
    ///
    /// Fails for a name that could be neither's.
    pub fn parse(text: &str) -> Result<Self, InvalidOwner> {
        let invalid = || InvalidOwner(text.to_owned());
        match text.strip_prefix(ENVIRONMENT) {
            Some(name) => EnvironmentName::new(name).map(Owner::Environment).map_err(|_| invalid()),
            None => HostId::new(text).map(Owner::Host).map_err(|_| invalid()),
        }
    }

    /// The host, if it is one.
    pub fn host(&self) -> Option<&HostId> {
        match self {
            Owner::Host(host) => Some(host),
            Owner::Environment(_) => None,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::Host(host) => host.fmt(f),
            Owner::Environment(name) => write!(f, "{ENVIRONMENT}{name}"),
        }
    }
}

impl From<HostId> for Owner {
    fn from(host: HostId) -> Self {
        Owner::Host(host)
    }
}

impl TryFrom<String> for Owner {
    type Error = InvalidOwner;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Owner::parse(&text)
    }
}

impl From<Owner> for String {
    fn from(owner: Owner) -> String {
        owner.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_environments_are_told_apart() {
        for text in ["cursor", "env:production", "env:Prod_2.b"] {
            assert_eq!(Owner::parse(text).unwrap().to_string(), text);
        }
        assert!(Owner::parse("cursor").unwrap().host().is_some());
        assert!(Owner::parse("env:cursor").unwrap().host().is_none());
        for text in ["", "env:", "env:a/b", "Cursor", "host:cursor"] {
            assert!(Owner::parse(text).is_err(), "{text}");
        }
    }
}

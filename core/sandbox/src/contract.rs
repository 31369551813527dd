//! The contract's name, and the versions of it that this hatch speaks.

/// The interface that an adapter exports, without its version.
pub(crate) const CONTRACT: &str = "hatch:adapter/host-config";

/// A version of the contract that this hatch speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V0_1,
    #[cfg(feature = "draft-contract")]
    V0_2,
}

impl Version {
    /// All of them, the newest first: built-in adapters are made for that one, and are found
    /// to be so with the first look.
    pub(crate) const ALL: &[Version] = &[
        #[cfg(feature = "draft-contract")]
        Version::V0_2,
        Version::V0_1,
    ];

    /// What a person calls it. Within a version only functions may be added, so any patch of
    /// it is the same to this hatch.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Version::V0_1 => "0.1",
            #[cfg(feature = "draft-contract")]
            Version::V0_2 => "0.2",
        }
    }

    /// The interface that an adapter exports. Later patches are found by this name, too.
    pub(crate) const fn interface(self) -> &'static str {
        match self {
            Version::V0_1 => "hatch:adapter/host-config@0.1.0",
            #[cfg(feature = "draft-contract")]
            Version::V0_2 => "hatch:adapter/host-config@0.2.0",
        }
    }

    /// The version that an interface's `1.2.3` is a patch of.
    pub(crate) fn of_patch(version: &str) -> Option<Version> {
        let is_patch = |known: Version| {
            let patch = version.strip_prefix(known.name()).and_then(|it| it.strip_prefix('.'));
            patch.is_some_and(|patch| patch.parse::<u32>().is_ok())
        };
        Version::ALL.iter().copied().find(|known| is_patch(*known))
    }

    /// Whether an interface's `1.2.3` is of a version that came after all that are known.
    pub(crate) fn is_too_new(version: &str) -> bool {
        let numbers = |version: &str| -> Option<(u32, u32)> {
            let mut numbers = version.split('.').map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        };
        Version::ALL.iter().all(|known| numbers(version) > numbers(known.name()))
    }

    /// The names of all of them, oldest first.
    pub(crate) fn known() -> String {
        let names: Vec<_> = Version::ALL.iter().rev().map(|version| version.name()).collect();
        names.join(" and ")
    }
}

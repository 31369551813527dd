//! The contract at each of its versions, and what hides them from the rest.
//!
//! A version is a module with the types that are generated from its folder of `wit/`, and
//! with the three calls. [`Version`] chooses among them; everything outside of this module
//! speaks the types of `hatch_core`. `docs/contract.md` says how a version comes to be.

mod convert;
mod v0_1;
#[cfg(feature = "draft-contract")]
mod v0_2;

use hatch_core::adapter::{AdapterError, Edit, Reading, Section, Writing};
use hatch_core::host::HostId;

use crate::contract::Version;
use crate::limits::Limits;
use crate::loaded::Loaded;

/// What came of a call that ended within its limits: the adapter's answer or its error. The
/// outer error is what it did wrong, in words that follow its name.
pub(crate) type Answer<T> = Result<Result<T, AdapterError>, String>;

impl Version {
    /// Asks what host it is for, and holds all functions against the types of the contract:
    /// those that are not called either.
    pub(crate) fn describe(self, loaded: &Loaded, limits: Limits) -> Result<String, String> {
        match self {
            Version::V0_1 => v0_1::describe(loaded, limits),
            #[cfg(feature = "draft-contract")]
            Version::V0_2 => v0_2::describe(loaded, limits),
        }
    }

    /// Has sections read.
    pub(crate) fn read(
        self,
        loaded: &Loaded,
        limits: Limits,
        sections: &[Section],
        id: &HostId,
    ) -> Answer<Reading> {
        match self {
            Version::V0_1 => v0_1::read(loaded, limits, sections, id),
            #[cfg(feature = "draft-contract")]
            Version::V0_2 => v0_2::read(loaded, limits, sections, id),
        }
    }

    /// Has edits made.
    pub(crate) fn write(
        self,
        loaded: &Loaded,
        limits: Limits,
        sections: &[Section],
        edits: &[Edit],
        id: &HostId,
    ) -> Answer<Writing> {
        match self {
            Version::V0_1 => v0_1::write(loaded, limits, sections, edits, id),
            #[cfg(feature = "draft-contract")]
            Version::V0_2 => v0_2::write(loaded, limits, sections, edits, id),
        }
    }
}

/// The three calls, with the types that are generated in the module that invokes this.
///
/// Each function of an instance is held against its type in the contract when it is asked
/// for: one call needs one of them, and comparing all three takes longer than calling it.
macro_rules! calls {
    () => {
        use ::hatch_core::adapter::{Edit, Reading, Section, Writing};
        use ::hatch_core::host::HostId;
        use ::wasmtime::component::TypedFunc;

        use self::exports::hatch::adapter::host_config as wit;
        use crate::bindings::Answer;
        use crate::limits::Limits;
        use crate::loaded::Loaded;

        type Describe = TypedFunc<(), (wit::Json,)>;
        type Read<'a> = TypedFunc<(&'a [wit::Section],), (Result<wit::Reading, wit::Error>,)>;
        type Write<'a> =
            TypedFunc<(&'a [wit::Section], &'a [wit::Edit]), (Result<wit::Writing, wit::Error>,)>;

        pub(super) fn describe(loaded: &Loaded, limits: Limits) -> Result<String, String> {
            loaded.call(limits, |instance, store| {
                let _: Read<'_> = instance.get_typed_func(&mut *store, loaded.read)?;
                let _: Write<'_> = instance.get_typed_func(&mut *store, loaded.write)?;
                let function: Describe = instance.get_typed_func(&mut *store, loaded.describe)?;
                Ok(function.call(store, ())?.0)
            })
        }

        pub(super) fn read(
            loaded: &Loaded,
            limits: Limits,
            sections: &[Section],
            id: &HostId,
        ) -> Answer<Reading> {
            let sections = convert::sections_in(sections);
            let (answer,) = loaded.call(limits, |instance, store| {
                let function: Read<'_> = instance.get_typed_func(&mut *store, loaded.read)?;
                function.call(store, (&sections,))
            })?;
            match answer {
                Ok(reading) => convert::reading_out(reading, id).map(Ok),
                Err(error) => Ok(Err(convert::error_out(error))),
            }
        }

        pub(super) fn write(
            loaded: &Loaded,
            limits: Limits,
            sections: &[Section],
            edits: &[Edit],
            id: &HostId,
        ) -> Answer<Writing> {
            let sections = convert::sections_in(sections);
            let edits = convert::edits_in(edits, id)?;
            let (answer,) = loaded.call(limits, |instance, store| {
                let function: Write<'_> = instance.get_typed_func(&mut *store, loaded.write)?;
                function.call(store, (&sections, &edits))
            })?;
            Ok(answer.map(convert::writing_out).map_err(convert::error_out))
        }
    };
}
use calls;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_of_a_known_version_are_known() {
        for (version, known) in [
            ("0.1.0", true),
            ("0.1.17", true),
            ("0.9.0", false),
            ("0.1", false),
            ("0.10.0", false),
            ("0.1.0-rc", false),
            ("", false),
        ] {
            assert_eq!(Version::of_patch(version).is_some(), known, "{version}");
        }
    }

    #[test]
    fn later_versions_are_told_from_others() {
        for (version, too_new) in [
            ("0.9.0", true),
            ("0.10.0", true),
            ("2.0.0", true),
            ("0.0.9", false),
            ("0.1.0-rc", false),
            ("next", false),
            ("", false),
        ] {
            assert_eq!(Version::is_too_new(version), too_new, "{version}");
        }
    }
}

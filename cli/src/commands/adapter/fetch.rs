//! From what was typed to bytes, and from bytes to an adapter that was looked at.

use std::path::{Path, PathBuf};

use hatch_adapter_kit::Project;
use hatch_adapter_kit::project::MANIFEST;
use hatch_core::host::HostDescriptor;
use hatch_packages::{ContentDigest, Fetched, Metadata, Source, signature};
use hatch_sandbox::ComponentError;

use crate::adapters::{self, Examined};
use crate::context::Context;
use crate::error::Fault;

/// An adapter that was fetched and looked at. It was run in the sandbox, and nowhere else.
pub struct Candidate {
    pub fetched: Fetched,
    pub examined: Examined,
    pub metadata: Metadata,
    pub digest: ContentDigest,
}

impl Candidate {
    pub fn descriptor(&self) -> &HostDescriptor {
        self.examined.adapter.descriptor()
    }

    /// The version that its own bytes have, and so its signature covers: as its author says, or
    /// as its metadata does.
    pub fn own_version(&self) -> Option<&str> {
        let own = self.descriptor().version.as_deref();
        own.or(self.metadata.version.as_deref())
    }

    /// Its version: its own, or what its source calls it.
    pub fn version(&self) -> Option<String> {
        self.own_version().or(self.fetched.version.as_deref()).map(str::to_owned)
    }
}

/// What was typed, with paths taken from the current folder. A name that is no path there is that
/// of a table which comes with hatch.
pub fn source(cx: &Context, text: &str) -> Result<Source, Fault> {
    match Source::parse(text) {
        Ok(Source::Path(path)) => {
            let path = cx.absolute(&path);
            let is_shipped = hatch_adapters::shipped(text).is_some() && !path.exists();
            Ok(if is_shipped { Source::Shipped(text.to_owned()) } else { Source::Path(path) })
        }
        Ok(source) => Ok(source),
        Err(error) => Err(Fault::of(&error)),
    }
}

/// Fetches an adapter and looks at it.
pub fn candidate(cx: &Context, source: &Source) -> Result<Candidate, Fault> {
    let fetched = fetch(cx, source)?;
    let shown = shown(cx, source);
    let examined = adapters::examine(cx, &fetched.bytes, &shown).map_err(|error| {
        let hint = error.downcast_ref().and_then(ComponentError::hint).map(str::to_owned);
        Fault::because(format!("`{shown}` is no adapter that hatch can use"), &*error)
            .maybe_hint(hint)
    })?;
    let metadata = Metadata::of(&fetched.bytes);
    for version in [&metadata.version, &fetched.version].into_iter().flatten() {
        adapters::check_version(version).map_err(|reason| {
            Fault::new(format!("`{shown}` is no adapter that hatch can use")).cause(reason)
        })?;
    }
    let digest = ContentDigest::of(&fetched.bytes);
    Ok(Candidate { fetched, examined, metadata, digest })
}

/// A source as its user would write it.
pub fn shown(cx: &Context, source: &Source) -> String {
    match source {
        Source::Path(path) => cx.roots.shown(path),
        other => other.to_string(),
    }
}

fn fetch(cx: &Context, source: &Source) -> Result<Fetched, Fault> {
    match source {
        Source::Path(path) => from_path(cx, path),
        Source::Https(address) => network::download(cx, address),
        Source::Oci(reference) => network::pull(cx, reference),
        Source::Shipped(id) => Ok(Fetched {
            bytes: hatch_adapters::shipped(id)
                .ok_or_else(|| Fault::new(format!("no table named `{id}` comes with this hatch")))?
                .into(),
            source: source.clone(),
            version: None,
            signature: None,
            key: None,
        }),
    }
}

fn from_path(cx: &Context, path: &Path) -> Result<Fetched, Fault> {
    let file = adapter_file(cx, path)?;
    let beside = |extension: &str| {
        let mut name = file.clone().into_os_string();
        name.push(extension);
        let bytes = optional(cx, Path::new(&name))?;
        Ok::<_, Fault>(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    };
    Ok(Fetched {
        bytes: required(cx, &file)?,
        source: Source::Path(path.to_owned()),
        version: None,
        signature: beside(signature::EXTENSION)?,
        key: beside(signature::KEY_EXTENSION)?,
    })
}

/// The file of an adapter: what was named, or what is built in the folder that was.
pub fn adapter_file(cx: &Context, path: &Path) -> Result<PathBuf, Fault> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let shown = cx.roots.shown(path);
    let Some(manifest) = optional(cx, &path.join(MANIFEST))? else {
        let fault = Fault::new(format!("there is no `{MANIFEST}` in `{shown}`"));
        return Err(fault.hint("name the adapter's file, or the folder that it is written in"));
    };
    let manifest = String::from_utf8_lossy(&manifest);
    let project = Project::read(path, &manifest)
        .map_err(|error| Fault::because(format!("the folder `{shown}` is no adapter's"), &error))?;
    let file = project.adapter();
    if file.exists() {
        return Ok(file);
    }
    let fault = Fault::new(format!("the adapter in `{shown}` is not built yet"));
    Err(fault.hint(format!("`hatch adapter build {shown}` builds it")))
}

/// Reads a file that has to be there.
pub fn required(cx: &Context, path: &Path) -> Result<Vec<u8>, Fault> {
    let shown = cx.roots.shown(path);
    optional(cx, path)?.ok_or_else(|| Fault::new(format!("there is no file `{shown}`")))
}

/// Reads a file that may be there.
pub fn optional(cx: &Context, path: &Path) -> Result<Option<Vec<u8>>, Fault> {
    Ok(cx.file(path).map_err(|error| Fault::of(&error))?.bytes)
}

#[cfg(feature = "network")]
pub mod network {
    use std::ffi::OsStr;

    use hatch_packages::address::Address;
    use hatch_packages::network::{self, Credentials, NetworkError};
    use hatch_packages::source::Reference;

    use super::{Context, Fault, Fetched, Path, optional};

    pub fn download(cx: &Context, address: &Address) -> Result<Fetched, Fault> {
        let download = || network::download(address);
        cx.output.during(&format!("Fetching {address}"), download).map_err(|it| fault(&it))
    }

    pub fn pull(cx: &Context, reference: &Reference) -> Result<Fetched, Fault> {
        let credentials = credentials(cx)?;
        let pull = || network::pull(reference, &credentials);
        cx.output.during(&format!("Fetching {reference}"), pull).map_err(|it| fault(&it))
    }

    pub fn tags(cx: &Context, reference: &Reference) -> Result<Vec<String>, Fault> {
        let credentials = credentials(cx)?;
        let tags = || network::tags(reference, &credentials);
        cx.output.during(&format!("Asking {}", reference.registry), tags).map_err(|it| fault(&it))
    }

    /// The logins that `docker login` and its kin keep.
    pub fn credentials(cx: &Context) -> Result<Credentials, Fault> {
        let folder = match cx.roots.variables.get(OsStr::new("DOCKER_CONFIG")) {
            Some(folder) => cx.absolute(Path::new(folder)),
            None => cx.roots.home.join(".docker"),
        };
        let config = optional(cx, &folder.join("config.json"))?;
        Ok(config.map(|config| Credentials::parse(&config)).unwrap_or_default())
    }

    pub fn fault(error: &NetworkError) -> Fault {
        Fault::of(error).maybe_hint(error.hint().map(str::to_owned))
    }
}

/// A hatch that was built without the network.
#[cfg(not(feature = "network"))]
pub mod network {
    use hatch_packages::address::Address;
    use hatch_packages::source::Reference;

    use super::{Context, Fault, Fetched};

    fn without() -> Fault {
        Fault::new("this hatch was built without the network")
            .hint("fetch the adapter with another program, and install its file")
    }

    pub fn download(_: &Context, _: &Address) -> Result<Fetched, Fault> {
        Err(without())
    }

    pub fn pull(_: &Context, _: &Reference) -> Result<Fetched, Fault> {
        Err(without())
    }

    pub fn tags(_: &Context, _: &Reference) -> Result<Vec<String>, Fault> {
        Err(without())
    }
}

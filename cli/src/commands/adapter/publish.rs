//! `hatch adapter publish`.

use hatch_packages::address::masked;
use hatch_packages::network::{self, Artifact};
use hatch_packages::source::{Selector, is_older};
use hatch_packages::{Form, Source};

use super::{fetch, trust};
use crate::args::adapter::PublishArgs;
use crate::context::{self, Context};
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_adapters::Published;

/// Looks at an adapter as whoever installs it will, and publishes it.
pub fn run(cx: &Context, args: &PublishArgs) -> Result<Exit, CommandError> {
    let reference = match Source::parse(&args.reference) {
        Ok(Source::Oci(reference)) => reference,
        Ok(_) => {
            let shown = masked(&args.reference);
            let fault = Fault::new(format!("`{shown}` is not a place in a registry"));
            return Err(fault.hint("publish to oci://REGISTRY/NAME:TAG").usage());
        }
        Err(error) => return Err(Fault::of(&error).usage()),
    };
    let Selector::Tag(tag) = &reference.version else {
        return Err(Fault::new("an adapter is published under a tag, not a digest").usage());
    };
    let source = Source::Path(cx.absolute(&args.adapter));
    let candidate = fetch::candidate(cx, &source).map_err(Fault::failure)?;
    let trust = trust::of(&candidate.fetched, None, None).map_err(Fault::failure)?;
    if trust.key().is_none() {
        cx.output.note("it is not signed; `hatch adapter sign` does that");
    }
    if let Some(own) = candidate.own_version().filter(|own| is_older(own, tag)) {
        cx.output.warn(&format!(
            "the tag is {tag} and the adapter's own version {own}: `hatch adapter update` will refuse it"
        ));
    }
    let (version, id) = (candidate.version(), candidate.descriptor().id.to_string());
    let fetched = &candidate.fetched;
    let created = context::now().to_string();
    let artifact = Artifact {
        bytes: &fetched.bytes,
        id: &id,
        version: version.as_deref(),
        signature: fetched.signature.as_deref().zip(fetched.key.as_deref()),
        created: &created,
    };
    let credentials = fetch::network::credentials(cx).map_err(Fault::failure)?;
    let publish = || network::publish(&reference, &credentials, &artifact);
    let digest = cx
        .output
        .during(&format!("Publishing to {}", reference.registry), publish)
        .map_err(|error| fetch::network::fault(&error).failure())?;
    let pinned = reference.at(Selector::Digest(digest.clone())).to_string();
    let told = match args.json {
        true => cx.output.json(&Published {
            schema: "hatch.published/1",
            id,
            version,
            reference: reference.to_string(),
            digest: digest.to_string(),
            form: Form::of(&fetched.bytes).into(),
        }),
        false => cx.output.print(&format!("Published {reference}\nFor ever the same: {pinned}\n")),
    };
    cx.output.told("it was published", told);
    Ok(Exit::Success)
}

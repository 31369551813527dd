//! `hatch adapter sign`.

use std::path::{Path, PathBuf};

use hatch_packages::signature::{self, SecretKey};

use super::fetch;
use crate::args::adapter::SignArgs;
use crate::commands::write::{create_file, renew_file};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::prompt;
use crate::view::sanitize::sanitize_line;

/// Signs an adapter, or makes a key to sign with.
pub fn run(cx: &Context, args: &SignArgs) -> Result<Exit, CommandError> {
    match (&args.adapter, &args.key, &args.new_key) {
        (Some(adapter), Some(key), _) => sign(cx, &cx.absolute(adapter), &cx.absolute(key)),
        (_, _, Some(new)) => new_key(cx, &cx.absolute(new)),
        _ => unreachable!("the parser demands a key and an adapter, or a new key"),
    }
}

fn sign(cx: &Context, adapter: &Path, key: &Path) -> Result<Exit, CommandError> {
    let file = fetch::adapter_file(cx, adapter).map_err(Fault::failure)?;
    let bytes = fetch::required(cx, &file).map_err(Fault::failure)?;
    let text = fetch::required(cx, key).map_err(Fault::failure)?;
    let text = String::from_utf8_lossy(&text);
    let password = match signature::is_encrypted(&text) {
        true => Some(prompt::password(&format!("Password of {}", cx.roots.shown(key)))?),
        false => None,
    };
    let cannot = |error| {
        Fault::because(format!("`{}` can't be used", cx.roots.shown(key)), &error).failure()
    };
    let secret = SecretKey::parse(&text, password).map_err(cannot)?;
    let public = secret.public().map_err(cannot)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let signed = secret.sign(&bytes, &format!("file:{name}")).map_err(cannot)?;
    let id = public.id();
    write(cx, &beside(&file, signature::EXTENSION), signed.as_bytes())?;
    let public = format!("untrusted comment: minisign public key {id}\n{}\n", public.to_base64());
    write(cx, &beside(&file, signature::KEY_EXTENSION), public.as_bytes())?;
    let shown = cx.roots.shown(&file);
    let text = format!("Signed {} with the key {id}.\n", sanitize_line(&shown));
    cx.output.told("the adapter was signed", cx.output.print(&text));
    Ok(Exit::Success)
}

fn new_key(cx: &Context, path: &Path) -> Result<Exit, CommandError> {
    let password = match prompt::can_ask() {
        true => {
            let password = prompt::password("Password of the new key (empty for none)")?;
            if !password.is_empty() && prompt::password("Once more")? != password {
                return Err(Fault::new("these are two passwords; no key was made").failure());
            }
            password
        }
        false => String::new(),
    };
    if password.is_empty() {
        cx.output.warn("the secret key is not encrypted: whoever reads its file can sign with it");
    }
    let (secret, public) =
        signature::generate(&password).map_err(|error| Fault::of(&error).failure())?;
    for (path, text) in
        [(path.to_owned(), secret), (beside(path, signature::KEY_EXTENSION), public)]
    {
        let shown = cx.roots.shown(&path);
        let cannot = |error| Fault::because("the key can't be written", &error).failure();
        let at = cx.store.admit(&path, &shown).map_err(cannot)?;
        if !create_file(cx, &at, text.as_bytes()).map_err(cannot)? {
            return Err(Fault::new(format!("there is a file `{shown}` already"))
                .hint("a key takes no file's place: name another")
                .failure());
        }
    }
    let public = cx.roots.shown(&beside(path, signature::KEY_EXTENSION));
    let secret = cx.roots.shown(path);
    let text = format!(
        "Made a key pair: {} is secret, {} is for everybody.\n",
        sanitize_line(&secret),
        sanitize_line(&public)
    );
    cx.output.told("the keys were made", cx.output.print(&text));
    Ok(Exit::Success)
}

fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.to_owned().into_os_string();
    name.push(extension);
    name.into()
}

fn write(cx: &Context, path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let write = || {
        let at = cx.store.admit(path, &cx.roots.shown(path))?;
        renew_file(cx, &at, bytes)
    };
    let cannot = |error| Fault::because("the signature can't be written", &error).failure();
    write().map_err(cannot)
}

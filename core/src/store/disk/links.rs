//! Following links, before a folder is opened.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::location::Location;
use crate::store::StoreError;

/// As many as Linux follows.
const MAX_LINKS: u32 = 40;

/// Where a path leads.
#[derive(Debug)]
pub(super) struct RealPath {
    /// The path without a link in it. What it names may not be there.
    pub(super) path: PathBuf,
    /// As much of it as is there.
    pub(super) base: PathBuf,
}

/// Follows all links in `path`.
///
/// What is missing is allowed, so that it can be made, with one exception: a link into a
/// folder that is not there is more likely a drive that is not mounted than a wish.
pub(super) fn follow(path: &Path, shown: &str) -> Result<RealPath, StoreError> {
    if !path.is_absolute() {
        return Err(failed(path, shown, io::ErrorKind::InvalidInput.into()));
    }
    let mut walk = Walk { path: PathBuf::new(), base: None, links: 0, ahead: Vec::new() };
    walk.push(path, false);
    while let Some(step) = walk.ahead.pop() {
        walk.step(step, shown)?;
    }
    let base = walk.base.unwrap_or_else(|| walk.path.clone());
    Ok(RealPath { path: walk.path, base })
}

struct Walk {
    path: PathBuf,
    /// Set as soon as something is missing.
    base: Option<PathBuf>,
    links: u32,
    /// What is still to be walked, the next step last.
    ahead: Vec<Step>,
}

struct Step {
    part: Part,
    from_link: bool,
}

enum Part {
    Top(OsString),
    Up,
    Down(OsString),
}

impl Walk {
    fn push(&mut self, path: &Path, from_link: bool) {
        let parts = path.components().rev().filter_map(|component| match component {
            Component::Prefix(_) | Component::RootDir => {
                Some(Part::Top(component.as_os_str().to_owned()))
            }
            Component::CurDir => None,
            Component::ParentDir => Some(Part::Up),
            Component::Normal(name) => Some(Part::Down(name.to_owned())),
        });
        self.ahead.extend(parts.map(|part| Step { part, from_link }));
    }

    fn step(&mut self, step: Step, shown: &str) -> Result<(), StoreError> {
        match step.part {
            Part::Top(name) => self.path.push(name),
            Part::Up => {
                self.path.pop();
            }
            Part::Down(name) if self.base.is_some() => self.path.push(name),
            Part::Down(name) => self.step_down(&name.into(), step.from_link, shown)?,
        }
        Ok(())
    }

    fn step_down(&mut self, name: &PathBuf, linked: bool, shown: &str) -> Result<(), StoreError> {
        let next = self.path.join(name);
        match fs::symlink_metadata(&next) {
            Ok(metadata) if metadata.is_symlink() => return self.follow_link(&next, shown),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if linked && !self.ahead.is_empty() {
                    return Err(bad_link(shown, "leads to a folder that is not there"));
                }
                self.base = Some(self.path.clone());
            }
            Err(error) => return Err(failed(&next, shown, error)),
        }
        self.path = next;
        Ok(())
    }

    fn follow_link(&mut self, link: &Path, shown: &str) -> Result<(), StoreError> {
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(bad_link(shown, "leads in a circle"));
        }
        let target = fs::read_link(link).map_err(|error| failed(link, shown, error))?;
        self.push(&target, true);
        Ok(())
    }
}

fn bad_link(shown: &str, fault: &'static str) -> StoreError {
    StoreError::BadLink { at: shown.to_owned(), fault }
}

fn failed(path: &Path, shown: &str, source: io::Error) -> StoreError {
    StoreError::Io { intent: "reach", at: Location::new(path, shown), source }
}

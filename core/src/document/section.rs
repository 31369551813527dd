//! Key paths: from a list of changed sections to one patch of the whole document.

use super::tree::DEEPEST;
use super::value::Value;
use super::{EditError, SectionChange};

/// What is to become of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Patch {
    /// It gets this value.
    Set(Value),
    /// It goes, and its key with it.
    Remove,
    /// It stays, but for these members.
    Inside(Vec<(String, Patch)>),
}

impl Patch {
    /// Puts the changes together; `None` where there are none.
    pub(crate) fn new(changes: &[SectionChange]) -> Result<Option<Patch>, EditError> {
        let mut whole = Patch::Inside(Vec::new());
        for change in changes {
            let value = change.value.as_deref().map(Value::parse).transpose();
            let value =
                value.map_err(|source| EditError::NotJson { path: change.path.clone(), source })?;
            let depth = value.as_ref().map_or(0, Value::depth);
            if change.path.len() + depth > DEEPEST {
                return Err(EditError::TooDeep { path: change.path.clone() });
            }
            whole.put(&change.path, 0, value)?;
        }
        Ok((!changes.is_empty()).then_some(whole))
    }

    /// The value that it makes where there is none yet.
    pub(crate) fn materialise(&self) -> Option<Value> {
        match self {
            Patch::Set(value) => Some(value.clone()),
            Patch::Remove => None,
            Patch::Inside(members) => {
                let entries: Vec<_> = members
                    .iter()
                    .filter_map(|(key, patch)| Some((key.clone(), patch.materialise()?)))
                    .collect();
                (!entries.is_empty()).then_some(Value::Object(entries))
            }
        }
    }

    /// Adds one change, `depth` keys below the top.
    fn put(
        &mut self,
        path: &[String],
        depth: usize,
        value: Option<Value>,
    ) -> Result<(), EditError> {
        let Some(key) = path.get(depth) else {
            *self = value.map_or(Patch::Remove, Patch::Set);
            return Ok(());
        };
        self.open(&path[..depth])?;
        let Patch::Inside(members) = self else {
            return self.put_into_value(path, depth, value);
        };
        let at = members.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
            members.push((key.clone(), Patch::Inside(Vec::new())));
            members.len() - 1
        });
        members[at].1.put(path, depth + 1, value)
    }

    /// Makes room for members below what an earlier change left here.
    fn open(&mut self, path: &[String]) -> Result<(), EditError> {
        match self {
            Patch::Remove | Patch::Set(Value::Null) => {
                *self = Patch::Set(Value::Object(Vec::new()));
                Ok(())
            }
            Patch::Inside(_) | Patch::Set(Value::Object(_)) => Ok(()),
            Patch::Set(_) => Err(EditError::NotAnObject { path: path.to_vec() }),
        }
    }

    /// A change below a value that an earlier change sets.
    fn put_into_value(
        &mut self,
        path: &[String],
        depth: usize,
        value: Option<Value>,
    ) -> Result<(), EditError> {
        let Patch::Set(Value::Object(entries)) = self else { return Ok(()) };
        let key = &path[depth];
        let at = entries.iter().position(|(name, _)| name == key);
        let mut inner = match at {
            Some(at) => Patch::Set(std::mem::replace(&mut entries[at].1, Value::Null)),
            None => Patch::Inside(Vec::new()),
        };
        inner.put(path, depth + 1, value)?;
        match (at, inner.materialise()) {
            (Some(at), Some(value)) => entries[at].1 = value,
            (Some(at), None) => {
                entries.remove(at);
            }
            (None, Some(value)) => entries.push((key.clone(), value)),
            (None, None) => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, value: Option<&str>) -> SectionChange {
        SectionChange {
            path: path.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect(),
            value: value.map(str::to_owned),
        }
    }

    #[test]
    fn changes_of_one_document_become_one_patch() {
        for (changes, expected) in [
            (vec![change("a.b", Some("1")), change("a.c", Some("2"))], r#"{"a":{"b":1,"c":2}}"#),
            (vec![change("a", Some("{}")), change("a.b", Some("2"))], r#"{"a":{"b":2}}"#),
            (vec![change("a.b", Some("1")), change("a", Some("2"))], r#"{"a":2}"#),
            (vec![change("a", None), change("a.b", Some("1"))], r#"{"a":{"b":1}}"#),
            (vec![change("a", Some(r#"{"b":1}"#)), change("a.b", None)], r#"{"a":{}}"#),
            (vec![change("", Some("{}")), change("a.b.c", Some("1"))], r#"{"a":{"b":{"c":1}}}"#),
        ] {
            let patch = Patch::new(&changes).unwrap().unwrap();
            assert_eq!(patch.materialise().unwrap().print(), expected);
        }
    }

    #[test]
    fn a_change_below_a_scalar_is_refused() {
        let changes = [change("a", Some("1")), change("a.b", Some("2"))];
        let error = Patch::new(&changes).unwrap_err();
        assert!(matches!(error, EditError::NotAnObject { path } if path == ["a"]));
    }

    #[test]
    fn a_value_that_is_too_deep_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Patch::new(&[change("a.b", Some(&nested(DEEPEST - 2)))]).is_ok());
        let error = Patch::new(&[change("a.b", Some(&nested(DEEPEST - 1)))]).unwrap_err();
        assert_eq!(error.to_string(), "the new value of `a.b` is nested too deep");
    }

    #[test]
    fn text_that_is_no_json_is_refused() {
        let error = Patch::new(&[change("a", Some("{"))]).unwrap_err();
        assert_eq!(error.to_string(), "the new value of `a` is not JSON");
    }
}

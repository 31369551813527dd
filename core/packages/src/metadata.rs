//! What a component says of itself, in the custom sections that the ecosystem's tools write.

use wasmparser::{Parser, Payload};

/// What is known of a component from its bytes alone. Nobody vouches for any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Its version.
    pub version: Option<String>,
    /// Who made it.
    pub authors: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Under which licenses it may be used.
    pub licenses: Option<String>,
    /// Where its sources are.
    pub source: Option<String>,
    /// Where more is said of it.
    pub homepage: Option<String>,
    /// Which revision of the sources it was built from.
    pub revision: Option<String>,
    /// What it imports. An adapter imports nothing.
    pub imports: Vec<String>,
    /// What it exports.
    pub exports: Vec<String>,
}

/// Bytes of a text that are looked at.
const MAX_TEXT: usize = 1024;

impl Metadata {
    /// Looks at a component. What can't be understood says nothing.
    pub fn of(component: &[u8]) -> Self {
        let mut metadata = Metadata::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            let Ok(payload) = payload else { break };
            match payload {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) if depth == 0 => {
                    metadata.custom(section.name(), section.data());
                }
                Payload::ComponentImportSection(imports) if depth == 0 => {
                    let names = imports.into_iter().flatten();
                    metadata.imports.extend(names.map(|it| it.name.name.to_owned()));
                }
                Payload::ComponentExportSection(exports) if depth == 0 => {
                    let names = exports.into_iter().flatten();
                    metadata.exports.extend(names.map(|it| it.name.name.to_owned()));
                }
                _ => {}
            }
        }
        metadata
    }

    fn custom(&mut self, name: &str, data: &[u8]) {
        let field = match name {
            "version" => &mut self.version,
            "authors" => &mut self.authors,
            "description" => &mut self.description,
            "licenses" => &mut self.licenses,
            "source" => &mut self.source,
            "homepage" => &mut self.homepage,
            "revision" => &mut self.revision,
            _ => return,
        };
        let text = data.get(..MAX_TEXT).unwrap_or(data);
        let text = String::from_utf8_lossy(text).trim().to_owned();
        *field = Some(text).filter(|text| !text.is_empty());
    }

    /// The fields that it gives, with their names.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = [
            ("Version", &self.version),
            ("Authors", &self.authors),
            ("Description", &self.description),
            ("Licenses", &self.licenses),
            ("Source", &self.source),
            ("Homepage", &self.homepage),
            ("Revision", &self.revision),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component of custom sections alone.
    fn component(sections: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        for (name, data) in sections {
            let mut body = vec![u8::try_from(name.len()).unwrap()];
            body.extend(name.as_bytes());
            body.extend(*data);
            bytes.extend([0, u8::try_from(body.len()).unwrap()]);
            bytes.extend(body);
        }
        bytes
    }

    #[test]
    fn sections_are_read_and_the_unknown_is_passed_over() {
        let bytes = component(&[("version", b"1.2.0"), ("other", b"x"), ("authors", b" ")]);
        let metadata = Metadata::of(&bytes);
        assert_eq!(metadata, Metadata { version: Some("1.2.0".into()), ..Metadata::default() });
        assert_eq!(metadata.fields().collect::<Vec<_>>(), [("Version", "1.2.0")]);
    }

    #[test]
    fn what_is_no_component_says_nothing() {
        assert_eq!(Metadata::of(b"id = 'example'"), Metadata::default());
        assert_eq!(Metadata::of(b""), Metadata::default());
    }
}

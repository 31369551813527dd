//! The JSON Schemas of what commands print, made of the very types that they print.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::{json, json_adapters, json_backups, json_env, json_show, json_tested};

/// A published shape.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// What the `schema` member of such JSON says: `hatch.NAME/VERSION`.
    pub id: &'static str,
    make: fn() -> Schema,
}

/// Every shape that a command prints, by name.
pub const PUBLISHED: &[Published] = &[
    Published::of::<json_adapters::AdapterDetail>("hatch.adapter/1"),
    Published::of::<json_adapters::AdapterChanges>("hatch.adapter-changes/1"),
    Published::of::<json_adapters::AdapterChecks>("hatch.adapter-checks/1"),
    Published::of::<json_tested::AdapterTest>("hatch.adapter-test/1"),
    Published::of::<json_adapters::Adapters>("hatch.adapters/1"),
    Published::of::<json_backups::BackupDetail>("hatch.backup/1"),
    Published::of::<json_backups::Backups>("hatch.backups/1"),
    Published::of::<json_adapters::BuiltAdapter>("hatch.built-adapter/1"),
    Published::of::<json_backups::Cleaned>("hatch.clean/1"),
    Published::of::<json_env::CurrentEnvironment>("hatch.current-environment/1"),
    Published::of::<json_env::EnvironmentDetail>("hatch.environment/1"),
    Published::of::<json_show::EnvironmentServers>("hatch.environment-servers/1"),
    Published::of::<json_env::Environments>("hatch.environments/1"),
    Published::of::<json_backups::History>("hatch.history/1"),
    Published::of::<json::Discovered>("hatch.hosts/1"),
    Published::of::<json_show::NamedHosts>("hatch.named-hosts/1"),
    Published::of::<json_adapters::NewAdapter>("hatch.new-adapter/1"),
    Published::of::<json_adapters::Published>("hatch.published/1"),
    Published::of::<json::Run>("hatch.run/1"),
    Published::of::<Schemas>("hatch.schemas/1"),
    Published::of::<json::Listed>("hatch.servers/1"),
    Published::of::<json_show::ShownHosts>("hatch.show-hosts/1"),
    Published::of::<json_show::ShownServers>("hatch.show-servers/1"),
    Published::of::<json_show::Status>("hatch.status/2"),
];

impl Published {
    const fn of<T: JsonSchema>(id: &'static str) -> Self {
        Published { id, make: make::<T> }
    }

    /// What `hatch schema` calls it: the id without what all ids have.
    pub fn name(&self) -> &'static str {
        let name = self.id.strip_prefix("hatch.").unwrap_or(self.id);
        name.split_once('/').map_or(name, |(name, _)| name)
    }

    /// The schema.
    pub fn schema(&self) -> Schema {
        let mut schema = (self.make)();
        schema.insert("$id".to_owned(), format!("urn:{}", self.id.replace(['.', '/'], ":")).into());
        schema.insert("title".to_owned(), self.id.into());
        let member = schema.pointer_mut("/properties/schema").and_then(|it| it.as_object_mut());
        if let Some(member) = member {
            member.insert("const".to_owned(), self.id.into());
        }
        schema
    }

    /// What it describes, in words.
    pub fn about(&self) -> String {
        let schema = (self.make)();
        let description = schema.get("description").and_then(|it| it.as_str());
        description.unwrap_or_default().replace('\n', " ").trim_end_matches('.').to_owned()
    }
}

/// The schema of what is printed, in which a member that is always there is required.
fn make<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// The schemas that there are (`hatch schema`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Schemas {
    /// The shape's name.
    schema: &'static str,
    /// All schemas, by name.
    schemas: Vec<SchemaRow>,
}

/// A schema in a list.
#[derive(Debug, JsonSchema, Serialize)]
pub struct SchemaRow {
    /// What `hatch schema` calls it.
    pub name: &'static str,
    /// What the `schema` member of such JSON says.
    pub id: &'static str,
    /// What it describes.
    pub about: String,
}

impl Schemas {
    /// All schemas.
    pub fn all() -> Self {
        let row = |it: &Published| SchemaRow { name: it.name(), id: it.id, about: it.about() };
        Schemas { schema: "hatch.schemas/1", schemas: PUBLISHED.iter().map(row).collect() }
    }

    /// They, one by one.
    pub fn rows(&self) -> &[SchemaRow] {
        &self.schemas
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Looks at every object of a schema that has properties.
    fn each_object(schema: &Value, look: &mut impl FnMut(&serde_json::Map<String, Value>)) {
        match schema {
            Value::Object(members) => {
                look(members);
                members.values().for_each(|it| each_object(it, look));
            }
            Value::Array(items) => items.iter().for_each(|it| each_object(it, look)),
            _ => {}
        }
    }

    #[test]
    fn names_are_one_to_one_and_in_order() {
        let names: Vec<_> = PUBLISHED.iter().map(Published::name).collect();
        let sorted: BTreeSet<_> = names.iter().copied().collect();
        assert_eq!(names, Vec::from_iter(sorted));
    }

    #[test]
    fn every_member_is_described() {
        for published in PUBLISHED {
            let schema = published.schema();
            assert!(!published.about().is_empty(), "{}", published.id);
            let id = &schema.as_value()["properties"]["schema"]["const"];
            assert_eq!(id, published.id, "the first member names the shape");
            each_object(schema.as_value(), &mut |object| {
                let Some(properties) = object.get("properties").and_then(Value::as_object) else {
                    return;
                };
                // One of several alternatives is described as a whole.
                if properties.len() == 1 && object.get("description").is_some() {
                    return;
                }
                for (name, property) in properties {
                    assert!(
                        property.get("description").is_some(),
                        "`{name}` of {} is not described: {property}",
                        published.id
                    );
                }
            });
        }
    }
}

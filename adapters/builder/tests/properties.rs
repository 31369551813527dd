//! What holds for every adapter, whatever stands in a file and whatever is asked.

mod generate;

use generate::{any_sections, any_server};
use hatch_adapter_claude_desktop::ClaudeDesktop;
use hatch_adapter_cursor::Cursor;
use hatch_adapter_gemini::Gemini;
use hatch_adapter_lmstudio::LmStudio;
use hatch_adapter_sdk::case::{Spec, spec};
use hatch_adapter_sdk::json::Value;
use hatch_adapter_sdk::{Adapter, Edit, Section};
use hatch_properties::adapter::{
    check_add_and_remove, check_put, check_put_of_what_was_read, check_reading,
};
use proptest::prelude::*;

macro_rules! properties_of {
    ($module:ident, $adapter:ty) => {
        mod $module {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

                #[test]
                fn reading_never_panics(
                    sections in any_sections::<$adapter>(),
                    noise in r#"[\[\]{}",:0-9a-z$]{0,20}"#,
                ) {
                    check_reading::<$adapter>(&sections);
                    let broken: Vec<Section> = sections
                        .into_iter()
                        .map(|section| Section { value: Some(noise.clone()), ..section })
                        .collect();
                    check_reading::<$adapter>(&broken);
                    let _ = <$adapter>::read(&[]);
                }

                #[test]
                fn a_put_of_what_was_read_changes_nothing(sections in any_sections::<$adapter>()) {
                    check_put_of_what_was_read::<$adapter>(&sections);
                }

                #[test]
                fn a_put_gives_what_was_asked_and_nothing_else(
                    sections in any_sections::<$adapter>(),
                    server in any_server(),
                ) {
                    check_put::<$adapter>(&sections, &server);
                }

                #[test]
                fn adding_and_removing_restores_the_value(
                    sections in any_sections::<$adapter>(),
                    server in any_server(),
                ) {
                    check_add_and_remove::<$adapter>(&sections, &server);
                }
            }
        }
    };
}

properties_of!(claude_desktop, ClaudeDesktop);
properties_of!(cursor, Cursor);
properties_of!(gemini, Gemini);
properties_of!(lmstudio, LmStudio);

#[test]
fn ten_thousand_edits_cost_ten_thousand_times_one() {
    fn run<A: Adapter>(count: usize) {
        let member = |at: usize| (format!("s{at}"), Value::parse(r#"{"command":"a"}"#).unwrap());
        let value = Value::Object((0..count).map(member).collect()).to_text();
        let Spec { id, sections } = spec::<A>();
        let section = |path: Vec<String>| Section {
            document: id.clone(),
            value: (path == ["mcpServers"]).then(|| value.clone()),
            path,
        };
        let sections: Vec<Section> = sections.into_iter().map(section).collect();
        let edits: Vec<Edit> = (0..count).map(|at| Edit::Remove(format!("s{at}"))).collect();
        let writing = A::write(&sections, &edits).unwrap();
        assert_eq!(writing.sections[0].value.as_deref(), Some("{}"));
    }
    run::<Cursor>(10_000);
    run::<Gemini>(10_000);
}

//! What holds for every adapter, whatever stands in a file and whatever is asked.

mod generate;

use generate::{any_document, any_sections, any_server};
use hatch_adapter_claude_desktop::ClaudeDesktop;
use hatch_adapter_cursor::Cursor;
use hatch_adapter_gemini::Gemini;
use hatch_adapter_lmstudio::LmStudio;
use hatch_adapter_sdk::case::{Spec, spec};
use hatch_adapter_sdk::json::Value;
use hatch_adapter_sdk::{Adapter, Edit, Section};
use hatch_adapter_table::Table;
use hatch_properties::adapter::{
    check_add_and_remove, check_put, check_put_of_what_was_read, check_reading,
};
use hatch_properties::choices::Choices;
use hatch_properties::table::{any_table, check_text};
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

/// Every shape of table, of which a host's own is one.
mod tables {
    use super::*;

    fn any_sections() -> impl Strategy<Value = Vec<Section>> {
        (proptest::collection::vec(any::<u8>(), 12), any_document()).prop_map(
            |(bytes, document)| {
                let table = any_table(&mut Choices::new(&bytes));
                hatch_properties::table::sections(&table, document.as_bytes())
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn reading_never_panics(sections in any_sections(), noise in r#"[\[\]{}",:0-9a-z$]{0,20}"#) {
            check_reading::<Table>(&sections);
            let broken = Section { value: Some(noise), ..sections[0].clone() };
            check_reading::<Table>(&[broken, sections[1].clone()]);
            check_reading::<Table>(&sections[..1]);
        }

        #[test]
        fn a_put_of_what_was_read_changes_nothing(sections in any_sections()) {
            check_put_of_what_was_read::<Table>(&sections);
        }

        #[test]
        fn a_put_gives_what_was_asked_and_nothing_else(
            sections in any_sections(),
            server in any_server(),
        ) {
            check_put::<Table>(&sections, &server);
        }

        #[test]
        fn adding_and_removing_restores_the_value(sections in any_sections(), server in any_server()) {
            check_add_and_remove::<Table>(&sections, &server);
        }

        #[test]
        fn text_is_a_table_or_wrong_somewhere(
            bytes in proptest::collection::vec(any::<u8>(), 12),
            at in 0..1000_usize,
            with in r#"[\[\]{}"=,.a-z0-9\n -]{0,6}"#,
        ) {
            let table = any_table(&mut Choices::new(&bytes));
            let at = at % (table.len() + 1);
            check_text(&format!("{}{with}{}", &table[..at], &table[at..]));
        }
    }
}

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

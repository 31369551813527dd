//! The cases, natively: quicker than `hatch adapter test`, and in a debugger.

use std::path::Path;

use hatch_adapter_sdk::case;

#[test]
fn cases_come_out_as_written() {
    case::run_all::<adapter::Host>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

//! The adapter's case folders, natively.

use std::path::Path;

use hatch_adapter_cursor::Cursor;
use hatch_adapter_sdk::case;

#[test]
fn cases_come_out_as_written() {
    case::run_all::<Cursor>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

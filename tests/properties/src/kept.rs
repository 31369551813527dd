//! What hatch keeps beside journals and backups: its state, its settings, and saved plans.

use hatch_core::ledger::Ledger;
use hatch_core::location::Location;
use hatch_core::plan::saved::SavedPlan;
use hatch_core::settings::Settings;

/// Bytes in the place of each such file.
///
/// Nothing panics, and what can be read says the same once it is printed and read again.
pub fn kept(data: &[u8]) {
    let at = Location::new("/h/state.json", "~/state.json");
    if let Ok(ledger) = Ledger::parse(data, &at) {
        let printed = ledger.print(&at).expect("it was read from JSON");
        assert_eq!(Ledger::parse(&printed, &at).expect("it was printed"), ledger);
    }
    if let Ok(settings) = Settings::parse(Some(data)) {
        let printed = settings.print().expect("it was read from JSON");
        assert_eq!(Settings::parse(Some(&printed)).expect("it was printed"), settings);
    }
    if let Ok(plan) = SavedPlan::parse(data) {
        let printed = plan.print().expect("it was read from JSON");
        let again = SavedPlan::parse(&printed).expect("it was printed");
        assert_eq!(again.print().expect("it was read from JSON"), printed);
    }
}

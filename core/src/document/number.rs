//! When two spellings are one number.

/// Whether `new` says no other number than `old` does, so that `old` may keep its spelling.
///
/// That is so for the same exact decimal value (`1.50` and `1.5`, `1e3` and `1000`, `-0` and
/// `0`: the sign of a zero means nothing to a configuration, and JavaScript's printer drops
/// it), and where `new` is `old` after a trip through a 64-bit float, which is what most
/// guests make of a long number.
pub(crate) fn same_number(old: &str, new: &str) -> bool {
    if old == new {
        return true;
    }
    let Some(new) = Decimal::read(new) else { return false };
    Decimal::read(old).is_some_and(|old| old == new) || rounded(old).contains(&Some(new))
}

/// What printers make of the float nearest to `spelling`: the shortest decimal that is read
/// as that float, or all digits of a whole one.
fn rounded(spelling: &str) -> [Option<Decimal>; 2] {
    match spelling.parse::<f64>() {
        Ok(float) if float.is_finite() => {
            let whole = (float.fract() == 0.0).then(|| format!("{float:.0}"));
            [Decimal::read(&format!("{float:e}")), whole.as_deref().and_then(Decimal::read)]
        }
        _ => [None, None],
    }
}

/// `0.DIGITS * 10^exponent`, without zeros at either end of the digits.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// `None` where the exponent itself is beyond all measure.
    fn read(spelling: &str) -> Option<Decimal> {
        let (negative, unsigned) = match spelling.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, spelling),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let digits = significant.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits, exponent: 0 });
        }
        let leading = i64::try_from(all.len() - significant.len()).ok()?;
        let point = i64::try_from(whole.len()).ok()?.checked_sub(leading)?;
        Some(Decimal { negative, digits, exponent: exponent.checked_add(point)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_are_known() {
        for (old, new, same) in [
            ("1.50", "1.5", true),
            ("1e3", "1000", true),
            ("1E+3", "1000.0", true),
            ("0.001", "1e-3", true),
            ("-0", "0", true),
            ("0e5", "-0.0", true),
            ("1", "-1", false),
            ("1", "10", false),
            ("100", "1e1", false),
            ("0.1", "0.10000000000000001", false),
            ("12345678901234567890123", "1.2345678901234568e22", true),
            ("12345678901234567890123", "12345678901234567890124", false),
            ("9007199254740993", "9007199254740992", true),
            ("9007199254740993", "9007199254740994", false),
            ("0.1000000000000000055511151231257827", "0.1", true),
            ("0.1000000000000000055511151231257827", "0.2", false),
            ("0.93", "1", false),
            ("0.4", "0", false),
            ("2.5", "2", false),
            ("1e400", "1e401", false),
            ("1e99999999999999999999", "1e99999999999999999998", false),
            ("1e99999999999999999999", "1e99999999999999999999", true),
        ] {
            assert_eq!(same_number(old, new), same, "{old} and {new}");
        }
    }
}

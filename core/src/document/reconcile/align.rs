//! Which item of an old array a new item continues.

use crate::document::reconcile::equal;
use crate::document::tree::{Kind, Node};
use crate::document::value::Value;

/// Above this many comparisons the middle of two arrays is paired item by item: the result
/// is right all the same, only larger than it had to be.
const MOST_COMPARISONS: usize = 10_000;

/// Rising pairs of an old and a new index. What is in no pair goes or comes.
///
/// Equal items belong together; between those, objects of one name or id; between those,
/// what stands in the same place.
pub(super) fn pairs(old: &[Node], new: &[Value]) -> Vec<(usize, usize)> {
    in_gaps(old, new, &common(old, new, equal), |old, new| {
        in_gaps(old, new, &common(old, new, same_name), |old, new| {
            (0..old.len().min(new.len())).map(|at| (at, at)).collect()
        })
    })
}

/// The pairs, and in each gap between them those that `fill` finds there.
fn in_gaps(
    old: &[Node],
    new: &[Value],
    pairs: &[(usize, usize)],
    fill: impl Fn(&[Node], &[Value]) -> Vec<(usize, usize)>,
) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    for &(old_next, new_next) in pairs.iter().chain([&(old.len(), new.len())]) {
        let (old_gap, new_gap) = (&old[old_at..old_next], &new[new_at..new_next]);
        if !old_gap.is_empty() && !new_gap.is_empty() {
            let inner = fill(old_gap, new_gap);
            all.extend(inner.into_iter().map(|(old, new)| (old_at + old, new_at + new)));
        }
        if old_next < old.len() && new_next < new.len() {
            all.push((old_next, new_next));
        }
        (old_at, new_at) = (old_next + 1, new_next + 1);
    }
    all
}

/// Pairs of matching items: the common start and end, and the longest common subsequence of
/// what is between, unless that is long.
fn common(
    old: &[Node],
    new: &[Value],
    matches: impl Fn(&Node, &Value) -> bool,
) -> Vec<(usize, usize)> {
    let start = old.iter().zip(new).take_while(|(old, new)| matches(old, new)).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let ending = old_rest.iter().rev().zip(new_rest.iter().rev());
    let end = ending.take_while(|(old, new)| matches(old, new)).count();
    let old_middle = &old_rest[..old_rest.len() - end];
    let new_middle = &new_rest[..new_rest.len() - end];

    let mut pairs: Vec<_> = (0..start).map(|at| (at, at)).collect();
    if old_middle.len().saturating_mul(new_middle.len()) <= MOST_COMPARISONS {
        let middle = longest_common_subsequence(old_middle, new_middle, matches);
        pairs.extend(middle.into_iter().map(|(old, new)| (start + old, start + new)));
    }
    pairs.extend((1..=end).rev().map(|back| (old.len() - back, new.len() - back)));
    pairs
}

fn longest_common_subsequence(
    old: &[Node],
    new: &[Value],
    matches: impl Fn(&Node, &Value) -> bool,
) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut lengths = vec![0_usize; (old.len() + 1) * width];
    let mut matched = vec![false; old.len() * new.len()];
    for (i, old_item) in old.iter().enumerate().rev() {
        for (j, new_item) in new.iter().enumerate().rev() {
            let here = matches(old_item, new_item);
            matched[i * new.len() + j] = here;
            lengths[i * width + j] = if here {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if matched[i * new.len() + j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// Whether both are objects that call themselves the same.
fn same_name(old: &Node, new: &Value) -> bool {
    let Value::Object(entries) = new else { return false };
    ["name", "id"].iter().any(|key| {
        let Some(Kind::String(old_name)) = old.live(key).map(|member| &member.value.kind) else {
            return false;
        };
        let new_name = entries.iter().find(|(name, _)| name == key).map(|(_, value)| value);
        matches!(new_name, Some(Value::String(new_name)) if new_name == old_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::host::Format;

    fn aligned(old: &str, new: &str) -> Vec<(usize, usize)> {
        let node = json::parse(old, Format::Json).unwrap().unwrap();
        let (Kind::Array(old), Value::Array(new)) = (node.kind, Value::parse(new).unwrap()) else {
            panic!("no arrays");
        };
        pairs(&old, &new)
    }

    #[test]
    fn items_are_continued_by_the_likest() {
        for (old, new, expected) in [
            ("[]", "[1]", vec![]),
            ("[1,2,3]", "[1,2,3]", vec![(0, 0), (1, 1), (2, 2)]),
            ("[1,2,3]", "[1,3]", vec![(0, 0), (2, 1)]),
            ("[1,3]", "[1,2,3]", vec![(0, 0), (1, 2)]),
            ("[1,2,3]", "[1,9,3]", vec![(0, 0), (1, 1), (2, 2)]),
            ("[1,2,3,4]", "[0,2,4,5]", vec![(0, 0), (1, 1), (3, 2)]),
            (r#"[{"name":"a"},{"name":"b"}]"#, r#"[{"name":"b","x":1}]"#, vec![(1, 0)]),
            (r#"[{"id":"a","v":1},{"id":"b"}]"#, r#"[{"id":"n"},{"id":"a"}]"#, vec![(0, 1)]),
        ] {
            assert_eq!(aligned(old, new), expected, "{old} to {new}");
        }
    }

    #[test]
    fn long_arrays_are_paired_without_a_table() {
        let list = |numbers: Vec<usize>| {
            let items: Vec<_> = numbers.iter().map(usize::to_string).collect();
            format!("[{}]", items.join(","))
        };
        let old = list((0..10_000).collect());
        let without = list((0..10_000).filter(|number| *number != 5_000).collect());
        let pairs = aligned(&old, &without);
        assert_eq!(pairs.len(), 9_999);
        assert_eq!((pairs[4_999], pairs[5_000]), ((4_999, 4_999), (5_001, 5_000)));
        assert_eq!(aligned(&old, &list((0..10_000).rev().collect())).len(), 10_000);
    }
}

//! Members and items that go or come: where to cut, and what to put where.

use std::ops::Range;

use super::edit::layout_at;
use super::place::{Place, Side, colon_of, line_break_before};
use super::print::print_entry;
use super::style::{Style, gap_after_comma, line_indent};
use super::trivia::{Gaps, Slot, TokenKind};
use crate::document::reconcile::{Children, Insertion};
use crate::document::splice::TextEdit;
use crate::document::tree::Kind;
use crate::document::value::Value;

/// Adds the edits that make the change.
pub(super) fn edit(text: &str, style: &Style, change: &Children<'_>, edits: &mut Vec<TextEdit>) {
    let gaps = Gaps { text, container: change.container };
    let editor = Editor { gaps, change, style, trailing_comma: gaps.trailing_comma().is_some() };
    if gaps.len() == 0 {
        edits.push(editor.fill());
        return;
    }
    editor.remove(edits);
    editor.end_with_right_comma(edits);
    editor.insert(edits);
}

struct Editor<'a> {
    gaps: Gaps<'a>,
    change: &'a Children<'a>,
    style: &'a Style,
    /// Whether the last child has a comma, and so the new last one shall.
    trailing_comma: bool,
}

/// What stands before what belongs to a child.
struct Before {
    /// Where it ends.
    end: usize,
    what: Neighbour,
    /// The line end that is nearest to the child.
    line_break: Option<usize>,
}

/// What stands behind what belongs to a child.
struct After {
    /// Where it starts.
    start: usize,
    what: Neighbour,
    /// The line end that is nearest to the child.
    line_break: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Neighbour {
    Bracket,
    /// Another child, or its comma.
    Child,
    LineComment,
    BlockComment,
}

impl<'a> Editor<'a> {
    fn text(&self) -> &'a str {
        self.gaps.text
    }

    fn is_removed(&self, index: usize) -> bool {
        self.change.removed.binary_search(&index).is_ok()
    }

    fn none_is_kept(&self) -> bool {
        self.change.removed.len() == self.gaps.len()
    }

    /// The nearest child before `index` that stays.
    fn kept_before(&self, index: usize) -> Option<usize> {
        (0..index).rev().find(|&index| !self.is_removed(index))
    }

    /// The first child from `index` on that stays.
    fn kept_from(&self, index: usize) -> Option<usize> {
        (index..self.gaps.len()).find(|&index| !self.is_removed(index))
    }

    fn before(&self, index: usize, start: usize) -> Before {
        let gap = self.gaps.gap(index);
        let what = if index == 0 { Neighbour::Bracket } else { Neighbour::Child };
        let mut before = Before { end: gap.start, what, line_break: None };
        let tokens = self.gaps.tokens(index);
        for token in tokens.iter().rev().filter(|token| token.range.end <= start) {
            let what = match token.kind {
                TokenKind::Space => continue,
                TokenKind::LineBreak => {
                    before.line_break.get_or_insert(token.range.start);
                    continue;
                }
                TokenKind::Comma => Neighbour::Child,
                TokenKind::LineComment => Neighbour::LineComment,
                TokenKind::BlockComment => Neighbour::BlockComment,
            };
            return Before { end: token.range.end, what, ..before };
        }
        before
    }

    fn after(&self, index: usize, end: usize) -> After {
        let gap = self.gaps.gap(index + 1);
        let is_last = index + 1 == self.gaps.len();
        let what = if is_last { Neighbour::Bracket } else { Neighbour::Child };
        let mut after = After { start: gap.end, what, line_break: None };
        for token in self.gaps.tokens(index + 1) {
            if token.range.start < end {
                continue;
            }
            let what = match token.kind {
                // A comma on a later line goes with the child before it.
                TokenKind::Space | TokenKind::Comma => continue,
                TokenKind::LineBreak => {
                    after.line_break.get_or_insert(token.range.start);
                    continue;
                }
                TokenKind::LineComment => Neighbour::LineComment,
                TokenKind::BlockComment => Neighbour::BlockComment,
            };
            return After { start: token.range.start, what, ..after };
        }
        after
    }

    /// Cuts out the removed children. Neighbours go in one cut, and the commas that stand on
    /// later lines in cuts of their own.
    fn remove(&self, edits: &mut Vec<TextEdit>) {
        let mut runs: Vec<Run> = Vec::new();
        for &index in &self.change.removed {
            let slot = self.gaps.removable(index);
            if let Some(comma) = slot.comma.filter(|&comma| comma >= slot.own.end) {
                edits.push(TextEdit::delete(comma..comma + 1));
            }
            let after = self.after(index, slot.own.end);
            match runs.last_mut() {
                Some(run) if run.last + 1 == index && run.after.start == slot.own.start => {
                    run.last = index;
                    run.own.end = slot.own.end;
                    run.after = after;
                }
                _ => {
                    let before = self.before(index, slot.own.start);
                    runs.push(Run { first: index, last: index, own: slot.own, before, after });
                }
            }
        }
        edits.extend(runs.iter().map(|run| TextEdit::delete(self.cut(run))));
    }

    fn cut(&self, run: &Run) -> Range<usize> {
        let Run { own, before, after, .. } = run;
        let (is_first, is_last) = (run.first == 0, after.what == Neighbour::Bracket);
        if self.none_is_kept() && is_first {
            if !self.change.inserted.is_empty() && before.line_break.is_none() {
                // The new children come right here.
                return own.clone();
            }
            let is_only = before.what == Neighbour::Bracket && is_last;
            if self.change.inserted.is_empty() && is_only {
                return before.end..after.start;
            }
        }
        match (before.line_break, after.line_break) {
            (Some(line_start), Some(line_end)) => line_start..line_end,
            (Some(line_start), None) if is_last && before.what != Neighbour::LineComment => {
                line_start..own.end
            }
            (Some(_), None) => own.start..after.start,
            (None, Some(_)) if is_first && after.what == Neighbour::Child => own.start..after.start,
            (None, None) if is_first && !is_last => own.start..after.start,
            (None, _) => before.end..own.end,
        }
    }

    /// Takes the comma from the child that is the last one now, if it may have none.
    fn end_with_right_comma(&self, edits: &mut Vec<TextEdit>) {
        let Some(last) = self.kept_before(self.gaps.len()) else { return };
        let is_last = self.change.inserted.last().is_none_or(|last_new| last_new.before <= last);
        if !is_last || self.trailing_comma || last + 1 == self.gaps.len() {
            return;
        }
        let comma = self.gaps.slot(last).comma;
        edits.extend(comma.map(|comma| TextEdit::delete(comma..comma + 1)));
    }

    fn insert(&self, edits: &mut Vec<TextEdit>) {
        let mut rest = self.change.inserted.as_slice();
        while let Some(first) = rest.first() {
            let previous = self.kept_before(first.before);
            let next = self.kept_from(first.before);
            let end = next.unwrap_or(self.gaps.len());
            let count = rest.iter().take_while(|insertion| insertion.before <= end).count();
            let (group, others) = rest.split_at(count);
            match previous {
                Some(previous) => self.insert_after(previous, group, next.is_none(), edits),
                None => edits.push(self.insert_at_front(group, next)),
            }
            rest = others;
        }
    }

    /// Puts new children behind one that stays, with a comma behind that one.
    fn insert_after(
        &self,
        previous: usize,
        group: &[Insertion<'_>],
        is_last: bool,
        edits: &mut Vec<TextEdit>,
    ) {
        let slot = self.gaps.slot(previous);
        let place = self.place_after(previous, &slot);
        if slot.comma.is_none() {
            let at = match place.indent {
                // Comments at the end of the line stay there, behind the comma.
                Some(_) => slot.child.end,
                // Within a line they stay before it, else they would be the next child's.
                None => slot.own.end,
            };
            edits.push(TextEdit::insert(at, ","));
        }
        let ends_with_comma = !is_last || self.trailing_comma;
        edits.push(TextEdit::insert(place.at, place.print(group, Side::Behind, ends_with_comma)));
    }

    fn place_after(&self, previous: usize, slot: &Slot) -> Place {
        let after = self.after(previous, slot.own.end);
        if let Some(comma) = slot.comma.filter(|&comma| comma >= slot.own.end) {
            return self.place_in_line(comma + 1, previous);
        }
        if let Some(indent) = &slot.indent
            && (after.line_break.is_some() || after.what == Neighbour::Bracket)
        {
            let at = after.line_break.unwrap_or(slot.own.end);
            return self.place_on_lines(at, indent, previous);
        }
        match after.line_break {
            // The new child needs a line of its own.
            Some(at) if self.has_closing_comment(previous, slot) => {
                let mut indent = line_indent(self.text(), slot.own.start).to_owned();
                if !self.text()[self.gaps.open()..slot.own.start].contains(['\n', '\r']) {
                    indent.push_str(&self.style.unit);
                }
                Place { indent: Some(indent), ..self.place_in_line(at, previous) }
            }
            _ => self.place_in_line(slot.own.end, previous),
        }
    }

    /// Whether a comment closes the child's line, so that what came behind it on that line
    /// would be commented out, or would take the comment over.
    fn has_closing_comment(&self, index: usize, slot: &Slot) -> bool {
        slot.comma.is_some_and(|comma| comma + 1 < slot.own.end)
            || self.gaps.tokens(index + 1).iter().any(|token| {
                token.kind == TokenKind::LineComment && token.range.end == slot.own.end
            })
    }

    /// Puts new children before all that stay.
    fn insert_at_front(&self, group: &[Insertion<'_>], next: Option<usize>) -> TextEdit {
        let slot = self.gaps.slot(0);
        let ends_with_comma = next.is_some() || self.trailing_comma;
        if let Some(indent) = slot.indent {
            let tokens = self.gaps.tokens(0);
            let line_break = tokens.iter().find(|token| token.kind == TokenKind::LineBreak);
            let at = line_break.map_or(slot.own.start, |token| token.range.start);
            let place = self.place_on_lines(at, &indent, 0);
            return TextEdit::insert(at, place.print(group, Side::Behind, ends_with_comma));
        }
        let at = next.map_or(slot.own.start, |next| self.gaps.slot(next).own.start);
        let mut text = self.place_in_line(at, 0).print(group, Side::Before, ends_with_comma);
        if next.is_some() {
            text.push_str(self.gap(0));
        }
        TextEdit::insert(at, text)
    }

    /// Gives an empty container its first children.
    fn fill(&self) -> TextEdit {
        let tokens = self.gaps.tokens(0);
        let Some(comment) = tokens.iter().rfind(|token| token.kind.is_comment()) else {
            let layout = layout_at(self.text(), self.style, self.change.holder);
            let printed = print_entry(None, &self.new_value(), self.style, layout);
            return TextEdit::replace(self.change.container.range.clone(), printed);
        };
        let group = &self.change.inserted;
        let Some(line_break) = tokens.iter().find(|token| token.kind == TokenKind::LineBreak)
        else {
            let place = self.place_in_line(comment.range.end, 0);
            return TextEdit::insert(place.at, place.print(group, Side::Behind, false));
        };
        let outer = line_indent(self.text(), self.change.container.range.start);
        let indent = format!("{outer}{}", self.style.unit);
        let mut style = self.style.clone();
        style.line_break = line_break_before(self.text(), line_break.range.end);
        let trailing_comma = style.trailing_commas;
        let place = Place { at: line_break.range.start, indent: Some(indent), style };
        TextEdit::insert(place.at, place.print(group, Side::Behind, trailing_comma))
    }

    /// What an empty container becomes.
    fn new_value(&self) -> Value {
        let inserted = &self.change.inserted;
        match &self.change.container.kind {
            Kind::Array(_) => {
                Value::Array(inserted.iter().map(|item| item.value.clone().into_owned()).collect())
            }
            _ => {
                let entry = |item: &Insertion<'_>| {
                    (item.key.unwrap_or_default().to_owned(), item.value.clone().into_owned())
                };
                Value::Object(inserted.iter().map(entry).collect())
            }
        }
    }

    /// A place on lines of their own, like that of a child nearby.
    fn place_on_lines(&self, at: usize, indent: &Range<usize>, neighbour: usize) -> Place {
        let mut place = self.place_in_line(at, neighbour);
        place.style.line_break = line_break_before(self.text(), indent.start);
        place.indent = Some(self.text()[indent.clone()].to_owned());
        place
    }

    /// A place whose style is that of a child nearby.
    fn place_in_line(&self, at: usize, neighbour: usize) -> Place {
        let mut style = self.style.clone();
        style.gap = self.gap(neighbour).to_owned();
        if self.gaps.len() > 0 {
            style.trailing_commas = self.trailing_comma;
        }
        if let Some(colon) = colon_of(self.text(), self.change.container, neighbour) {
            style.colon = colon.to_owned();
        }
        Place { at, indent: None, style }
    }

    /// What follows a comma on a line of this container.
    fn gap(&self, neighbour: usize) -> &str {
        let gap = |index| gap_after_comma(self.text(), self.change.container, index);
        let own = if self.gaps.len() > 1 { gap(neighbour.max(1)) } else { None };
        own.unwrap_or(&self.style.gap)
    }
}

/// Removed children with nothing but blanks between them.
struct Run {
    /// The index of the first of them.
    first: usize,
    last: usize,
    own: Range<usize>,
    before: Before,
    after: After,
}

//! Where and how new members and items are put.

use super::print::{Layout, print_entry};
use super::style::Style;
use crate::document::reconcile::Insertion;
use crate::document::tree::{Kind, Node};

/// Where and how new children are put.
pub(super) struct Place {
    pub(super) at: usize,
    /// The indentation of lines of their own; `None` within a line.
    pub(super) indent: Option<String>,
    pub(super) style: Style,
}

/// Which side of the new children the old text is on that they join.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    Behind,
}

impl Place {
    /// New children with the blanks and commas between them and, behind a child or comment,
    /// before them.
    pub(super) fn print(
        &self,
        group: &[Insertion<'_>],
        side: Side,
        ends_with_comma: bool,
    ) -> String {
        let mut text = String::new();
        for (at, insertion) in group.iter().enumerate() {
            match &self.indent {
                Some(indent) => {
                    text.push_str(self.style.line_break);
                    text.push_str(indent);
                }
                None if at > 0 || side == Side::Behind => text.push_str(&self.style.gap),
                None => {}
            }
            let layout = self.indent.as_deref().map_or(Layout::OneLine, Layout::ManyLines);
            text.push_str(&print_entry(insertion.key, &insertion.value, &self.style, layout));
            if at + 1 < group.len() || ends_with_comma {
                text.push(',');
            }
        }
        text
    }
}

/// What stands between a member's key and value, if that is blanks and the colon alone.
pub(super) fn colon_of<'a>(text: &'a str, container: &Node, index: usize) -> Option<&'a str> {
    let Kind::Object(members) = &container.kind else { return None };
    let member = members.get(index)?;
    let colon = &text[member.key_range.end..member.value.range.start];
    colon.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b':')).then_some(colon)
}

/// The line end right before `offset`.
pub(super) fn line_break_before(text: &str, offset: usize) -> &'static str {
    match text.as_bytes()[..offset] {
        [.., b'\r', b'\n'] => "\r\n",
        [.., b'\r'] => "\r",
        _ => "\n",
    }
}

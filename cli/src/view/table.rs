//! Aligned columns that fit the terminal: cut where that is enough, stacked where it is not.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::sanitize::sanitize_line;

/// Space between columns.
const GAP: usize = 2;
/// No column is cut below this many cells; a terminal that is narrower gets stacked rows.
const LEAST: usize = 8;

/// Rows under headings.
#[derive(Debug)]
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// The columns that are never cut, by their headings.
    whole: Vec<&'static str>,
}

impl Table {
    /// An empty table.
    pub fn new(headings: &[&'static str]) -> Self {
        Table { headings: headings.to_vec(), rows: Vec::new(), whole: Vec::new() }
    }

    /// Never cuts these columns, as it never cuts the first.
    #[must_use]
    pub fn whole(mut self, headings: &[&'static str]) -> Self {
        self.whole.extend(headings);
        self
    }

    /// Adds a row; its cells are shown on one line each.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<_> =
            cells.into_iter().map(|cell| sanitize_line(&cell).into_owned()).collect();
        debug_assert_eq!(cells.len(), self.headings.len());
        self.rows.push(cells);
    }

    /// The table's text, no line wider than `width`; without a width nothing is cut.
    pub fn render(&self, width: Option<usize>) -> String {
        let natural = self.natural_widths();
        let widths = match width {
            None => natural,
            Some(width) => match fit(&natural, &self.cuttable(), width) {
                Some(widths) => widths,
                None => return self.stacked(width),
            },
        };
        let headings: Vec<_> = self.headings.iter().map(|heading| (*heading).to_owned()).collect();
        let mut lines = vec![line(&headings, &widths)];
        lines.extend(self.rows.iter().map(|row| line(row, &widths)));
        lines.concat()
    }

    /// Not the first column either: it has the names, which are there to be typed again.
    fn cuttable(&self) -> Vec<bool> {
        let rest = self.headings.iter().skip(1).map(|heading| !self.whole.contains(heading));
        std::iter::once(false).chain(rest).collect()
    }

    fn natural_widths(&self) -> Vec<usize> {
        let column = |at: usize| {
            let cells = self.rows.iter().map(|row| row[at].width());
            cells.chain([self.headings[at].width()]).max().unwrap_or(0)
        };
        (0..self.headings.len()).map(column).collect()
    }

    /// One line a cell, and an empty line between rows.
    fn stacked(&self, width: usize) -> String {
        let label = self.headings.iter().map(|heading| heading.width()).max().unwrap_or(0);
        let block = |row: &Vec<String>| -> String {
            let cells = self.headings.iter().zip(row);
            cells
                .map(|(heading, cell)| {
                    let room = width.saturating_sub(label + GAP).max(LEAST);
                    line(&[(*heading).to_owned(), cell.clone()], &[label, room])
                })
                .collect()
        };
        let blocks: Vec<_> = self.rows.iter().map(block).collect();
        blocks.join("\n")
    }
}

/// Takes from the widest column that may be cut, cell by cell, until the row fits.
fn fit(natural: &[usize], cuttable: &[bool], width: usize) -> Option<Vec<usize>> {
    let mut widths = natural.to_vec();
    let gaps = GAP * natural.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        let may_be_cut = widths.iter_mut().zip(cuttable).filter(|(_, cuttable)| **cuttable);
        let widest = may_be_cut.map(|(width, _)| width).max()?;
        if *widest <= LEAST {
            return None;
        }
        *widest -= 1;
    }
    Some(widths)
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let cut = cut(cell, *width);
        let padding = width.saturating_sub(cut.width()) + GAP;
        text.push_str(&cut);
        text.push_str(&" ".repeat(padding));
    }
    format!("{}\n", text.trim_end())
}

/// Cuts a text to a number of cells, with an ellipsis where something is missing.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used >= width {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["Host", "Path"]);
        table.row(["cursor".to_owned(), "~/.cursor/mcp.json".to_owned()]);
        table.row(["日本".to_owned(), "x\n".to_owned()]);
        table
    }

    #[test]
    fn columns_are_aligned() {
        assert_eq!(
            table().render(None),
            "Host    Path\ncursor  ~/.cursor/mcp.json\n日本    x\\n\n"
        );
    }

    #[test]
    fn a_column_that_has_to_be_whole_is_not_cut() {
        let whole = || table().whole(&["Path"]);
        let stacked = "Host  cursor\nPath  ~/.curs…\n\nHost  日本\nPath  x\\n\n";
        assert_eq!(whole().render(Some(26)), whole().render(None));
        assert!(whole().render(Some(18)).starts_with("Host  cursor\nPath  ~/.cursor/"));
        assert_eq!(whole().render(Some(12)), stacked);
    }

    #[test]
    fn what_is_too_wide_is_cut_and_then_stacked() {
        assert_eq!(table().render(Some(18)), "Host    Path\ncursor  ~/.cursor…\n日本    x\\n\n");
        assert_eq!(
            table().render(Some(15)),
            "Host  cursor\nPath  ~/.curso…\n\nHost  日本\nPath  x\\n\n"
        );
        assert_eq!(
            table().render(Some(12)),
            "Host  cursor\nPath  ~/.curs…\n\nHost  日本\nPath  x\\n\n"
        );
    }
}

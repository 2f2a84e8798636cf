//! Small tables of numbers in a figure.

use crate::font;
use crate::scene::{Anchor, Color, Point, Weight};
use crate::sheet::{Sheet, TextStyle};

/// Distance between columns, in ems.
const COLUMN_GAP: f64 = 1.4;

/// Space above each heading but the first, in ems.
const HEADING_GAP: f64 = 0.5;

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The cells: the first is left-aligned, the others are right-aligned.
    pub cells: [String; 3],
    /// Whether the row is a heading, in bold.
    pub heading: bool,
    /// Color of the text.
    pub color: Color,
}

/// A table of three columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The rows from the top.
    pub rows: Vec<Row>,
}

impl Table {
    /// Returns width and height in points.
    pub fn size(&self, sheet: &Sheet) -> (f64, f64) {
        let width: f64 = self.widths(sheet).iter().sum::<f64>() + 2.0 * COLUMN_GAP * sheet.sizes.label;
        let headings = self.rows.iter().skip(1).filter(|row| row.heading).count() as f64;
        let ems = self.rows.len() as f64 * font::LINE_HEIGHT + headings * HEADING_GAP;
        (width, ems * sheet.sizes.label)
    }

    /// Draws the table with its top left corner at a point.
    pub fn draw(&self, sheet: &Sheet, corner: Point) {
        let (em, widths) = (sheet.sizes.label, self.widths(sheet));
        let mut top = corner.y;
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 && row.heading {
                top += HEADING_GAP * em;
            }
            let y = top + font::ASCENT * em;
            top += font::LINE_HEIGHT * em;
            let style = TextStyle { size: em, weight: row.weight(), color: row.color };
            let mut end = corner.x;
            for (column, (cell, width)) in row.cells.iter().zip(widths).enumerate() {
                let (start, anchor) =
                    if column == 0 { (end, Anchor::Start) } else { (end + width, Anchor::End) };
                if !cell.is_empty() {
                    sheet.text(Point { x: start, y }, anchor, cell, style);
                }
                end += width + COLUMN_GAP * em;
            }
        }
    }

    fn widths(&self, sheet: &Sheet) -> [f64; 3] {
        std::array::from_fn(|column| {
            let cells = self.rows.iter();
            cells
                .map(|row| font::text_width(&row.cells[column], sheet.sizes.label, row.weight()))
                .fold(0.0, f64::max)
        })
    }
}

impl Row {
    fn weight(&self) -> Weight {
        if self.heading { Weight::Bold } else { Weight::Regular }
    }
}

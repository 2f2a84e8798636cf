//! Legends: samples of lines and marks with labels, in a box in the plot or in rows below it.

use crate::font;
use crate::marks::Mark;
use crate::scene::{Anchor, Point, Stroke, Weight};
use crate::sheet::{Sheet, TextStyle};

/// Width of a sample, and its distance from the label, in ems.
const SAMPLE: f64 = 2.4;
const SAMPLE_GAP: f64 = 0.6;

/// Extent of the largest mark in a row, in ems.
const LARGEST_MARK: f64 = 1.25;

/// Distance between columns, and height of a row, in ems.
const COLUMN_GAP: f64 = 1.6;
const ROW: f64 = 1.55;

/// One entry of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The sample line, if any.
    pub line: Option<Stroke>,
    /// The sample mark, if any.
    pub mark: Option<Mark>,
    /// The label of the line and the mark.
    pub label: String,
}

/// A legend: a title and its entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Legend {
    /// The title above the entries, in bold.
    pub title: &'static str,
    /// The entries, row by row.
    pub entries: Vec<Entry>,
}

impl Legend {
    /// Returns width and height in points with `columns` columns.
    pub fn size(&self, sheet: &Sheet, columns: usize) -> (f64, f64) {
        let em = sheet.sizes.base;
        let title = font::text_width(self.title, em, Weight::Bold);
        let entries = self.column_starts(sheet, columns).last().copied().unwrap_or(0.0) - COLUMN_GAP * em;
        (title.max(entries), (1 + self.entries.len().div_ceil(columns)) as f64 * ROW * em)
    }

    /// Returns the largest number of columns that fits into a width; at least one.
    pub fn columns_within(&self, sheet: &Sheet, width: f64) -> usize {
        let fitting = (1..=self.entries.len()).rev().find(|&columns| self.size(sheet, columns).0 <= width);
        fitting.unwrap_or(1)
    }

    /// Draws the legend with its top left corner at `corner`; labels are shortened to fit `width`.
    pub fn draw(&self, sheet: &Sheet, corner: Point, columns: usize, width: f64) {
        let em = sheet.sizes.base;
        let middle = |row: usize| corner.y + (row as f64 + 0.5) * ROW * em;
        let baseline = |row: usize| middle(row) + font::CAPITAL_HEIGHT * em / 2.0;
        let bold = TextStyle { size: em, weight: Weight::Bold, color: sheet.palette.ink };
        sheet.text(Point { x: corner.x, y: baseline(0) }, Anchor::Start, self.title, bold);
        let starts = self.column_starts(sheet, columns);
        for (index, entry) in self.entries.iter().enumerate() {
            let (row, left) = (1 + index / columns, corner.x + starts[index % columns]);
            let right = left + SAMPLE * em;
            if let Some(stroke) = &entry.line {
                let ends = [left, right].map(|x| Point { x, y: middle(row) });
                sheet.line(ends.to_vec(), stroke.clone());
            }
            if let Some(mark) = &entry.mark {
                let diameter = mark.diameter.min(LARGEST_MARK * em);
                Mark { diameter, ..*mark }.draw(sheet, Point { x: (left + right) / 2.0, y: middle(row) });
            }
            let start = right + SAMPLE_GAP * em;
            let label = font::shorten(&entry.label, em, Weight::Regular, corner.x + width - start);
            let at = Point { x: start, y: baseline(row) };
            sheet.text(at, Anchor::Start, &label, sheet.plain(sheet.palette.ink));
        }
    }

    /// Returns the start of each column, and of one more after the last, in points from the legend's left edge.
    fn column_starts(&self, sheet: &Sheet, columns: usize) -> Vec<f64> {
        let em = sheet.sizes.base;
        let mut starts = vec![0.0];
        for column in 0..columns {
            let labels = self.entries.iter().skip(column).step_by(columns);
            let widths = labels.map(|entry| font::text_width(&entry.label, em, Weight::Regular));
            // A small margin, so that rounding never shortens a label that fits.
            let width = (SAMPLE + SAMPLE_GAP) * em + widths.fold(0.0, f64::max) + 0.01;
            starts.push(starts[column] + width + COLUMN_GAP * em);
        }
        starts
    }
}

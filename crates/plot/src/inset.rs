//! Insets: legends and tables that lie in the plot where they hide no data, and otherwise below it.

use crate::chart::Chart;
use crate::legend::Legend;
use crate::placement::{Room, cheapest_first, positions};
use crate::scene::{Point, Rectangle, Stroke};
use crate::sheet::Sheet;
use crate::table::Table;
use crate::view::View;

/// Distance between the positions tried along an edge of the plot, in points.
const STEP: f64 = 6.0;

/// The content of an inset.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Samples of lines and marks.
    Legend(Legend),
    /// A table of numbers.
    Table(Table),
}

/// A legend or table with its own place beside the data.
#[derive(Debug, Clone)]
pub struct Inset {
    /// The content.
    pub content: Content,
    /// Returns the positions in the plot to try, best first, for the part of the plot that labels may use and the
    /// inset's width and height in points.
    pub places: fn(Rectangle, f64, f64) -> Vec<Rectangle>,
}

impl Inset {
    /// Returns width and height with `columns` columns: below the plot a legend takes as many columns as fit.
    fn size(&self, sheet: &Sheet, columns: usize) -> (f64, f64) {
        match &self.content {
            Content::Legend(legend) => legend.size(sheet, columns),
            Content::Table(table) => table.size(sheet),
        }
    }

    fn columns_within(&self, sheet: &Sheet, width: f64) -> usize {
        match &self.content {
            Content::Legend(legend) => legend.columns_within(sheet, width),
            Content::Table(_) => 1,
        }
    }

    fn draw(&self, sheet: &Sheet, corner: Point, columns: usize, width: f64) {
        match &self.content {
            Content::Legend(legend) => legend.draw(sheet, corner, columns, width),
            Content::Table(table) => table.draw(sheet, corner),
        }
    }

    /// Draws the inset in a box that fills a frame in the plot.
    fn draw_boxed(&self, sheet: &Sheet, frame: Rectangle) {
        let outline = Stroke { color: sheet.palette.frame, width: 0.75, dash: Vec::new() };
        sheet.area(frame.corners(), Some(sheet.palette.background.with_alpha(0.92)), Some(outline));
        let inner = frame.grown(-sheet.sizes.gap);
        self.draw(sheet, Point { x: inner.left, y: inner.top }, 1, inner.width());
    }
}

/// A chart and the positions of the insets in its plot.
pub struct Arrangement<'sheet, 'inset> {
    /// The chart; nothing of it is drawn yet.
    pub chart: Chart<'sheet>,
    framed: Vec<(&'inset Inset, Rectangle)>,
}

impl<'sheet, 'inset> Arrangement<'sheet, 'inset> {
    /// Finds a place in the plot for each inset, `clearance` points away from data. Insets without a place are drawn
    /// here, below the chart, which becomes lower. So are all insets of a zoomed figure, so that they stay in place
    /// while it moves. `chart` fits axes into a part of the sheet, and `room` returns the space for labels in a chart's
    /// plot.
    pub fn new(
        sheet: &'sheet Sheet,
        mut outer: Rectangle,
        insets: &'inset [Inset],
        clearance: f64,
        view: &View,
        chart: impl Fn(Rectangle) -> Chart<'sheet>,
        room: impl Fn(&Chart) -> Room,
    ) -> Self {
        let gap = sheet.sizes.gap;
        let mut inside: Vec<&Inset> = insets.iter().collect();
        loop {
            let chart = chart(outer);
            let mut framed = Vec::new();
            let mut room = (!view.is_zoomed() && !inside.is_empty()).then(|| room(&chart));
            let without = inside.iter().position(|inset| {
                let Some(room) = &mut room else { return true };
                let (width, height) = inset.size(sheet, 1);
                let places = (inset.places)(chart.plot.grown(-gap), width + 2.0 * gap, height + 2.0 * gap);
                let clear =
                    |frame: &Rectangle| room.is_free(frame) && room.covers_none(&frame.grown(clearance));
                let Some(frame) = places.into_iter().find(clear) else { return true };
                room.take(frame.grown(gap));
                framed.push((*inset, frame));
                false
            });
            let Some(without) = without else { return Arrangement { chart, framed } };

            let inset = inside.remove(without);
            let columns = inset.columns_within(sheet, outer.width());
            let top = outer.bottom - inset.size(sheet, columns).1;
            inset.draw(sheet, Point { x: outer.left, y: top }, columns, outer.width());
            outer.bottom = top - 1.5 * gap;
        }
    }

    /// Draws the insets that lie in the plot, and keeps labels off them.
    pub fn draw_framed(&self, sheet: &Sheet, room: &mut Room) {
        for &(inset, frame) in &self.framed {
            inset.draw_boxed(sheet, frame);
            room.take(frame);
        }
    }
}

/// Returns the two upper corners, the left one first.
pub fn upper_corners(area: Rectangle, width: f64, height: f64) -> Vec<Rectangle> {
    [area.left, area.right - width].map(|left| at(left, area.top, width, height)).into()
}

/// Returns positions along the upper edge, then along the lower edge, each from the right.
pub fn along_edges(area: Rectangle, width: f64, height: f64) -> Vec<Rectangle> {
    let along = |top: f64| positions(Rectangle { top, bottom: top + height, ..area }, width, height, STEP);
    let mirrored = |frame: Rectangle| at(area.left + area.right - frame.right, frame.top, width, height);
    along(area.top).chain(along(area.bottom - height)).map(mirrored).collect()
}

/// Returns all positions, nearest to the lower right corner first.
pub fn near_lower_right(area: Rectangle, width: f64, height: f64) -> Vec<Rectangle> {
    let corner = |of: &Rectangle| Point { x: of.right, y: of.bottom };
    let away = |frame: &Rectangle| corner(&area).distance(corner(frame));
    cheapest_first(positions(area, width, height, STEP), away)
}

fn at(left: f64, top: f64, width: f64, height: f64) -> Rectangle {
    Rectangle { left, top, right: left + width, bottom: top + height }
}

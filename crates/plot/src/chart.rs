//! A pair of axes on a sheet, drawn by plotters.

use crate::axis::Axis;
use crate::clip;
use crate::font;
use crate::plot::{Plot, Trace};
use crate::recorder::{Recorder, UNITS_PER_POINT, shape_style, units};
use crate::scene::{Anchor, Color, Command, Point, Rectangle, Stroke, Text, Weight};
use crate::sheet::Sheet;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::style::{FontDesc, FontFamily, FontStyle, TextStyle};
use plotters_backend::BackendColor;
use std::convert::Infallible;

/// Length of a tick mark in points; its label stands twice as far from the axis.
const TICK: f64 = 3.0;

/// Dashes and gaps of grid lines in points.
const GRID_DASH: [f64; 2] = [3.0, 3.0];

/// Distance beyond the plot's edge that is not visible, in points.
const SEEN: f64 = 0.05;

/// Limit of positions beyond the plot, in plot sizes: values farther away are drawn at the limit, so positions stay
/// finite.
const FARTHEST: f64 = 1e9;

/// Charts narrower than this, in points, have the title of the y axis above it instead of beside it.
const NARROW: f64 = 380.0;

/// Axes around a plot area, and the mapping from values to positions.
pub struct Chart<'sheet> {
    /// The plot area, within the axes.
    pub plot: Rectangle,
    sheet: &'sheet Sheet,
    outer: Rectangle,
    context: ChartContext<'static, Recorder, Cartesian2d<Axis, Axis>>,
}

impl<'sheet> Chart<'sheet> {
    /// Creates a chart: fits axes with their labels and titles into a part of the sheet. Draws nothing yet.
    pub fn new(sheet: &'sheet Sheet, outer: Rectangle, x: Axis, y: Axis) -> Self {
        let plot = fit(sheet, outer, &x, &y);
        Self::framed(sheet, outer, plot, x, y)
    }

    /// Creates two charts of equal height, one above the other, with a common x axis.
    pub fn stacked(sheet: &'sheet Sheet, outer: Rectangle, x: &Axis, [upper, lower]: [Axis; 2]) -> [Self; 2] {
        let (one, other) = (fit(sheet, outer, x, &upper), fit(sheet, outer, x, &lower));
        let (left, right) = (one.left.max(other.left), one.right.min(other.right));
        let (above, below) = (one.top - outer.top, outer.bottom - one.bottom);
        let between = 2.0 * sheet.sizes.gap;
        let height = (outer.height() - 2.0 * above - between - below) / 2.0;
        let plot = |top: f64| Rectangle { left, right, top, bottom: top + height };
        let (first, second) = (plot(one.top), plot(one.top + height + between + above));
        [
            Self::framed(
                sheet,
                Rectangle { bottom: first.bottom + TICK, ..outer },
                first,
                x.unlabelled(),
                upper,
            ),
            Self::framed(sheet, Rectangle { top: second.top - above, ..outer }, second, x.clone(), lower),
        ]
    }

    fn framed(sheet: &'sheet Sheet, outer: Rectangle, plot: Rectangle, x: Axis, y: Axis) -> Self {
        let size = sheet.size();
        let context = drawn(
            ChartBuilder::on(&sheet.drawing_area())
                .margin_left(units(outer.left))
                .margin_top(units(plot.top))
                .margin_right(units(size.right - plot.right))
                .margin_bottom(units(size.bottom - outer.bottom))
                .x_label_area_size(units(outer.bottom - plot.bottom))
                .y_label_area_size(units(plot.left - outer.left))
                .build_cartesian_2d(x, y),
        );
        Chart { plot, sheet, outer, context }
    }

    /// Returns the position of a pair of values, within the plot or beyond it.
    pub fn at(&self, x: f64, y: f64) -> Point {
        let within = |fraction: f64| fraction.clamp(-FARTHEST, FARTHEST);
        Point {
            x: self.plot.left + within(self.x().fraction(x)) * self.plot.width(),
            y: self.plot.bottom - within(self.y().fraction(y)) * self.plot.height(),
        }
    }

    /// Returns whether a position lies visibly in the plot.
    pub fn shows(&self, at: Point) -> bool {
        self.plot.grown(SEEN).has(at)
    }

    /// Returns the x axis.
    pub fn x(&self) -> &Axis {
        self.context.as_coord_spec().x_spec()
    }

    /// Returns the y axis.
    pub fn y(&self) -> &Axis {
        self.context.as_coord_spec().y_spec()
    }

    /// Draws dashed horizontal grid lines at the ticks of the y axis.
    pub fn draw_grid(&mut self) {
        self.draw_mesh(false);
    }

    /// Draws dashed grid lines at the ticks of both axes.
    pub fn draw_full_grid(&mut self) {
        self.draw_mesh(true);
    }

    fn draw_mesh(&mut self, upright: bool) {
        self.sheet.set_dash(&GRID_DASH);
        let grid = shape_style(self.sheet.palette.grid, 0.75);
        let (x, y) = (self.x().ticks().len(), self.y().ticks().len());
        let mut mesh = self.context.configure_mesh();
        if !upright {
            mesh.disable_x_mesh();
        }
        drawn(mesh.disable_axes().x_labels(x).y_labels(y).bold_line_style(grid).draw());
        self.sheet.set_dash(&[]);
    }

    /// Draws the axes with their ticks, labels and titles.
    pub fn draw_axes(&mut self) {
        let palette = self.sheet.palette;
        let base = self.sheet.sizes.base;
        let (x_size, x_weight) = x_label_font(self.sheet, self.x());
        let x_color = if x_weight == Weight::Bold { palette.ink } else { palette.muted };
        let (x, y) = (self.x().ticks().len(), self.y().ticks().len());
        drawn(
            self.context
                .configure_mesh()
                .disable_mesh()
                .axis_style(shape_style(palette.frame, 1.0))
                .set_all_tick_mark_size(units(TICK))
                .x_labels(x)
                .y_labels(y)
                .x_label_style(text_style(x_size, x_weight, x_color))
                .y_label_style(text_style(base, Weight::Regular, palette.muted))
                .draw(),
        );

        let below = Point { x: self.plot.center().x, y: self.outer.bottom - font::DESCENT * base };
        self.draw_title(self.x().title(), below, Anchor::Middle, 0);
        if is_narrow(self.outer) {
            let above = Point { x: self.outer.left, y: self.outer.top + font::ASCENT * base };
            self.draw_title(self.y().title(), above, Anchor::Start, 0);
        } else {
            let beside = Point { x: self.outer.left + font::ASCENT * base, y: self.plot.center().y };
            self.draw_title(self.y().title(), beside, Anchor::Middle, 1);
        }
    }

    fn draw_title(&self, title: &str, at: Point, anchor: Anchor, quarter_turns: u8) {
        let (size, color) = (self.sheet.sizes.base, self.sheet.palette.muted);
        let (content, weight) = (title.to_owned(), Weight::Regular);
        self.sheet.push(Command::Text(Text { at, content, size, weight, anchor, color, quarter_turns }));
    }

    /// Draws the part of a line through values that lies in the plot.
    pub fn draw_line(&self, values: impl IntoIterator<Item = (f64, f64)>, stroke: &Stroke) {
        let points: Vec<Point> = values.into_iter().map(|(x, y)| self.at(x, y)).collect();
        self.draw_path(&points, stroke);
    }

    /// Draws the part of a line through positions that lies in the plot.
    pub fn draw_path(&self, points: &[Point], stroke: &Stroke) {
        for piece in clip::line(points, &self.plot.grown(SEEN)) {
            self.sheet.line(piece, stroke.clone());
        }
    }

    /// Fills the part of an area that lies in the plot.
    pub fn fill(&self, corners: &[Point], color: Color) {
        let corners = clip::area(corners, &self.plot);
        if corners.len() > 2 {
            self.sheet.area(corners, Some(color), None);
        }
    }

    /// Returns the chart as a plot that readers can explore.
    pub fn plot_of(&self, traces: Vec<Trace>) -> Plot {
        Plot { area: self.plot, x: self.x().clone(), y: self.y().clone(), moves_upright: true, traces }
    }
}

/// Returns the plot area that remains beside axes, labels, and titles.
fn fit(sheet: &Sheet, outer: Rectangle, x: &Axis, y: &Axis) -> Rectangle {
    let (base, (x_size, x_weight)) = (sheet.sizes.base, x_label_font(sheet, x));
    let title = font::LINE_HEIGHT * base;
    let mut plot = outer;
    plot.left += 2.0 * TICK + y.label_width(base, Weight::Regular);
    plot.bottom -= 2.0 * TICK + font::LINE_HEIGHT * x_size + title;
    plot.top += base / 2.0;
    if is_narrow(outer) {
        plot.top += title;
    } else {
        plot.left += title;
    }
    if let Some(last) = x.ticks().last() {
        let half = font::text_width(&last.label, x_size, x_weight) / 2.0;
        plot.right -= (half - (1.0 - x.fraction(last.value)) * plot.width()).max(0.0);
    }
    plot
}

fn is_narrow(outer: Rectangle) -> bool {
    outer.width() < NARROW
}

/// Returns the font of tick labels: names of categories are larger and bolder than numbers.
fn x_label_font(sheet: &Sheet, x: &Axis) -> (f64, Weight) {
    if x.is_categorical() {
        (sheet.sizes.category, Weight::Bold)
    } else {
        (sheet.sizes.base, Weight::Regular)
    }
}

/// Unwraps a result of plotters. Drawing cannot fail here: the recorder never fails, and its cell is borrowed only
/// within a single call.
fn drawn<T>(result: Result<T, DrawingAreaErrorKind<Infallible>>) -> T {
    result.unwrap_or_else(|error| unreachable!("recording a drawing failed: {error}"))
}

fn text_style(size: f64, weight: Weight, color: Color) -> TextStyle<'static> {
    let style = match weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Bold => FontStyle::Bold,
    };
    let font = FontDesc::new(FontFamily::Name(font::FAMILIES), size * UNITS_PER_POINT, style);
    let color = BackendColor { alpha: color.alpha, rgb: (color.red, color.green, color.blue) };
    TextStyle { color, ..TextStyle::from(font) }
}

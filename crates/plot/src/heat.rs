//! Values on a grid as colors: the code that all maps share.

use crate::axis::Axis;
use crate::colormap;
use crate::colormap::COLORS;
use crate::scene::{Anchor, Color, Command, Picture, Point, Rectangle, Stroke, Weight};
use crate::sheet::Sheet;
use crate::{font, number};

/// The most pixels of the picture per point: the resolution of the coarsest screen, so that no pixel is skipped.
const PIXELS_PER_POINT: f64 = 4.0 / 3.0;

/// The fraction of the pixels that is at least as dark as the darkest color.
const DARKEST_PART: f64 = 0.02;

/// Height of the color bar with its tick labels, in ems.
const BAR: f64 = 2.6;

/// Length of the color bar's tick marks in points.
const TICK: f64 = 3.0;

/// Values on a grid, `[column][row]`, with rows counted upward.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Number of columns.
    pub columns: usize,
    /// Number of rows.
    pub rows: usize,
    /// One value per column and row.
    pub values: &'a [f32],
}

/// A field in pixels, rows from the top down. Where there are more values than pixels, each pixel is the largest value
/// it covers.
pub struct Pixels {
    columns: usize,
    rows: usize,
    values: Vec<f32>,
}

impl Pixels {
    /// Creates the pixels of a field for a plot of a size in points.
    pub fn new(field: &Field, width: f64, height: f64) -> Self {
        let pixels = |points: f64, count: usize| ((points * PIXELS_PER_POINT) as usize).clamp(1, count);
        let (columns, rows) = (pixels(width, field.columns), pixels(height, field.rows));
        let mut values = vec![f32::NEG_INFINITY; columns * rows];
        for (index, column_values) in field.values.chunks_exact(field.rows).take(field.columns).enumerate() {
            let column = index * columns / field.columns;
            for (row, &value) in column_values.iter().enumerate() {
                let pixel = &mut values[(rows - 1 - row * rows / field.rows) * columns + column];
                // NaN never replaces a value.
                *pixel = pixel.max(value);
            }
        }
        Pixels { columns, rows, values }
    }

    /// Returns the largest number of columns and of rows of the field that one pixel covers.
    pub fn covers(&self, field: &Field) -> (usize, usize) {
        (field.columns.div_ceil(self.columns), field.rows.div_ceil(self.rows))
    }

    /// Paints the pixels into a frame.
    pub fn draw(&self, sheet: &Sheet, frame: Rectangle, scale: &Scale) {
        let background = sheet.palette.background;
        let colors = self.values.iter().flat_map(|&value| scale.pixel(value, background)).collect();
        push_picture(sheet, frame, self.columns, self.rows, colors);
    }
}

/// Maps values above zero to colors on a logarithmic scale. Zero has no color: the background stays visible.
pub struct Scale {
    /// The value of the darkest color; smaller values have it, too.
    pub low: f64,
    /// The value of the brightest color.
    pub high: f64,
    colors: [[u8; 3]; COLORS],
}

impl Scale {
    /// Creates a scale up to the largest value, down to where only a small fraction of the pixels is darker. Its ends
    /// differ by at most a factor of `contrast`.
    pub fn of<'a>(pixels: impl IntoIterator<Item = &'a Pixels>, contrast: f64) -> Self {
        let mut positive: Vec<f32> = pixels
            .into_iter()
            .flat_map(|pixels| &pixels.values)
            .copied()
            .filter(|value| *value > 0.0 && value.is_finite())
            .collect();
        let high = positive.iter().copied().fold(0.0, f32::max);
        let darkest = (positive.len() as f64 * DARKEST_PART) as usize;
        let (low, high) = match positive.len() {
            0 => (0.1, 1.0),
            _ => (f64::from(*positive.select_nth_unstable_by(darkest, f32::total_cmp).1), f64::from(high)),
        };
        // A uniform map also needs a scale: its value becomes the brightest of half a decade.
        let low = low.clamp(high / contrast, high / 10f64.sqrt());
        Scale { low, high, colors: colormap::colors() }
    }

    /// Returns the height of the caption and the color bar in points.
    pub fn height(caption_lines: usize, base: f64) -> f64 {
        caption_lines as f64 * font::LINE_HEIGHT * base + BAR * base
    }

    fn pixel(&self, value: f32, background: Color) -> [u8; 4] {
        if value == 0.0 {
            return [background.red, background.green, background.blue, 255];
        }
        let part = if value > 0.0 {
            libm::log(f64::from(value) / self.low) / libm::log(self.high / self.low)
        } else {
            0.0
        };
        let [red, green, blue] = self.colors[(part.clamp(0.0, 1.0) * (COLORS - 1) as f64).round() as usize];
        [red, green, blue, 255]
    }

    /// Draws the caption, the color bar under it, and its ticks.
    pub fn draw(&self, sheet: &Sheet, frame: Rectangle, caption: &[String]) {
        let base = sheet.sizes.base;
        let style = sheet.plain(sheet.palette.muted);
        let mut top = frame.top;
        for line in caption {
            sheet.text(Point { x: frame.left, y: top + font::ASCENT * base }, Anchor::Start, line, style);
            top += font::LINE_HEIGHT * base;
        }
        let bar = Rectangle { top, bottom: top + base, ..frame };
        let pixels = self.colors.iter().flat_map(|&[red, green, blue]| [red, green, blue, 255]).collect();
        push_picture(sheet, bar, COLORS, 1, pixels);

        let axis = Axis::logarithmic("", self.low, self.high, (frame.width() / (5.0 * base)) as usize);
        for tick in axis.ticks() {
            let x = bar.left + axis.fraction(tick.value) * bar.width();
            let ends = [bar.bottom, bar.bottom + TICK].map(|y| Point { x, y });
            sheet.line(ends.to_vec(), Stroke { color: sheet.palette.frame, width: 1.0, dash: Vec::new() });
            let half = font::text_width(&tick.label, base, style.weight) / 2.0;
            let at = Point {
                x: x.clamp(bar.left + half, bar.right - half),
                y: bar.bottom + 2.0 * TICK + font::ASCENT * base,
            };
            sheet.text(at, Anchor::Middle, &tick.label, style);
        }
    }
}

/// Breaks a caption into lines that fit a width.
pub fn caption(sheet: &Sheet, words: &str, width: f64) -> Vec<String> {
    font::wrap(words, sheet.sizes.base, Weight::Regular, width)
}

/// Describes how many values one pixel covers; empty if it covers one.
pub fn note(covers: (usize, usize), things: (&str, &str)) -> String {
    let parts = [(covers.0, things.0), (covers.1, things.1)].into_iter().filter(|(several, _)| *several > 1);
    let parts: Vec<String> = parts.map(|(several, thing)| number::count(several, thing)).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("; each pixel the greatest of up to {}", parts.join(" × "))
}

fn push_picture(sheet: &Sheet, frame: Rectangle, columns: usize, rows: usize, pixels: Vec<u8>) {
    let at = Point { x: frame.left, y: frame.top };
    let (width, height, pixels) = (frame.width(), frame.height(), pixels.into());
    sheet.push(Command::Picture(Picture { at, width, height, columns, rows, pixels }));
}

//! The local density of states as a picture: site across, energy upward.

use super::axis::Axis;
use super::chart::Chart;
use super::colormap::{self, COLORS};
use super::green::site_axis;
use super::scene::{Anchor, Command, Picture, Point, Rectangle, Scene, Stroke, Weight};
use super::sheet::Sheet;
use super::style::Layout;
use super::{font, number};

/// The most pixels of the picture to a point: as many as the coarsest screen shows, so that none is skipped.
const PIXELS_PER_POINT: f64 = 4.0 / 3.0;

/// The most lines of the caption; the plot is at least as large as with so many.
const MOST_CAPTION_LINES: usize = 3;

/// The brightest and the darkest colour are at most this factor apart.
const MOST_CONTRAST: f64 = 1e4;

/// The part of the pixels that is at least as dark as the darkest colour.
const DARKEST_PART: f64 = 0.02;

/// Height of the colour bar with its tick labels, in ems.
const BAR: f64 = 2.6;

/// Length of the colour bar's tick marks in points.
const TICK: f64 = 3.0;

/// Local density of states, Im G/π, on a grid of sites and energies.
#[derive(Debug, Clone, PartialEq)]
pub struct DensityMap {
    /// Number of sites.
    pub sites: usize,
    /// The energies, ascending and evenly spaced.
    pub energies: Vec<f64>,
    /// One value a site and energy, `[site][energy]`: `sites · energies.len()` of them.
    pub values: Vec<f32>,
}

/// Draws the map with its colour bar. Colours are logarithmic, because a density near a level is larger than
/// between levels by orders of magnitude. Where there are more sites or energies than pixels, each pixel
/// shows the greatest value it covers, so that no level is lost; the figure says so.
pub fn density_map(map: &DensityMap, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let (sites, energies) = (map.sites, map.energies.len());
    let title = "Local density of states";
    if sites == 0 || energies == 0 || map.values.len() < sites * energies {
        let below = sheet.heading(title, "", &[]);
        sheet.text(below.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    }

    let subtitle =
        format!("Im G(i,i)/π, {} × {}", number::count(sites, "site"), number::count(energies, "energy"),);
    let below = sheet.heading(title, &subtitle, &[]);
    let (base, gap) = (sheet.sizes.base, sheet.sizes.gap);
    let caption_top = |lines: usize| below.bottom - lines as f64 * font::LINE_HEIGHT * base - BAR * base;
    let chart = |caption_lines: usize| {
        let outer = Rectangle { bottom: caption_top(caption_lines) - 1.5 * gap, ..below };
        let x = site_axis(sites, outer.width(), base);
        Chart::new(&sheet, outer, x, energy_axis(map, outer, base))
    };
    let smallest = chart(MOST_CAPTION_LINES).plot;
    let pixels = |points: f64, count: usize| ((points * PIXELS_PER_POINT) as usize).clamp(1, count);
    let grid = Grid::new(map, pixels(smallest.width(), sites), pixels(smallest.height(), energies));
    let scale = Scale::of(&grid.values);
    let darkest = number::significant(scale.low, 2);
    let caption =
        format!("States per energy and site; log scale, darkest at and below {darkest}{}", grid.note(map));
    let caption = font::wrap(&caption, base, Weight::Regular, below.width());

    let mut chart = chart(caption.len());
    let colors = grid.values.iter().flat_map(|&value| scale.pixel(value)).collect();
    push_picture(&sheet, chart.plot, grid.columns, grid.rows, colors);
    chart.draw_axes();
    scale.draw(&sheet, Rectangle { top: caption_top(caption.len()), ..below }, &caption);
    sheet.finish(summary(map, &scale))
}

/// The energies, each half a step high to both sides.
fn energy_axis(map: &DensityMap, outer: Rectangle, base: f64) -> Axis {
    let (first, last) = (map.energies[0], map.energies[map.energies.len() - 1]);
    let half = if last > first { (last - first) / (map.energies.len() - 1) as f64 / 2.0 } else { 0.5 };
    Axis::linear("Energy E", first - half, last + half, (outer.height() / (4.0 * base)) as usize)
}

/// The map in pixels, rows from the highest energy down.
struct Grid {
    columns: usize,
    rows: usize,
    values: Vec<f32>,
}

impl Grid {
    fn new(map: &DensityMap, columns: usize, rows: usize) -> Self {
        let energies = map.energies.len();
        let mut values = vec![f32::NEG_INFINITY; columns * rows];
        for (site, column_values) in map.values.chunks_exact(energies).take(map.sites).enumerate() {
            let column = site * columns / map.sites;
            for (energy, &value) in column_values.iter().enumerate() {
                let pixel = &mut values[(rows - 1 - energy * rows / energies) * columns + column];
                // Not a number never wins.
                *pixel = pixel.max(value);
            }
        }
        Grid { columns, rows, values }
    }

    /// What a pixel stands for, where it is more than one value.
    fn note(&self, map: &DensityMap) -> String {
        let (sites, energies) = (map.sites.div_ceil(self.columns), map.energies.len().div_ceil(self.rows));
        let parts = [(sites, "site"), (energies, "energy")].into_iter().filter(|(several, _)| *several > 1);
        let parts: Vec<String> = parts.map(|(several, thing)| number::count(several, thing)).collect();
        if parts.is_empty() {
            return String::new();
        }
        format!("; each pixel the greatest of up to {}", parts.join(" × "))
    }
}

/// From densities to colours.
struct Scale {
    low: f64,
    high: f64,
    colors: [[u8; 3]; COLORS],
}

impl Scale {
    /// A scale up to the greatest value, down to where only a small part of the pixels is darker.
    fn of(values: &[f32]) -> Self {
        let mut positive: Vec<f32> =
            values.iter().copied().filter(|value| *value > 0.0 && value.is_finite()).collect();
        let high = positive.iter().copied().fold(0.0, f32::max);
        let darkest = (positive.len() as f64 * DARKEST_PART) as usize;
        let (low, high) = match positive.len() {
            0 => (0.1, 1.0),
            _ => (f64::from(*positive.select_nth_unstable_by(darkest, f32::total_cmp).1), f64::from(high)),
        };
        // An even map gets a scale, too: its value is the brightest of a decade.
        let low = low.clamp(high / MOST_CONTRAST, high / 10f64.powf(0.5));
        Scale { low, high, colors: colormap::colors() }
    }

    fn pixel(&self, value: f32) -> [u8; 4] {
        let part =
            if value > 0.0 { (f64::from(value) / self.low).ln() / (self.high / self.low).ln() } else { 0.0 };
        let [red, green, blue] = self.colors[(part.clamp(0.0, 1.0) * (COLORS - 1) as f64).round() as usize];
        [red, green, blue, 255]
    }

    /// Draws the caption, the colour bar under it, and its ticks.
    fn draw(&self, sheet: &Sheet, frame: Rectangle, caption: &[String]) {
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

fn push_picture(sheet: &Sheet, frame: Rectangle, columns: usize, rows: usize, pixels: Vec<u8>) {
    let at = Point { x: frame.left, y: frame.top };
    let (width, height, pixels) = (frame.width(), frame.height(), pixels.into());
    sheet.push(Command::Picture(Picture { at, width, height, columns, rows, pixels }));
}

fn summary(map: &DensityMap, scale: &Scale) -> String {
    let energies = map.energies.len();
    let peak = map.values.iter().enumerate().filter(|(_, value)| value.is_finite());
    let peak = peak.max_by(|(_, one), (_, other)| one.total_cmp(other));
    let peak = peak.map(|(index, &value)| {
        let (site, energy) = (index / energies, map.energies[index % energies]);
        let (value, energy) = (number::significant(f64::from(value), 3), number::significant(energy, 4));
        format!(" Its greatest value, {value}, is at site {site} and energy {energy}.")
    });
    format!(
        "Local density of states of {} at {} from {} to {}. Colours run from {} to {} on \
         a logarithmic scale.{}",
        number::count(map.sites, "site"),
        number::count(energies, "energy"),
        number::significant(map.energies[0], 4),
        number::significant(map.energies[energies - 1], 4),
        number::significant(scale.low, 2),
        number::significant(scale.high, 2),
        peak.unwrap_or_default(),
    )
}

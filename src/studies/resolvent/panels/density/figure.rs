//! The local density of states as a map: sites in x, energies in y.

use crate::studies::resolvent::figure::{Drawing, Look, site_axis};
use crate::studies::resolvent::record::Density;
use bk_plot::axis::Axis;
use bk_plot::chart::Chart;
use bk_plot::heat;
use bk_plot::heat::{Field, Pixels, Scale};
use bk_plot::number;
use bk_plot::plot::{Reading, Trace};
use bk_plot::scene::{Anchor, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::{View, Window};
use std::borrow::Cow;
use std::ops::Range;

/// Local density of states.
pub(crate) const MAP: Drawing<Density> = Drawing {
    look: Look { stem: "density-of-states", heading: "Local density of states", aspect: 0.6 },
    draw: |found, _, view, layout| density_map(found, view, layout),
};

/// The most lines of the caption; the plot is at least as large as with so many.
const MOST_CAPTION_LINES: usize = 3;

/// Largest ratio between the values of the brightest and the darkest color.
const MOST_CONTRAST: f64 = 1e4;

/// The most cells that can be read off one by one.
const MOST_READINGS: usize = 20_000;

/// Draws the map with its color bar. Colors are logarithmic, because the density near a level is orders of magnitude
/// larger than between levels. Where there are more sites or energies than pixels, each pixel shows the greatest value
/// it covers, so that no level is lost; the figure states this.
pub fn density_map(map: &Density, view: &View, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let (sites, energies) = (map.sites(), map.energies.len());
    let title = "Local density of states";
    if sites == 0 || energies == 0 {
        let below = sheet.heading(title, "", &[]);
        sheet.text(below.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    }

    let subtitle =
        format!("Im G(i,i)/π, {} × {}", number::count(sites, "site"), number::count(energies, "energy"),);
    let below = sheet.heading(title, &subtitle, &[]);
    let (base, gap) = (sheet.sizes.base, sheet.sizes.gap);
    let cells = Cells::new(map, view);
    let caption_top = |lines: usize| below.bottom - Scale::height(lines, base);
    let chart = |caption_lines: usize| {
        let outer = Rectangle { bottom: caption_top(caption_lines) - 1.5 * gap, ..below };
        let x = site_axis(sites, outer.width(), base).part(cells.across);
        Chart::new(&sheet, outer, x, energy_axis(map, outer, base).part(cells.upward))
    };
    let smallest = chart(MOST_CAPTION_LINES).plot;
    let values = cells.values(map);
    let field = Field { columns: cells.sites.len(), rows: cells.energies.len(), values: &values };
    let pixels = Pixels::new(&field, smallest.width(), smallest.height());
    let scale = Scale::of([&pixels], MOST_CONTRAST);
    let darkest = number::significant(scale.low, 2);
    let note = heat::note(pixels.covers(&field), ("site", "energy"));
    let words = format!("States per energy and site; log scale, darkest at and below {darkest}{note}");
    let caption = heat::caption(&sheet, &words, below.width());

    let mut chart = chart(caption.len());
    pixels.draw(&sheet, chart.plot, &scale);
    chart.draw_axes();
    scale.draw(&sheet, Rectangle { top: caption_top(caption.len()), ..below }, &caption);
    let readings = cells.readings(map, &values);
    let trace = Trace { name: "Density".into(), color: sheet.palette.ink, readings };
    Scene { plots: vec![chart.plot_of(vec![trace])], ..sheet.finish(summary(map, &scale)) }
}

/// The sites and energies that a view shows, rounded to whole cells.
struct Cells {
    sites: Range<usize>,
    energies: Range<usize>,
    across: Window,
    upward: Window,
}

impl Cells {
    fn new(map: &Density, view: &View) -> Self {
        let half = half_step(map);
        let (first, step) = (map.energies[0], 2.0 * half);
        let (sites, across) = whole_cells(map.sites(), view.x, 0.0, 1.0);
        let (energies, upward) = whole_cells(map.energies.len(), view.y, first, step);
        Cells { sites, energies, across, upward }
    }

    /// Returns the values of the cells, `[site][energy]`.
    fn values<'a>(&self, map: &'a Density) -> Cow<'a, [f32]> {
        let energies = map.energies.len();
        if self.sites.len() * self.energies.len() == map.values.len() {
            return Cow::Borrowed(&map.values);
        }
        let rows = self.sites.clone().map(|site| &map.values[site * energies..][self.energies.clone()]);
        Cow::Owned(rows.flatten().copied().collect())
    }

    /// Returns the values for reading off the figure: every cell if there are few, otherwise the greatest value of each
    /// site.
    fn readings(&self, map: &Density, values: &[f32]) -> Vec<Reading> {
        let height = self.energies.len();
        let reading = |site: usize, energy: usize, value: f32| Reading {
            x: (self.sites.start + site) as f64,
            y: map.energies[self.energies.start + energy],
            note: format!("ρ = {}", number::significant(f64::from(value), 4)),
        };
        let columns = values.chunks_exact(height).enumerate();
        if values.len() <= MOST_READINGS {
            let cells = columns.flat_map(|(site, column)| {
                column.iter().enumerate().map(move |(energy, &value)| (site, energy, value))
            });
            return cells.map(|(site, energy, value)| reading(site, energy, value)).collect();
        }
        let peaks = columns.filter_map(|(site, column)| {
            let peak = column.iter().enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
            Some(reading(site, peak.0, *peak.1))
        });
        peaks.collect()
    }
}

/// Returns the cells that a window touches, and the window extended to their edges. The cells have the width `step`;
/// the first is centered at `first`.
fn whole_cells(count: usize, window: Window, first: f64, step: f64) -> (Range<usize>, Window) {
    let Some((low, high)) = window.ends() else { return (0..count, Window::WHOLE) };
    let place = |value: f64| ((value - first) / step + 0.5).max(0.0);
    let from = (place(low) as usize).min(count - 1);
    let to = (place(high).ceil() as usize).clamp(from + 1, count);
    let edge = |cell: usize| first + (cell as f64 - 0.5) * step;
    (from..to, Window::between(edge(from), edge(to)))
}

/// Returns half the distance between neighboring energies.
fn half_step(map: &Density) -> f64 {
    let (first, last) = (map.energies[0], map.energies[map.energies.len() - 1]);
    if last > first { (last - first) / (map.energies.len() - 1) as f64 / 2.0 } else { 0.5 }
}

/// Returns the axis of energies, extended by half a step at both ends.
fn energy_axis(map: &Density, outer: Rectangle, base: f64) -> Axis {
    let (first, last) = (map.energies[0], map.energies[map.energies.len() - 1]);
    let half = half_step(map);
    Axis::linear("Energy E", first - half, last + half, (outer.height() / (4.0 * base)) as usize)
}

fn summary(map: &Density, scale: &Scale) -> String {
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
        number::count(map.sites(), "site"),
        number::count(energies, "energy"),
        number::significant(map.energies[0], 4),
        number::significant(map.energies[energies - 1], 4),
        number::significant(scale.low, 2),
        number::significant(scale.high, 2),
        peak.unwrap_or_default(),
    )
}

//! The local density of states as a picture: site across, energy upward.

use super::axis::Axis;
use super::chart::Chart;
use super::green::site_axis;
use super::heat::{self, Field, Pixels, Scale};
use super::number;
use super::scene::{Anchor, Rectangle, Scene};
use super::sheet::Sheet;
use super::style::Layout;
use crate::record::resolvent::Density;

/// The most lines of the caption; the plot is at least as large as with so many.
const MOST_CAPTION_LINES: usize = 3;

/// The brightest and the darkest colour are at most this factor apart.
const MOST_CONTRAST: f64 = 1e4;

/// Draws the map with its colour bar. Colours are logarithmic, because a density near a level is larger than
/// between levels by orders of magnitude. Where there are more sites or energies than pixels, each pixel
/// shows the greatest value it covers, so that no level is lost; the figure says so.
pub fn density_map(map: &Density, layout: &Layout) -> Scene {
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
    let caption_top = |lines: usize| below.bottom - Scale::height(lines, base);
    let chart = |caption_lines: usize| {
        let outer = Rectangle { bottom: caption_top(caption_lines) - 1.5 * gap, ..below };
        let x = site_axis(sites, outer.width(), base);
        Chart::new(&sheet, outer, x, energy_axis(map, outer, base))
    };
    let smallest = chart(MOST_CAPTION_LINES).plot;
    let field = Field { columns: sites, rows: energies, values: &map.values };
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
    sheet.finish(summary(map, &scale))
}

/// The energies, each half a step high to both sides.
fn energy_axis(map: &Density, outer: Rectangle, base: f64) -> Axis {
    let (first, last) = (map.energies[0], map.energies[map.energies.len() - 1]);
    let half = if last > first { (last - first) / (map.energies.len() - 1) as f64 / 2.0 } else { 0.5 };
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

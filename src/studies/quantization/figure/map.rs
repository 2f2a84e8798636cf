//! The end-to-end error as a map: sites in x, rows in y.

use crate::studies::quantization::record::Quantize;
use crate::studies::resolvent::figure::site_axis;
use bk_plot::axis::Axis;
use bk_plot::chart::Chart;
use bk_plot::heat;
use bk_plot::heat::{Field, Pixels, Scale};
use bk_plot::number::significant;
use bk_plot::scene::{Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;

/// Largest ratio between the values of the brightest and the darkest color.
const MOST_CONTRAST: f64 = 1e3;

/// Lines of the caption under the map.
const CAPTION_LINES: usize = 3;

/// Draws |Re Ĝ − Re G| + |Im Ĝ − Im G| at every site of every test row.
pub(super) fn error_map(record: &Quantize, layout: &Layout) -> Option<Scene> {
    let (sites, rows) = (record.config.sites, record.config.rows);
    if record.error_map.len() != sites * rows || !record.error_map.iter().any(|error| *error > 0.0) {
        return None;
    }
    let sheet = Sheet::new(layout);
    let below = sheet.heading(
        "Error end to end",
        &format!("|Re Ĝ − Re G| + |Im Ĝ − Im G|, {rows} rows that calibration has not seen"),
        &[],
    );
    let (base, gap) = (sheet.sizes.base, sheet.sizes.gap);
    let top = below.bottom - Scale::height(CAPTION_LINES, base);
    let outer = Rectangle { bottom: top - 1.5 * gap, ..below };
    let y = Axis::linear("Row", -0.5, rows as f64 - 0.5, rows.min((outer.height() / (3.0 * base)) as usize));
    let mut chart = Chart::new(&sheet, outer, site_axis(sites, outer.width(), base), y);
    let field = Field { columns: sites, rows, values: &record.error_map };
    let pixels = Pixels::new(&field, chart.plot.width(), chart.plot.height());
    let scale = Scale::of([&pixels], MOST_CONTRAST);
    let note = heat::note(pixels.covers(&field), ("site", "row"));
    let words = format!("Error; log scale, darkest at and below {}{note}", significant(scale.low, 2));
    let caption = heat::caption(&sheet, &words, below.width());
    pixels.draw(&sheet, chart.plot, &scale);
    chart.draw_axes();
    scale.draw(&sheet, Rectangle { top, ..below }, &caption);
    let greatest = record.error_map.iter().copied().fold(0.0, f32::max);
    Some(sheet.finish(format!(
        "Map of the error end to end over {sites} sites and {rows} rows; the greatest is {}.",
        significant(greatest.into(), 3)
    )))
}

//! Means over seeds with their 95 % intervals, drawn as lines: the code that the figures of measured perplexities
//! share.

use crate::kit::figure::origin;
use crate::kit::record::Provenance;
use crate::kit::record::estimate::Estimate;
use crate::studies::robustness::measured::record::Group;
use bk_models::Architecture;
use bk_plot::lines::{Line, Spread};
use bk_plot::marks::Shape;
use bk_plot::number::{count, significant};
use bk_plot::scene::{Anchor, Color, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::{Hue, Layout, OTHERS};

/// Margin above and below on a logarithmic scale, as a factor.
const ROOM: f64 = 1.25;

/// Increases below this many percent, and decreases, cannot be shown on a logarithmic scale.
pub(super) const LEAST_CHANGE: f64 = 0.01;

/// In figures narrower than this, in ems, the legend stands above or below the plot.
const NARROW: f64 = 45.0;

/// Number of legend entries that fit into any figure.
const USUAL_ENTRIES: usize = 5;

/// Height of a legend entry, in ems.
const ENTRY: f64 = 1.4;

/// The style of a curve.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) label: String,
    pub(super) color: Color,
    pub(super) dash: &'static [f64],
    /// Width of the line; 0 for no line.
    pub(super) width: f64,
    pub(super) shape: Shape,
}

/// Returns the line of means, and the intervals of the means that have one.
pub(super) fn line(look: Look, points: &[(f64, Estimate)], decimals: usize) -> (Line, Vec<Spread>) {
    let shown: Vec<&(f64, Estimate)> = points.iter().filter(|(_, found)| found.mean.is_finite()).collect();
    let spread = |(place, found): &&(f64, Estimate)| {
        let (low, high) = found.interval?;
        let note = origin::interval_note((high - low) / 2.0, decimals, found.count);
        Some(Spread { place: *place, low, high, note })
    };
    let spreads = shown.iter().filter_map(spread).collect();
    let Look { label, color, dash, width, shape } = look;
    let points = shown.iter().map(|(place, found)| (*place, found.mean)).collect();
    (Line { label, points, color, dash, width, mark: Some(shape) }, spreads)
}

/// Returns the ends of a logarithmic axis that shows everything; `None` if nothing is above zero.
pub(super) fn extent(lines: &[Line], spreads: &[Vec<Spread>]) -> Option<(f64, f64)> {
    let ends = spreads.iter().flatten().map(|spread| spread.high);
    let values = lines.iter().flat_map(|line| &line.points).map(|&(_, value)| value).chain(ends);
    let values = values.filter(|value| value.is_finite() && *value > 0.0);
    let (low, high) =
        values.fold((f64::INFINITY, 0f64), |(low, high), value| (low.min(value), high.max(value)));
    (high > 0.0).then_some((low / ROOM, high * ROOM))
}

/// Returns a note on the provenance of the numbers and the number of seeds per point.
pub(super) fn note(provenance: Provenance, seeds: impl Iterator<Item = usize> + Clone) -> String {
    let seeds = origin::run_count(seeds);
    let seeds = seeds.map_or("one seed each, so without intervals".to_owned(), |seeds| {
        format!("{seeds} seeds, bars are 95 % intervals by Student’s t")
    });
    format!("Data: {}; {seeds}.", provenance.label())
}

/// Returns color and mark of a group: those of its model kind for the first group of that kind, others for later ones.
pub(super) fn look_of(sheet: &Sheet, groups: &[Group<'_>], place: usize) -> (Hue, Shape) {
    let is_mamba = |group: &Group<'_>| matches!(group.first().architecture, Architecture::Mamba(_));
    let kind = is_mamba(&groups[place]);
    let palette = &sheet.palette;
    let earlier = groups[..place].iter().filter(|group| is_mamba(group) == kind).count();
    match (earlier, kind) {
        (0, false) => (palette.first, Shape::Circle),
        (0, true) => (palette.second, Shape::Square),
        _ => (palette.others[place % OTHERS], Shape::OTHERS[place % Shape::OTHERS.len()]),
    }
}

/// Returns the note about means that a logarithmic scale cannot show.
pub(super) fn left_out(means: usize) -> String {
    let (means, have) = (count(means, "mean"), if means == 1 { "has" } else { "have" });
    format!("{means} below {LEAST_CHANGE} % {have} no place on this scale.")
}

/// Returns the layout of a figure with this many legend entries: a narrow layout becomes higher, so that the plot keeps
/// its size.
pub(super) fn roomy(layout: &Layout, entries: usize) -> Layout {
    let em = Sheet::new(layout).sizes.base;
    let is_narrow = layout.width < NARROW * em;
    let more = if is_narrow { entries.saturating_sub(USUAL_ENTRIES) as f64 * ENTRY * em } else { 0.0 };
    Layout { height: layout.height + more, ..*layout }
}

/// Returns a figure without data.
pub(super) fn nothing(sheet: Sheet, outer: Rectangle, title: &str) -> Scene {
    sheet.text(outer.center(), Anchor::Middle, "Nothing measured yet", sheet.plain(sheet.palette.muted));
    sheet.finish(format!("{title}: nothing measured yet."))
}

/// Formats an estimate as in “4.21 ± 0.30”, or without an interval for a single seed.
pub(super) fn in_words(found: &Estimate) -> String {
    let margin = found.margin().map_or(String::new(), |margin| format!(" ± {}", significant(margin, 2)));
    format!("{}{margin}", significant(found.mean, 4))
}

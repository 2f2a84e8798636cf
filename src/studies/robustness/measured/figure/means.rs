//! Means over seeds with their 95 % intervals, as lines of a figure: what the figures of measured perplexities share.

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

/// Room above and below on a logarithmic scale, as a factor.
const ROOM: f64 = 1.25;

/// Losses below this many per cent, and gains, have no place on a logarithmic scale.
pub(super) const LEAST_CHANGE: f64 = 0.01;

/// Below this width, in ems, a legend stands above the plot or below it.
const NARROW: f64 = 45.0;

/// So many entries of a legend have room in any figure.
const USUAL_ENTRIES: usize = 5;

/// Height of an entry, in ems.
const ENTRY: f64 = 1.4;

/// What a curve looks like.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) label: String,
    pub(super) color: Color,
    pub(super) dash: &'static [f64],
    /// None is drawn where this is 0.
    pub(super) width: f64,
    pub(super) shape: Shape,
}

/// The line of means, and the interval of each that has one.
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

/// The ends of a logarithmic axis that shows all of it; none where nothing is above zero.
pub(super) fn extent(lines: &[Line], spreads: &[Vec<Spread>]) -> Option<(f64, f64)> {
    let ends = spreads.iter().flatten().map(|spread| spread.high);
    let values = lines.iter().flat_map(|line| &line.points).map(|&(_, value)| value).chain(ends);
    let values = values.filter(|value| value.is_finite() && *value > 0.0);
    let (low, high) =
        values.fold((f64::INFINITY, 0f64), |(low, high), value| (low.min(value), high.max(value)));
    (high > 0.0).then_some((low / ROOM, high * ROOM))
}

/// Where the numbers come from, and how many seeds a point stands for.
pub(super) fn note(provenance: Provenance, seeds: impl Iterator<Item = usize> + Clone) -> String {
    let seeds = origin::run_count(seeds);
    let seeds = seeds.map_or("one seed each, so without intervals".to_owned(), |seeds| {
        format!("{seeds} seeds, bars are 95 % intervals by Student’s t")
    });
    format!("Data: {}; {seeds}.", provenance.label())
}

/// Colour and mark of a group: those of its kind for the first of it, others after that.
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

/// What is said of means that a logarithmic scale of losses has no place for.
pub(super) fn left_out(means: usize) -> String {
    let (means, have) = (count(means, "mean"), if means == 1 { "has" } else { "have" });
    format!("{means} below {LEAST_CHANGE} % {have} no place on this scale.")
}

/// The layout of a figure whose legend has so many entries: a narrow one grows with it, so that the plot keeps its room.
pub(super) fn roomy(layout: &Layout, entries: usize) -> Layout {
    let em = Sheet::new(layout).sizes.base;
    let is_narrow = layout.width < NARROW * em;
    let more = if is_narrow { entries.saturating_sub(USUAL_ENTRIES) as f64 * ENTRY * em } else { 0.0 };
    Layout { height: layout.height + more, ..*layout }
}

/// A figure of nothing.
pub(super) fn nothing(sheet: Sheet, outer: Rectangle, title: &str) -> Scene {
    sheet.text(outer.center(), Anchor::Middle, "Nothing measured yet", sheet.plain(sheet.palette.muted));
    sheet.finish(format!("{title}: nothing measured yet."))
}

/// “4.21 ± 0.30”, or without an interval where there is one seed.
pub(super) fn in_words(found: &Estimate) -> String {
    let margin = found.margin().map_or(String::new(), |margin| format!(" ± {}", significant(margin, 2)));
    format!("{}{margin}", significant(found.mean, 4))
}

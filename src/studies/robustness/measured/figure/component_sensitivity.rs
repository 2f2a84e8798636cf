//! Component sensitivity: the increase of perplexity when one component of a model is quantized, or when the numbers
//! that its BK core computes are rounded.

use super::means;
use super::means::{LEAST_CHANGE, Look};
use crate::kit::record::estimate::Estimate;
use crate::studies::robustness::measured::record::{Core, Group, Part, Way, Widths};
use bk_models::{Format, Sharing};
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::{Line, Spread};
use bk_plot::marks::Shape;
use bk_plot::scene::{Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;
use bk_quantize::Width;

/// The formats of single components, and their marks.
const FORMATS: [(Format, Shape); 2] = [(Format::Int4, Shape::Circle), (Format::Int2, Shape::Triangle)];

/// The fraction of a column that holds all marks of a component.
const SPREAD: f64 = 0.6;

/// A component of a model that is rounded while the rest stays unchanged.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Of(Part),
    /// The numbers that the BK core computes.
    In(Core),
}

impl Place {
    /// All components, the whole model first.
    fn all() -> Vec<Place> {
        let parts = [Part::Everything, Part::Embeddings, Part::Mixers, Part::Experts].map(Place::Of);
        let cores = [Sharing::Tensor, Sharing::Potential]
            .into_iter()
            .flat_map(|sharing| [Width::Int8, Width::Int4].map(|width| Place::In(Core { width, sharing })));
        parts.into_iter().chain(cores).collect()
    }

    /// Returns a name that fits below an axis.
    fn name(self) -> String {
        match self {
            Place::Of(Part::Everything) => "all".into(),
            Place::Of(Part::Embeddings) => "tokens".into(),
            Place::Of(Part::Mixers) => "mixers".into(),
            Place::Of(Part::Experts) => "experts".into(),
            Place::In(Core { width, sharing: Sharing::Tensor }) => format!("v, G {}", width.bits()),
            Place::In(Core { width, sharing: Sharing::Potential }) => format!("v, G {}*", width.bits()),
        }
    }

    /// Returns the storage of a group in which only this component is rounded; the core's numbers have their own bit
    /// width.
    fn way(self, group: &Group<'_>, format: Format) -> Way {
        match self {
            Place::Of(part) => Way { part, ..Way::of(format) },
            Place::In(core) => Way { core: Some(core), ..Way::of(group.first().stored) },
        }
    }
}

/// Draws the increase of perplexity for each component: means over seeds with their 95 % intervals.
pub fn draw(record: &Widths, view: &View, layout: &Layout) -> Scene {
    let title = "Where the loss comes from";
    let groups = record.groups();
    let sheet = Sheet::new(&means::roomy(layout, groups.len() * FORMATS.len()));
    let is_measured = |place: &Place| {
        groups
            .iter()
            .any(|group| FORMATS.iter().any(|&(of, _)| !group.changes(place.way(group, of)).is_empty()))
    };
    let places: Vec<Place> = Place::all().into_iter().filter(is_measured).collect();
    let (mut lines, mut spreads): (Vec<Line>, Vec<Vec<Spread>>) = (vec![], vec![]);
    let (mut said, mut left_out) = (vec![], 0);
    let curves = (groups.len() * FORMATS.len()).max(2);
    for (number, group) in groups.iter().enumerate() {
        let (hue, _) = means::look_of(&sheet, &groups, number);
        for (of, (format, shape)) in FORMATS.into_iter().enumerate() {
            let beside = (number * FORMATS.len() + of) as f64 / (curves - 1) as f64 - 0.5;
            let point = |(column, place): (usize, &Place)| {
                // The core's own bit widths are drawn once.
                let is_due = matches!(place, Place::Of(_)) || of == 0;
                let found = Estimate::of(&group.changes(place.way(group, format))).filter(|_| is_due)?;
                Some((column as f64 + SPREAD * beside, place.name(), found))
            };
            let found: Vec<_> = places.iter().enumerate().filter_map(point).collect();
            let shown: Vec<_> = found.iter().filter(|(.., found)| found.mean >= LEAST_CHANGE).collect();
            left_out += found.len() - shown.len();
            if shown.is_empty() {
                continue;
            }
            let label = format!("{}, {}", group.label, format.label());
            let words: Vec<String> =
                shown.iter().map(|(_, name, found)| format!("{name} {} %", means::in_words(found))).collect();
            said.push(format!("{label}: {}", words.join(", ")));
            let points: Vec<_> = shown.iter().map(|(place, _, found)| (*place, found.clone())).collect();
            let look = Look { label, color: hue.line, dash: &[], width: 0.0, shape };
            let (line, spread) = means::line(look, &points, 2);
            lines.push(line);
            spreads.push(spread);
        }
    }
    let subtitle =
        "Perplexity above the model’s own, one part quantized, or the core’s v and G rounded to 8 or 4 bits";
    let Some((low, high)) = means::extent(&lines, &spreads) else {
        let outer = sheet.heading(title, subtitle, &[]);
        return means::nothing(sheet, outer, title);
    };
    let mut notes = vec![means::note(record.provenance, groups.iter().map(|group| group.models.len()))];
    if places.iter().any(|place| matches!(place, Place::In(_))) {
        let words = "v, G: in so many bits, weights as they came; one scale for all potentials, with a star one for each.";
        notes.push(words.into());
    }
    if left_out > 0 {
        notes.push(means::left_out(left_out));
    }
    let outer = sheet.heading(title, subtitle, &notes);
    let names: Vec<String> = places.iter().map(|place| place.name()).collect();
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let every = (names.len() as f64 * 4.0 * base / outer.width()).ceil().max(1.0) as usize;
        let ticks = (outer.height() / (3.0 * base)) as usize;
        [
            Axis::categories("What is rounded", &names, every),
            Axis::logarithmic("Perplexity above its own, % (log scale)", low, high, ticks),
        ]
    };
    let (plots, series) = lines::explore_with(&sheet, outer, "Rounded to", view, axes, &lines, &spreads);
    let summary = format!("{title}, {}. {}.", record.provenance.label(), said.join("; "));
    Scene { plots, series, ..sheet.finish(summary) }
}

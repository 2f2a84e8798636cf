//! Im G of one site against energy, with the marked energy.

use crate::studies::resolvent::figure::{Drawing, Look};
use crate::studies::resolvent::panels::spectral_function::record::SpectralFunction;
use crate::studies::resolvent::record::Config;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::number;
use bk_plot::scene::{Anchor, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Im G of one site against energy.
pub(crate) const LINES: Drawing<SpectralFunction> = Drawing {
    look: Look { stem: "spectral-function", heading: "Spectral function of one site", aspect: 0.5 },
    draw: spectral_lines,
};

/// Room above the greatest value, as a part of it.
const ROOM: f64 = 0.06;

/// Draws Im G against E, and a dashed line at the marked energy where it lies in the window.
pub fn spectral_lines(found: &SpectralFunction, config: &Config, view: &View, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Spectral function";
    let eta = number::significant(config.eta, 4);
    let sites = number::count(config.sites, "site");
    let subtitle = format!("Im G(j,j) at z = E + {eta} i, site j = {} of {sites}", found.site);
    let outer = sheet.heading(title, &subtitle, &[]);
    let high = found.im.iter().copied().fold(0.0, f64::max);
    let (Some(&from), true) = (found.energies.first(), high > 0.0) else {
        sheet.text(outer.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    };
    // One energy alone is drawn in the window it was chosen from.
    let to = found.energies.last().copied().filter(|&to| to > from).unwrap_or(config.map_to);
    let top = high * (1.0 + ROOM);
    let curve = Line {
        label: "Im G(j,j)".into(),
        points: found.energies.iter().copied().zip(found.im.iter().copied()).collect(),
        color: sheet.palette.first.line,
        dash: &[],
        width: 0.6,
        mark: None,
    };
    let marker = Line {
        label: format!("E = {}", number::significant(found.marked_energy, 4)),
        points: vec![(found.marked_energy, 0.0), (found.marked_energy, top)],
        color: sheet.palette.second.line,
        dash: &[3.0, 2.0],
        width: 0.5,
        mark: None,
    };
    let marked = (from..=to).contains(&found.marked_energy);
    let lines: Vec<Line> = std::iter::once(curve).chain(marked.then_some(marker)).collect();
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::linear("Energy E", from, to, ticks(outer.width(), 6.0)),
            Axis::linear("Im G(j,j)", 0.0, top, ticks(outer.height(), 4.0)),
        ]
    };
    let (plots, series) = lines::explore(&sheet, outer, title, view, axes, &lines);
    Scene { plots, series, ..sheet.finish(summary(found, &sites)) }
}

fn summary(found: &SpectralFunction, sites: &str) -> String {
    let pairs = found.energies.iter().zip(&found.im);
    let peak =
        pairs.max_by(|one, other| one.1.total_cmp(other.1)).map_or_else(String::new, |(energy, im)| {
            let (im, energy) = (number::significant(*im, 4), number::significant(*energy, 4));
            format!(" The largest value is {im} at E = {energy}.")
        });
    let rule = match found.sum_rule.holds() {
        Some(true) => "The sum rule over all energies holds.",
        Some(false) => "The sum rule over all energies does not hold.",
        None => "The sum rule is not tested: η is too small for the number of points.",
    };
    format!("Spectral function of site {} of {sites} against energy.{peak} {rule}", found.site)
}

//! The deviation of single precision as η decreases, beside its error bound, both on logarithmic axes.

use crate::studies::resolvent::figure::{Drawing, Look};
use crate::studies::resolvent::record::{Config, Precision};
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number;
use bk_plot::scene::{Anchor, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Deviation from double precision.
pub(crate) const LINES: Drawing<Precision> = Drawing {
    look: Look { stem: "precision", heading: "Deviation from double precision", aspect: 0.5 },
    draw: deviation_lines,
};

/// Draws the largest deviation over all sites, and the largest that rounding can cause, against η.
pub fn deviation_lines(found: &Precision, config: &Config, view: &View, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Precision against broadening";
    let sites = number::count(config.sites, "site");
    let subtitle = format!(
        "Largest deviation of G(i,i) from f64, {sites} at E = {}",
        number::significant(config.energy, 4)
    );
    let outer = sheet.heading(title, &subtitle, &[]);
    let values = found.curves.iter().flat_map(|curve| curve.deviations.iter().chain(&curve.bounds)).copied();
    let (low, high) = values
        .filter(|value| *value > 0.0)
        .fold((f64::INFINITY, 0f64), |(low, high), value| (low.min(value), high.max(value)));
    let (Some(first), Some(last)) = (found.etas.first(), found.etas.last()) else {
        sheet.text(outer.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    };
    // All deviations are zero if single precision represents everything exactly.
    let (low, high) = if high > 0.0 { (low / 2.0, high * 2.0) } else { (1e-8, 1.0) };
    // Different widths keep both curves visible where they coincide.
    let looks = [(sheet.palette.first, Shape::Circle, 0.6), (sheet.palette.second, Shape::Square, 1.4)];
    let lines: Vec<Line> = found
        .curves
        .iter()
        .zip(looks)
        .flat_map(|(curve, (hue, shape, width))| {
            let points =
                |values: &[f64]| found.etas.iter().copied().zip(values.iter().copied()).rev().collect();
            let (color, label) = (hue.line, curve.label());
            [
                Line {
                    label: format!("{label}: measured"),
                    points: points(&curve.deviations),
                    color,
                    dash: &[],
                    width,
                    mark: Some(shape),
                },
                Line {
                    label: format!("{label}: bound"),
                    points: points(&curve.bounds),
                    color,
                    dash: &[3.0, 2.0],
                    width: 0.5,
                    mark: None,
                },
            ]
        })
        .collect();
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::logarithmic("Broadening η", last / 1.1, first * 1.1, ticks(outer.width(), 6.0)),
            Axis::logarithmic("Largest |ΔG|", low, high, ticks(outer.height(), 4.0)),
        ]
    };
    let (plots, series) = lines::explore(&sheet, outer, "Single precision", view, axes, &lines);
    Scene { plots, series, ..sheet.finish(summary(found, &sites)) }
}

fn summary(found: &Precision, sites: &str) -> String {
    let ends = |index: usize, eta: f64| {
        let of = found
            .curves
            .iter()
            .map(|curve| format!("{} ({})", number::significant(curve.deviations[index], 2), curve.label()));
        let of: Vec<String> = of.collect();
        format!("{} at η = {}", of.join(" and "), number::significant(eta, 3))
    };
    let worst = found.curves.iter().flat_map(|curve| &curve.ratios).copied().fold(0.0, f64::max);
    let last = found.etas.len() - 1;
    format!(
        "Precision against broadening for {sites}. The largest deviation from double precision is {} and {}. \
         At worst it is {} of the bound.",
        ends(0, found.etas[0]),
        ends(last, found.etas[last]),
        number::significant(worst, 2),
    )
}

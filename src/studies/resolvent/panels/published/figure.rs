//! The published recursions beside the exact Green's function: magnitudes, and deviations.

use crate::studies::resolvent::figure::{Drawing, Look, at_z, site_axis};
use crate::studies::resolvent::record::{Config, Published, Reading, Version};
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::number;
use bk_plot::plot::{Plot, Series};
use bk_plot::scene::{Anchor, Color, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Exact against published.
pub(crate) const LINES: Drawing<Published> = Drawing {
    look: Look { stem: "exact-against-published", heading: "Exact against published", aspect: 0.5 },
    draw: published_lines,
};

/// How far the published routines are off.
pub(crate) const DEVIATIONS: Drawing<Published> = Drawing {
    look: Look {
        stem: "published-deviation",
        heading: "How far the published routines are off",
        aspect: 0.5,
    },
    draw: published_deviations,
};

/// Room above the greatest value, as a part of it.
const ROOM: f64 = 0.06;

/// Lower limit of the drawn deviations: the published routines return single precision.
const LEAST_DEVIATION: f64 = 1e-10;

/// Draws |G|, exact and as published, with the sites where a recursion overflows.
pub fn published_lines(found: &Published, config: &Config, view: &View, layout: &Layout) -> Scene {
    let title = "Exact against published";
    let subtitle =
        format!("Magnitude of G(i,i), {}, {}", number::count(found.re.len(), "site"), at_z(config));
    draw(found, [title, &subtitle], config, layout, |sheet, outer| {
        let width = outer.width();
        let exact = Line {
            width: 1.2,
            ..Line::over_visible("exact", &found.magnitudes(), width, sheet.palette.first.line, view)
        };
        let lines: Vec<Line> = found
            .readings
            .iter()
            .map(|reading| line(sheet, reading, &reading.magnitudes(), width, view))
            .collect();
        let greatest = lines
            .iter()
            .chain([&exact])
            .flat_map(|line| &line.points)
            .fold(0f64, |top, point| top.max(point.1));
        let high = if greatest > 0.0 { greatest * (1.0 + ROOM) } else { 1.0 };
        let ends = deaths(sheet, found, (0.0, high));
        let lines: Vec<Line> = lines.into_iter().chain([exact]).chain(ends).collect();
        let base = sheet.sizes.base;
        let axes = |outer: Rectangle| {
            let ticks = (outer.height() / (4.0 * base)) as usize;
            let x = site_axis(found.re.len(), outer.width(), base);
            [x, Axis::linear("|G(i,i)|", -ROOM * high, high, ticks)]
        };
        lines::explore(sheet, outer, "Computed by", view, axes, &lines)
    })
}

/// Draws |ΔG| of every published routine on a logarithmic axis.
pub fn published_deviations(found: &Published, config: &Config, view: &View, layout: &Layout) -> Scene {
    let title = "How far the published routines are off";
    let subtitle = format!(
        "Distance from the exact G(i,i), {}, {}",
        number::count(found.re.len(), "site"),
        at_z(config)
    );
    draw(found, [title, &subtitle], config, layout, |sheet, outer| {
        let lines = found.readings.iter().map(|reading| {
            let deviations: Vec<f64> =
                found.deviations(reading).into_iter().map(|value| value.max(LEAST_DEVIATION)).collect();
            line(sheet, reading, &deviations, outer.width(), view)
        });
        let lines: Vec<Line> = lines.collect();
        let ends = |start: f64, pick: fn(f64, f64) -> f64| {
            lines.iter().flat_map(|line| &line.points).fold(start, |end, point| pick(end, point.1))
        };
        let (low, high) = (ends(f64::INFINITY, f64::min) / 2.0, ends(LEAST_DEVIATION, f64::max) * 2.0);
        let rules = deaths(sheet, found, (low, high));
        let lines: Vec<Line> = lines.iter().cloned().chain(rules).collect();
        let base = sheet.sizes.base;
        let axes = |outer: Rectangle| {
            let ticks = (outer.height() / (4.0 * base)) as usize;
            [site_axis(found.re.len(), outer.width(), base), Axis::logarithmic("|ΔG(i,i)|", low, high, ticks)]
        };
        lines::explore(sheet, outer, "Published routine", view, axes, &lines)
    })
}

fn draw(
    found: &Published,
    [title, subtitle]: [&str; 2],
    config: &Config,
    layout: &Layout,
    lines: impl FnOnce(&Sheet, Rectangle) -> (Vec<Plot>, Vec<Series>),
) -> Scene {
    let sheet = Sheet::new(layout);
    let outer = sheet.heading(title, subtitle, &[]);
    if found.re.is_empty() {
        sheet.text(outer.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    }
    let (plots, series) = lines(&sheet, outer);
    let words = format!("{title}, {}. {}", at_z(config), summary(found));
    Scene { plots, series, ..sheet.finish(words) }
}

fn line(sheet: &Sheet, reading: &Reading, values: &[f64], width: f64, view: &View) -> Line {
    let (color, dash, thickness): (Color, &'static [f64], f64) = match reading.version {
        Version::Original => (sheet.palette.bad.line, &[3.0, 1.5], 0.8),
        Version::Later => (sheet.palette.second.line, &[1.0, 1.5], 0.8),
        Version::PrefixProduct => (sheet.palette.threshold.line, &[], 0.4),
    };
    Line { dash, width: thickness, ..Line::over_visible(reading.version.name(), values, width, color, view) }
}

/// Returns vertical lines where the original recursion overflows, from the left and from the right.
fn deaths(sheet: &Sheet, found: &Published, (low, high): (f64, f64)) -> Vec<Line> {
    let sites = found.re.len();
    let rule = |label: String, site: usize, dash: &'static [f64]| Line {
        label,
        points: vec![(site as f64, low), (site as f64, high)],
        color: sheet.palette.muted,
        dash,
        width: 0.5,
        mark: None,
    };
    let mut rules = Vec::new();
    for reading in found.readings.iter().filter(|reading| reading.version == Version::Original) {
        if let Some(ends) = reading.theta_ends {
            rules.push(rule(format!("dies here from the left, site {}", ends - 1), ends - 1, &[1.0, 1.0]));
        }
        if let Some(ends) = reading.phi_ends {
            let site = sites - ends;
            rules.push(rule(format!("dies here from the right, site {site}"), site, &[4.0, 2.0]));
        }
    }
    rules
}

fn summary(found: &Published) -> String {
    let of = |reading: &Reading| {
        let worst = found.deviations(reading).into_iter().fold(0.0, f64::max);
        let ends =
            reading.theta_ends.map_or(String::new(), |sites| format!(", and overflows after {sites} sites"));
        let name = reading.version.name();
        if reading.is_silent() {
            format!("The {name} routine returns zero at every site{ends}.")
        } else {
            format!("The {name} routine is off by at most {}{ends}.", number::significant(worst, 2))
        }
    };
    found.readings.iter().map(of).collect::<Vec<_>>().join(" ")
}

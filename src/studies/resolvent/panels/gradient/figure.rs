//! Gradients of the same loss by site: exact, by finite differences, and as published.

use crate::studies::resolvent::figure::{Drawing, Look, at_z, site_axis};
use crate::studies::resolvent::record::{Config, Gradient};
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number;
use bk_plot::scene::{Anchor, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Exact and published gradient.
pub(crate) const LINES: Drawing<Gradient> = Drawing {
    look: Look { stem: "gradient", heading: "Exact and published gradient", aspect: 0.5 },
    draw: gradient_lines,
};

/// The exact gradient and its check.
pub(crate) const CHECK: Drawing<Gradient> = Drawing {
    look: Look { stem: "gradient-check", heading: "The exact gradient and its check", aspect: 0.5 },
    draw: gradient_check,
};

/// Room above the greatest and below the least value, as a part of their distance.
const ROOM: f64 = 0.06;

/// Draws the exact gradient with its finite differences, beside the published ones.
pub fn gradient_lines(found: &Gradient, config: &Config, view: &View, layout: &Layout) -> Scene {
    let alpha = number::significant(config.alpha, 3);
    let title = "Gradient, exact and as published";
    let subtitle = format!("Derivative of Σ Re G + 2 Σ Im G by v(j), α = {alpha}, {}", at_z(config));
    draw(found, config, [title, &subtitle], view, layout, true)
}

/// Draws only the exact gradient with its finite differences, on a separate axis.
pub fn gradient_check(found: &Gradient, config: &Config, view: &View, layout: &Layout) -> Scene {
    let title = "The exact gradient and its check";
    let subtitle = format!("Derivative of Σ Re G + 2 Σ Im G by v(j), {}", at_z(config));
    draw(found, config, [title, &subtitle], view, layout, false)
}

fn draw(
    found: &Gradient,
    config: &Config,
    [title, subtitle]: [&str; 2],
    view: &View,
    layout: &Layout,
    with_published: bool,
) -> Scene {
    let sheet = Sheet::new(layout);
    let outer = sheet.heading(title, subtitle, &[]);
    let sites = found.exact.len();
    if sites == 0 {
        sheet.text(outer.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    }
    let width = outer.width();
    let differences = found.sites.iter().map(|&site| site as f64).zip(found.differences.iter().copied());
    let mut lines = vec![
        Line {
            label: "finite differences".into(),
            points: differences.collect(),
            color: sheet.palette.good.line,
            dash: &[],
            width: 0.0,
            mark: Some(Shape::Circle),
        },
        Line::over_visible("exact adjoint", &found.exact, width, sheet.palette.first.line, view),
    ];
    let looks = [(sheet.palette.bad.line, &[3.0, 1.5]), (sheet.palette.second.line, &[1.0, 1.5])];
    for (blend, (color, dash)) in found.published.iter().zip(looks).filter(|_| with_published) {
        let values: Vec<f64> = blend.values.iter().map(|&value| f64::from(value)).collect();
        let label = format!("published, {}", blend.version.name());
        lines.push(Line { dash, ..Line::over_visible(&label, &values, width, color, view) });
    }
    let values = || lines.iter().flat_map(|line| &line.points).map(|point| point.1);
    let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    let room = if high > low { ROOM * (high - low) } else { 1.0 };
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = (outer.height() / (4.0 * base)) as usize;
        let y = Axis::linear("Derivative by v(j)", low - room, high + room, ticks);
        [site_axis(sites, outer.width(), base), y]
    };
    let (plots, series) = lines::explore(&sheet, outer, "Gradient", view, axes, &lines);
    Scene { plots, series, ..sheet.finish(summary(found, config, title)) }
}

fn summary(found: &Gradient, config: &Config, title: &str) -> String {
    let directions = found.published.iter().map(|blend| match blend.cosine(&found.exact) {
        Some(cosine) => {
            format!(
                "The {} published one has a cosine of {} to it.",
                blend.version.name(),
                number::significant(cosine, 3)
            )
        }
        None => format!("The {} published one is zero everywhere.", blend.version.name()),
    });
    format!(
        "{title} for {}, {}. Adjoint and finite differences agree to {} of the largest derivative. {}",
        number::count(found.exact.len(), "site"),
        at_z(config),
        number::significant(found.disagreement(), 2),
        directions.collect::<Vec<_>>().join(" "),
    )
}

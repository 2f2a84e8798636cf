//! The Birman–Schwinger operator: its singular values, and its Schatten norms beside their bounds.

use crate::studies::resolvent::figure::{Drawing, Look, at_z};
use crate::studies::resolvent::record::{BirmanSchwinger, Config, Kernel, KernelName};
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number;
use bk_plot::plot::{Plot, Series};
use bk_plot::scene::{Anchor, Color, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Singular values of K.
pub(crate) const SINGULAR_VALUES: Drawing<BirmanSchwinger> = Drawing {
    look: Look { stem: "singular-values", heading: "Singular values of K", aspect: 0.5 },
    draw: singular_values,
};

/// Schatten norms against their bounds.
pub(crate) const SCHATTEN_NORMS: Drawing<BirmanSchwinger> = Drawing {
    look: Look { stem: "schatten-norms", heading: "Schatten norms against their bounds", aspect: 0.5 },
    draw: schatten_norms,
};

/// Singular values are shown down to this part of the greatest of the exact kernels: below is rounding.
const LEAST: f64 = 1e-18;

/// Margin below the least and above the greatest value, as a factor.
const ROOM: f64 = 3.0;

/// Draws the singular values of every kernel, descending, on a logarithmic axis.
pub fn singular_values(found: &BirmanSchwinger, config: &Config, view: &View, layout: &Layout) -> Scene {
    let title = "Singular values of K";
    let subtitle =
        format!("Birman–Schwinger operator, {}, {}", number::count(config.sites, "site"), at_z(config));
    draw(found, [title, &subtitle], layout, |sheet, outer| {
        let exact = found.kernels.iter().filter(|kernel| kernel.name != KernelName::Published);
        let top = exact.flat_map(|kernel| &kernel.singular_values).copied().fold(0.0, f64::max);
        let least = if top > 0.0 { top * LEAST } else { f64::MIN_POSITIVE };
        let lines: Vec<Line> = found
            .kernels
            .iter()
            .map(|kernel| {
                let (color, dash) = look(sheet, kernel);
                let ranks = kernel.singular_values.iter().enumerate().filter(|(_, value)| **value >= least);
                Line {
                    label: kernel.name.label().into(),
                    points: ranks.map(|(rank, &value)| ((rank + 1) as f64, value)).collect(),
                    color,
                    dash,
                    width: 0.6,
                    mark: (config.sites <= 32).then_some(Shape::Circle),
                }
            })
            .collect();
        let (low, high) = ends(lines.iter().flat_map(|line| &line.points).map(|point| point.1));
        let base = sheet.sizes.base;
        let axes = |outer: Rectangle| {
            let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
            let across = ticks(outer.width(), 6.0).min(config.sites);
            [
                Axis::linear("Rank", 0.5, config.sites as f64 + 0.5, across),
                Axis::logarithmic("Singular value", low, high, ticks(outer.height(), 4.0)),
            ]
        };
        lines::explore(sheet, outer, "Kernel", view, axes, &lines)
    })
}

/// Draws both Schatten norms of every kernel beside their bounds, on a logarithmic axis.
pub fn schatten_norms(found: &BirmanSchwinger, config: &Config, view: &View, layout: &Layout) -> Scene {
    let title = "Schatten norms against their bounds";
    let subtitle =
        format!("Birman–Schwinger operator, {}, {}", number::count(config.sites, "site"), at_z(config));
    draw(found, [title, &subtitle], layout, |sheet, outer| {
        let marks = |label: &str, color: Color, shape: Shape, value: &dyn Fn(&Kernel) -> Option<f64>| Line {
            label: label.into(),
            points: (0..)
                .zip(&found.kernels)
                .filter_map(|(place, kernel)| Some((f64::from(place), value(kernel)?)))
                .collect(),
            color,
            dash: &[],
            width: 0.0,
            mark: Some(shape),
        };
        let (first, second) = (sheet.palette.first.line, sheet.palette.second.line);
        let lines = [
            marks("trace norm", first, Shape::Circle, &|kernel| kernel.norms.map(|norms| norms.trace)),
            marks("bound of the trace norm", first, Shape::Cross, &|kernel| Some(kernel.bounds.trace)),
            marks("Hilbert–Schmidt norm", second, Shape::Square, &|kernel| {
                kernel.norms.map(|norms| norms.hilbert_schmidt)
            }),
            marks("bound of the Hilbert–Schmidt norm", second, Shape::Cross, &|kernel| {
                Some(kernel.bounds.hilbert_schmidt)
            }),
        ];
        let (low, high) = ends(lines.iter().flat_map(|line| &line.points).map(|point| point.1));
        let names: Vec<String> = found.kernels.iter().map(|kernel| kernel.name.label().to_owned()).collect();
        let base = sheet.sizes.base;
        let axes = |outer: Rectangle| {
            let ticks = (outer.height() / (4.0 * base)) as usize;
            [Axis::categories("Kernel", &names, 1), Axis::logarithmic("Norm", low, high, ticks)]
        };
        lines::explore(sheet, outer, "Norm", view, axes, &lines)
    })
}

fn draw(
    found: &BirmanSchwinger,
    [title, subtitle]: [&str; 2],
    layout: &Layout,
    lines: impl FnOnce(&Sheet, Rectangle) -> (Vec<Plot>, Vec<Series>),
) -> Scene {
    let sheet = Sheet::new(layout);
    let outer = sheet.heading(title, subtitle, &[]);
    if found.kernels.is_empty() {
        sheet.text(outer.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    }
    let (plots, series) = lines(&sheet, outer);
    Scene { plots, series, ..sheet.finish(format!("{title}. {}", summary(found))) }
}

/// Returns a range around all values above zero, with a margin; a default range if there are none.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let positive = values.filter(|value| *value > 0.0 && value.is_finite());
    let (low, high) =
        positive.fold((f64::INFINITY, 0f64), |(low, high), value| (low.min(value), high.max(value)));
    if high > 0.0 { (low / ROOM, high * ROOM) } else { (0.1, 1.0) }
}

fn look(sheet: &Sheet, kernel: &Kernel) -> (Color, &'static [f64]) {
    match kernel.name {
        KernelName::Chain => (sheet.palette.first.line, &[]),
        KernelName::Exponential => (sheet.palette.good.line, &[4.0, 1.5]),
        KernelName::Published => (sheet.palette.bad.line, &[1.5, 1.5]),
    }
}

fn summary(found: &BirmanSchwinger) -> String {
    let of = |kernel: &Kernel| {
        let name = kernel.name.label();
        match (kernel.norms, kernel.holds()) {
            (None, _) => format!("With the {name} kernel K is not finite."),
            (Some(norms), holds) => format!(
                "With the {name} kernel the Hilbert–Schmidt norm is {}, {} its bound {}.",
                number::significant(norms.hilbert_schmidt, 3),
                if holds { "within" } else { "beyond" },
                number::significant(kernel.bounds.hilbert_schmidt, 3),
            ),
        }
    };
    found.kernels.iter().map(of).collect::<Vec<_>>().join(" ")
}

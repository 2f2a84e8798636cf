//! The diagonal of the resolvent: Re G and Im G against site.

use crate::studies::resolvent::figure::{Drawing, Look, at_z, site_axis};
use crate::studies::resolvent::record::{Config, Green};
use bk_plot::axis::Axis;
use bk_plot::chart::Chart;
use bk_plot::decimation::extremes;
use bk_plot::lines::{COLUMNS_PER_POINT, visible};
use bk_plot::marks::{Mark, Shape};
use bk_plot::number;
use bk_plot::plot::{Plot, Reading, Trace};
use bk_plot::scene::{Anchor, Color, Point, Scene, Stroke};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;
use std::ops::Range;

/// Green’s function along the chain.
pub(crate) const LINES: Drawing<Green> = Drawing {
    look: Look { stem: "resolvent", heading: "Green’s function along the chain", aspect: 0.5 },
    draw: green_lines,
};

/// Width of the lines, as a part of that of a figure with few points.
const WIDTH: f64 = 0.5;

/// Margin above the greatest and below the least value, as a fraction of their difference.
const ROOM: f64 = 0.06;

/// Smallest distance between sites, in points, at which each site gets a mark.
const MARKED_DISTANCE: f64 = 12.0;

/// Draws Re G above Im G, one value per site, in separate plots, because either could hide the other. Sites count from
/// 0, as the arrays do. Where there are more sites than pixels, each column of pixels shows the least and the greatest
/// value of its sites, so that no spike is lost. Values that are not finite are left out.
pub fn green_lines(found: &Green, config: &Config, view: &View, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let Green { re, im, .. } = found;
    let sites = re.len().max(im.len());
    let z = at_z(config);
    let subtitle = format!("(H − z)⁻¹ {z}, {}", number::count(sites, "site"));
    let outer = sheet.heading("Diagonal of the resolvent", &subtitle, &[]);
    if re.iter().chain(im).all(|value| !value.is_finite()) {
        sheet.text(outer.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish("Diagonal of the resolvent: no data.".into());
    }

    let x = site_axis(sites, outer.width(), sheet.sizes.base).part(view.x);
    let shown = visible(re.len().min(im.len()), view);
    let ticks = (outer.height() / (7.0 * sheet.sizes.base)) as usize;
    let ys = [
        value_axis("Re G(i,i)", &re[shown.clone()], ticks),
        value_axis("Im G(i,i)", &im[shown.clone()], ticks),
    ];
    let [mut real, mut imaginary] = Chart::stacked(&sheet, outer, &x, ys);
    let plots = [
        draw(&sheet, &mut real, re, shown.clone(), sheet.palette.first.line, Shape::Circle),
        draw(&sheet, &mut imaginary, im, shown, sheet.palette.second.line, Shape::Square),
    ];
    Scene { plots: plots.into(), ..sheet.finish(summary(re, im, &z)) }
}

/// From the least to the greatest of all values and zero, with some room around.
fn value_axis(title: &str, values: &[f64], ticks: usize) -> Axis {
    let finite = values.iter().filter(|value| value.is_finite());
    let (low, high) = finite.fold((0f64, 0f64), |(low, high), &value| (low.min(value), high.max(value)));
    let room = if high > low { ROOM * (high - low) } else { 1.0 };
    let beyond = |end: f64| if end == 0.0 && high > low { 0.0 } else { room };
    Axis::linear(title, low - beyond(low), high + beyond(high), ticks)
}

/// Draws the sites that are shown in a plot of their own, which fits itself to them.
fn draw(
    sheet: &Sheet,
    chart: &mut Chart,
    values: &[f64],
    shown: Range<usize>,
    color: Color,
    shape: Shape,
) -> Plot {
    chart.draw_grid();
    let zero = [chart.plot.left, chart.plot.right].map(|x| Point { x, y: chart.at(0.0, 0.0).y });
    sheet.line(zero.to_vec(), Stroke { color: sheet.palette.frame, width: 1.0, dash: Vec::new() });
    let points = extremes(&values[shown.clone()], (chart.plot.width() * COLUMNS_PER_POINT) as usize);
    let points: Vec<(usize, f64)> =
        points.into_iter().map(|(site, value)| (shown.start + site, value)).collect();
    let line = points.iter().map(|&(site, value)| (site as f64, value));
    chart.draw_line(line, &Stroke { color, width: WIDTH * sheet.sizes.line, dash: Vec::new() });
    if chart.plot.width() >= MARKED_DISTANCE * shown.len() as f64 {
        let (diameter, outline) = (0.6 * sheet.sizes.marker, sheet.palette.background);
        for &(site, value) in &points {
            let at = chart.at(site as f64, value);
            if chart.shows(at) {
                Mark { shape, diameter, fill: color, outline }.draw(sheet, at);
            }
        }
    }
    chart.draw_axes();
    let readings = points.into_iter().map(|(site, value)| Reading::new(site as f64, value)).collect();
    let name = chart.y().title().to_owned();
    Plot { moves_upright: false, ..chart.plot_of(vec![Trace { name, color, readings }]) }
}

fn summary(re: &[f64], im: &[f64], z: &str) -> String {
    let describe = |label: &str, values: &[f64]| {
        let finite = || values.iter().copied().enumerate().filter(|(_, value)| value.is_finite());
        let least = finite().min_by(|(_, one), (_, other)| one.total_cmp(other));
        let greatest = finite().max_by(|(_, one), (_, other)| one.total_cmp(other));
        let at = |(site, value): (usize, f64)| format!("{} at site {site}", number::significant(value, 4));
        match (least, greatest) {
            (Some(least), Some(greatest)) => {
                format!("{label} lies between {} and {}.", at(least), at(greatest))
            }
            _ => format!("{label} has no values."),
        }
    };
    format!(
        "Diagonal of the resolvent against site, {}, {z}. {} {}",
        number::count(re.len().max(im.len()), "site"),
        describe("Its real part", re),
        describe("Its imaginary part", im),
    )
}

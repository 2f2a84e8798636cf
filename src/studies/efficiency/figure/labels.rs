//! Text in the plot: the caption of the dominated area, and callouts to the two marked points.

use super::comparison;
use super::comparison::{Marked, TARGET};
use super::curves::{Curve, Curves, GIGA, Value};
use super::frontier::{SHADED, dominates};
use super::position;
use crate::kit::record::Model;
use bk_plot::callout::Callout;
use bk_plot::chart::Chart;
use bk_plot::number;
use bk_plot::placement::{Room, positions};
use bk_plot::scene::{Color, Rectangle};
use bk_plot::sheet::Sheet;

/// Offsets of the published callouts from their points, in GFLOPs and in perplexity.
const AWAY: [(f64, f64); 2] = [(-1.5, 3.0), (1.0, 3.0)];

/// Distance between a mark and the head of an arrow, in points.
const NEAR: f64 = 1.5;

/// Distance between the caption and data, in points, and between the positions tried for it.
const CLEARANCE: f64 = 3.0;
const STEP: f64 = 6.0;

/// Draws callouts to the star and the cross.
pub fn draw_callouts(sheet: &Sheet, chart: &Chart, room: &mut Room, curves: &Curves, marked: &Marked) {
    let gflops = |value: &Value| format!("{} GFLOPs", number::fixed(value.cost.flops / GIGA, 1));
    let perplexity = |value: &Value| number::fixed(value.cost.perplexity, 1);
    let star = marked.star;
    let versions = vec![
        vec![
            format!("ResNet-BK nearest to {TARGET}"),
            format!("Perplexity {}", perplexity(star)),
            format!("{} per token", gflops(star)),
        ],
        vec!["ResNet-BK".to_owned(), gflops(star)],
        vec![gflops(star)],
    ];
    let mut draw = |value: &Value, versions, (aside, further): (f64, f64), color: Color, bend| {
        if !chart.shows(position(chart, value.cost)) {
            return;
        }
        let ideal = chart.at(value.cost.flops / GIGA + aside, value.cost.perplexity + further);
        let radius = comparison::star(sheet).diameter / 2.0 + NEAR;
        let callout = Callout {
            versions,
            target: position(chart, value.cost),
            radius,
            ideal,
            color,
            bend,
            crossings: 0,
        };
        callout.draw(sheet, room, chart.plot.grown(-sheet.sizes.gap));
    };
    draw(star, versions, AWAY[0], sheet.palette.threshold.line, 1.0);
    if let Some((cross, ratio)) = marked.cross {
        let ratio = comparison::ratio(ratio);
        let is_best = curves.of(&Model::Mamba).and_then(Curve::best) == Some(cross);
        let lowest = if is_best { ", its lowest" } else { "" };
        let versions = vec![
            vec![
                "Mamba nearest to that".to_owned(),
                format!("Perplexity {}{lowest}", perplexity(cross)),
                format!("{} per token, {ratio} as many", gflops(cross)),
            ],
            vec!["Mamba".to_owned(), format!("{}, {ratio}", gflops(cross))],
            vec![ratio],
        ];
        draw(cross, versions, AWAY[1], sheet.palette.bad.line, -1.0);
    }
}

/// Writes a caption in the shaded area, if there is a place that hides nothing: the model, and how many of the other
/// models' configurations it dominates.
pub fn draw_dominance_caption(sheet: &Sheet, chart: &Chart, room: &mut Room, curves: &Curves) {
    let Some(curve) = curves.of(&SHADED) else { return };
    let title = format!("{} dominates", curve.model.label());
    let lines = match (curves.dominated_by(curve), curves.others(curve).as_slice()) {
        (_, []) => vec![title],
        ((dominated, count), [other]) => {
            vec![title, format!("{dominated} of {count} {other} configurations")]
        }
        ((dominated, count), _) => vec![title, format!("{dominated} of {count} other configurations")],
    };
    let (frontier, (width, height)) = (curve.frontier(), sheet.box_size(&lines));
    let points = curves.with_frontier().flat_map(|curve| &curve.values);
    let middle =
        points.clone().fold((0.0, 0.0), |(x, y), value| (x + value.cost.flops, y + value.cost.perplexity));
    let count = points.count() as f64;
    let ideal = chart.at(middle.0 / count / GIGA, middle.1 / count + 2.0);
    let area = chart.plot.grown(-sheet.sizes.gap);
    let away = |frame: &Rectangle| frame.center().distance(ideal);
    let place = room.find_bare(positions(area, width, height, STEP), CLEARANCE, away, |frame| {
        dominates(chart, &frontier, &frame.grown(CLEARANCE))
    });
    if let Some(frame) = place {
        room.take(frame);
        sheet.boxed(frame, &lines, sheet.palette.good.line);
    }
}

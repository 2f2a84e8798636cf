//! The comparisons of the published figure: the points nearest to perplexity 30 and to 5 GFLOPs. The two points of a
//! pair need not have the same perplexity or the same FLOPs, so both numbers of each point are shown.

use super::curves::{Curves, GIGA, Value};
use crate::kit::figure::looks;
use crate::kit::figure::looks::hue;
use crate::kit::record::Model;
use crate::studies::efficiency::published::Pair;
use crate::studies::efficiency::record::Efficiency;
use bk_plot::marks::{Mark, Shape};
use bk_plot::number;
use bk_plot::scene::Color;
use bk_plot::sheet::Sheet;
use bk_plot::table::{Row, Table};

/// The perplexity at which FLOPs are compared.
pub const TARGET: f64 = 30.0;

/// The FLOPs per token at which perplexities are compared.
const TARGET_FLOPS: f64 = 5e9;

/// Mamba's point is marked if it needs more than this many times the FLOPs.
const WORSE: f64 = 1.5;

/// The two marked points of the figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marked<'curves> {
    /// ResNet-BK's value nearest to perplexity 30.
    pub star: &'curves Value,
    /// Mamba's value nearest to the star's perplexity, and the ratio of its FLOPs to the star's; `None` unless the
    /// ratio is above `WORSE`.
    pub cross: Option<(&'curves Value, f64)>,
}

impl<'curves> Marked<'curves> {
    /// Returns the marked points, if ResNet-BK has any.
    pub fn of(curves: &'curves Curves) -> Option<Self> {
        let star = curves.of(&Model::ResNetBk)?.nearest(TARGET)?;
        let mamba = curves.of(&Model::Mamba).and_then(|mamba| mamba.nearest(star.cost.perplexity));
        let cross = mamba.map(|value| (value, value.cost.flops / star.cost.flops));
        Some(Marked { star, cross: cross.filter(|(_, ratio)| *ratio > WORSE) })
    }
}

/// Returns the mark of ResNet-BK's point.
pub fn star(sheet: &Sheet) -> Mark {
    mark(sheet, Shape::Star, sheet.palette.threshold.line)
}

/// Returns the mark of Mamba's point.
pub fn cross(sheet: &Sheet) -> Mark {
    mark(sheet, Shape::Cross, sheet.palette.bad.line)
}

fn mark(sheet: &Sheet, shape: Shape, fill: Color) -> Mark {
    Mark { shape, diameter: looks::LARGE * sheet.sizes.marker, fill, outline: sheet.palette.ink }
}

/// Returns a sentence for each model of the first record that does not reach perplexity 30.
pub fn misses(curves: &Curves) -> Vec<String> {
    let miss = |curve: &super::curves::Curve| {
        let best = curve.best().filter(|best| best.cost.perplexity > TARGET)?;
        let (model, lowest) = (curve.model.label(), number::fixed(best.cost.perplexity, 1));
        Some(format!("No {model} configuration reaches perplexity {TARGET}: its lowest is {lowest}."))
    };
    curves.with_frontier().filter_map(miss).collect()
}

/// Returns the published comparisons as a table; `None` unless both models have points.
pub fn table(sheet: &Sheet, record: &Efficiency) -> Option<Table> {
    let perplexity = Pair::at_perplexity(record, TARGET)?;
    let flops = Pair::at_flops(record, TARGET_FLOPS)?;
    let heading = |name: String| Row {
        cells: [name, "Perplexity".into(), "GFLOPs".into()],
        heading: true,
        color: sheet.palette.ink,
    };
    let models = |pair: &Pair| {
        [(Model::ResNetBk, pair.resnetbk), (Model::Mamba, pair.mamba)].map(|(model, cost)| Row {
            cells: [
                model.label().into(),
                number::fixed(cost.perplexity, 1),
                number::fixed(cost.flops / GIGA, 1),
            ],
            heading: false,
            color: hue(sheet, &model).text,
        })
    };
    let result = |name: &str, perplexity: String, flops: String| Row {
        cells: [name.into(), perplexity, flops],
        heading: false,
        color: sheet.palette.ink,
    };
    let mut rows = vec![heading(format!("Nearest to perplexity {TARGET}"))];
    rows.extend(models(&perplexity));
    rows.push(result("Ratio of operations", String::new(), ratio(perplexity.flops_ratio())));
    rows.push(heading(format!("Nearest to {} GFLOPs", number::fixed(TARGET_FLOPS / GIGA, 1))));
    rows.extend(models(&flops));
    let sign = if flops.improvement() < 0.0 { "+" } else { "" };
    let percent = format!("{sign}{} %", number::fixed(-flops.improvement(), 1));
    rows.push(result("Difference in perplexity", percent, String::new()));
    Some(Table { rows })
}

/// Returns the published comparisons in words; empty unless both models have points.
pub fn sentences(record: &Efficiency) -> Vec<String> {
    let at = |pair: &Pair| {
        [(Model::ResNetBk, pair.resnetbk), (Model::Mamba, pair.mamba)].map(|(model, cost)| {
            let perplexity = number::fixed(cost.perplexity, 1);
            format!("{} has {perplexity} at {} GFLOPs", model.label(), number::fixed(cost.flops / GIGA, 1))
        })
    };
    let perplexity = Pair::at_perplexity(record, TARGET).map(|pair| {
        let [resnetbk, mamba] = at(&pair);
        let ratio = ratio(pair.flops_ratio());
        format!("Nearest to perplexity {TARGET}, {resnetbk} and {mamba}, {ratio} the operations.")
    });
    let flops = Pair::at_flops(record, TARGET_FLOPS).map(|pair| {
        let [resnetbk, mamba] = at(&pair);
        let (target, percent) = (number::fixed(TARGET_FLOPS / GIGA, 1), number::fixed(pair.improvement(), 1));
        format!("Nearest to {target} GFLOPs, {resnetbk} and {mamba}: ResNet-BK is {percent} % lower.")
    });
    perplexity.into_iter().chain(flops).collect()
}

/// Formats a ratio as in "4.6×".
pub fn ratio(ratio: f64) -> String {
    format!("{}×", number::fixed(ratio, 1))
}

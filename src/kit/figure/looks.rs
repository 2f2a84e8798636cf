//! How models and records look in every figure: a colour and a mark for each model, a line for each record.

use crate::kit::record::{Comparison, Model};
use bk_plot::marks::{Mark, Shape};
use bk_plot::scene::Stroke;
use bk_plot::sheet::Sheet;
use bk_plot::style::{Hue, Layout, OTHERS};

/// Diameter of a star or a cross that a figure points out, as a multiple of an ordinary mark.
pub const LARGE: f64 = 1.73;

/// Opacity of a confidence band.
pub const BAND: f64 = 0.14;

/// Returns an empty sheet for the models of records: each model beyond the published ones gets a color, a mark and
/// dashes of its own, in the order of its first appearance, hidden or not.
pub fn sheet<Config, Point>(layout: &Layout, records: &[&Comparison<Config, Point>]) -> Sheet {
    let mut others: Vec<String> = Vec::new();
    for series in records.iter().flat_map(|record| &record.series) {
        if let Model::Other(name) = &series.model
            && !others.contains(name)
        {
            others.push(name.clone());
        }
    }
    Sheet::new(layout).with_others(others)
}

/// The colours of a model.
pub fn hue(sheet: &Sheet, model: &Model) -> Hue {
    match model {
        Model::ResNetBk => sheet.palette.first,
        Model::Mamba => sheet.palette.second,
        Model::Other(name) => sheet.palette.others[sheet.other(name) % OTHERS],
    }
}

/// The ordinary mark of a model in a record.
pub fn mark(sheet: &Sheet, model: &Model, record: usize) -> Mark {
    let shape = match model {
        Model::ResNetBk => Shape::Circle,
        Model::Mamba => Shape::Square,
        Model::Other(name) => Shape::OTHERS[sheet.other(name) % Shape::OTHERS.len()],
    };
    let (fill, outline) = (stroke(sheet, model, record).color, sheet.palette.background);
    Mark { shape, diameter: sheet.sizes.marker, fill, outline }
}

/// Dashes and gaps of models beyond the published ones in turn, in line widths.
const OTHER_DASHES: [&[f64]; 4] = [&[5.0, 1.5], &[2.0, 1.2], &[5.0, 1.2, 1.0, 1.2], &[8.0, 1.5, 2.0, 1.5]];

/// The line of a model in a record: solid for the published models in the first record, dashed for others, and
/// dashed and lighter in what is laid over it.
pub fn stroke(sheet: &Sheet, model: &Model, record: usize) -> Stroke {
    let (color, width) = (hue(sheet, model).line, sheet.sizes.line);
    let dashed = |dash: &[f64], width: f64| dash.iter().map(|length| length * width).collect();
    let dash: &[f64] = match record {
        0 => {
            let dash: &[f64] = match model {
                Model::ResNetBk | Model::Mamba => &[],
                Model::Other(name) => OTHER_DASHES[sheet.other(name) % OTHER_DASHES.len()],
            };
            return Stroke {
                color,
                width: if dash.is_empty() { width } else { 0.8 * width },
                dash: dashed(dash, width),
            };
        }
        1 => &[3.0, 2.0],
        2 => &[1.0, 1.5],
        _ => &[3.0, 1.5, 1.0, 1.5],
    };
    let color = color.with_alpha(0.65).over(sheet.palette.background);
    Stroke { color, width: 0.75 * width, dash: dashed(dash, width) }
}

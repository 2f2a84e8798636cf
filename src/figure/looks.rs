//! How models and records look in every figure: a colour and a mark for each model, a line for each record.

use super::marks::{Mark, Shape};
use super::scene::Stroke;
use super::sheet::Sheet;
use super::style::Hue;
use crate::record::Model;

/// Diameter of a star or a cross that a figure points out, as a multiple of an ordinary mark.
pub const LARGE: f64 = 1.73;

/// The colours of a model.
pub fn hue(sheet: &Sheet, model: &Model) -> Hue {
    match model {
        Model::ResNetBk => sheet.palette.first,
        Model::Mamba => sheet.palette.second,
        Model::Other(_) => Hue { line: sheet.palette.muted, text: sheet.palette.muted },
    }
}

/// The ordinary mark of a model in a record.
pub fn mark(sheet: &Sheet, model: &Model, record: usize) -> Mark {
    let shape = match model {
        Model::ResNetBk => Shape::Circle,
        Model::Mamba | Model::Other(_) => Shape::Square,
    };
    let (fill, outline) = (stroke(sheet, model, record).color, sheet.palette.background);
    Mark { shape, diameter: sheet.sizes.marker, fill, outline }
}

/// The line of a model in a record: solid in the first record, dashed and lighter in what is laid over it.
pub fn stroke(sheet: &Sheet, model: &Model, record: usize) -> Stroke {
    let (color, width) = (hue(sheet, model).line, sheet.sizes.line);
    let dash: &[f64] = match record {
        0 => return Stroke { color, width, dash: Vec::new() },
        1 => &[3.0, 2.0],
        2 => &[1.0, 1.5],
        _ => &[3.0, 1.5, 1.0, 1.5],
    };
    let color = color.with_alpha(0.65).over(sheet.palette.background);
    Stroke { color, width: 0.75 * width, dash: dash.iter().map(|length| length * width).collect() }
}

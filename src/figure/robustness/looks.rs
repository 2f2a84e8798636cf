//! How curves, marks and verdicts look.

use super::curves::{Curve, Value};
use crate::figure::marks::{Mark, Shape};
use crate::figure::scene::{Color, Stroke};
use crate::figure::sheet::Sheet;
use crate::figure::style::Hue;
use crate::record::Model;

/// The bit width of which the published figure marks the values.
pub const MARKED_WIDTH: u32 = 4;

/// Star and cross, as a multiple of an ordinary mark.
const LARGE: f64 = 1.73;

/// What the published requirements say of a value at INT4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// ResNet-BK below 50.
    Deployable,
    /// Mamba above 200.
    NotDeployable,
}

impl Verdict {
    /// The verdict on a value of the first record, if one of the two requirements speaks of it and it is met.
    pub fn of(curve: &Curve, value: &Value) -> Option<Self> {
        match curve.model {
            _ if value.bits != MARKED_WIDTH || curve.record != 0 => None,
            Model::Other(_) => None,
            Model::ResNetBk => (value.mean < 50.0).then_some(Verdict::Deployable),
            Model::Mamba => (value.mean > 200.0).then_some(Verdict::NotDeployable),
        }
    }

    /// The relation the requirement asks for.
    pub fn limit(self) -> (char, u32) {
        match self {
            Verdict::Deployable => ('<', 50),
            Verdict::NotDeployable => ('>', 200),
        }
    }

    /// The verdict in words.
    pub fn outcome(self) -> &'static str {
        match self {
            Verdict::Deployable => "✓ Deployable",
            Verdict::NotDeployable => "✗ Not deployable",
        }
    }

    /// Its colour.
    pub fn color(self, sheet: &Sheet) -> Color {
        match self {
            Verdict::Deployable => sheet.palette.good.line,
            Verdict::NotDeployable => sheet.palette.bad.line,
        }
    }

    /// Its mark: a star or a cross.
    pub fn mark(self, sheet: &Sheet) -> Mark {
        let shape = match self {
            Verdict::Deployable => Shape::Star,
            Verdict::NotDeployable => Shape::Cross,
        };
        Mark {
            shape,
            diameter: LARGE * sheet.sizes.marker,
            fill: self.color(sheet),
            outline: sheet.palette.ink,
        }
    }
}

/// The colours of a model.
pub fn hue(sheet: &Sheet, model: &Model) -> Hue {
    match model {
        Model::ResNetBk => sheet.palette.first,
        Model::Mamba => sheet.palette.second,
        Model::Other(_) => Hue { line: sheet.palette.muted, text: sheet.palette.muted },
    }
}

/// The mark of a value.
pub fn mark(sheet: &Sheet, curve: &Curve, value: &Value) -> Mark {
    Verdict::of(curve, value).map_or_else(|| curve_mark(sheet, curve), |verdict| verdict.mark(sheet))
}

/// The ordinary mark of a curve.
pub fn curve_mark(sheet: &Sheet, curve: &Curve) -> Mark {
    let shape = match curve.model {
        Model::ResNetBk => Shape::Circle,
        Model::Mamba | Model::Other(_) => Shape::Square,
    };
    let outline = sheet.palette.background;
    Mark { shape, diameter: sheet.sizes.marker, fill: curve_stroke(sheet, curve).color, outline }
}

/// The line of a curve: solid for the first record, dashed and lighter for what is laid over it.
pub fn curve_stroke(sheet: &Sheet, curve: &Curve) -> Stroke {
    let (color, width) = (hue(sheet, &curve.model).line, sheet.sizes.line);
    let dash: &[f64] = match curve.record {
        0 => return Stroke { color, width, dash: Vec::new() },
        1 => &[3.0, 2.0],
        2 => &[1.0, 1.5],
        _ => &[3.0, 1.5, 1.0, 1.5],
    };
    let color = color.with_alpha(0.65).over(sheet.palette.background);
    Stroke { color, width: 0.75 * width, dash: dash.iter().map(|length| length * width).collect() }
}

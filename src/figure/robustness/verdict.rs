//! How verdicts look, and the values they speak of.

use super::curves::{Curve, Value};
use crate::figure::looks;
use crate::figure::marks::{Mark, Shape};
use crate::figure::scene::Color;
use crate::figure::sheet::Sheet;
use crate::record::Model;

/// The bit width of which the published figure marks the values.
pub const MARKED_WIDTH: u32 = 4;

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
            diameter: looks::LARGE * sheet.sizes.marker,
            fill: self.color(sheet),
            outline: sheet.palette.ink,
        }
    }
}

/// The mark of a value.
pub fn value_mark(sheet: &Sheet, curve: &Curve, value: &Value) -> Mark {
    let ordinary = || looks::mark(sheet, &curve.model, curve.record);
    Verdict::of(curve, value).map_or_else(ordinary, |verdict| verdict.mark(sheet))
}

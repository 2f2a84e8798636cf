//! Verdicts on values at INT4, and their marks.

use super::curves::{Curve, THRESHOLD, Value};
use crate::kit::figure::looks;
use crate::kit::record::Model;
use bk_plot::marks::{Mark, Shape};
use bk_plot::scene::Color;
use bk_plot::sheet::Sheet;

/// The bit width whose values the published figure marks.
pub const MARKED_WIDTH: u32 = 4;

/// The verdict on a value at INT4. The published requirements apply to the published models, the threshold to all
/// others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the perplexity is below the limit of a deployable model; otherwise it is above the limit of one that is
    /// not.
    pub deployable: bool,
    limit: u32,
    /// Whether the limit is a published requirement.
    is_published: bool,
}

impl Verdict {
    /// Returns the verdict on a value of the first record: on ResNet-BK if it is below 50, on Mamba if it is above 200,
    /// and on any other model by the threshold.
    pub fn of(curve: &Curve, value: &Value) -> Option<Self> {
        if value.bits != MARKED_WIDTH || curve.record != 0 {
            return None;
        }
        let verdict = |deployable, limit, is_published| Verdict { deployable, limit, is_published };
        match curve.model {
            Model::ResNetBk => (value.mean < 50.0).then(|| verdict(true, 50, true)),
            Model::Mamba => (value.mean > 200.0).then(|| verdict(false, 200, true)),
            Model::Other(_) if value.mean < THRESHOLD => Some(verdict(true, THRESHOLD as u32, false)),
            Model::Other(_) => (value.mean > THRESHOLD).then(|| verdict(false, THRESHOLD as u32, false)),
        }
    }

    /// Returns the relation of the value to its limit, and the limit.
    pub fn limit(self) -> (char, u32) {
        (if self.deployable { '<' } else { '>' }, self.limit)
    }

    /// Returns the verdict in words.
    pub fn outcome(self) -> &'static str {
        if self.deployable { "✓ Deployable" } else { "✗ Not deployable" }
    }

    /// Returns the color of the verdict.
    pub fn color(self, sheet: &Sheet) -> Color {
        if self.deployable { sheet.palette.good.line } else { sheet.palette.bad.line }
    }

    /// Returns the mark of a published requirement that is met: a star or a cross.
    pub fn mark(self, sheet: &Sheet) -> Option<Mark> {
        let shape = if self.deployable { Shape::Star } else { Shape::Cross };
        let diameter = looks::LARGE * sheet.sizes.marker;
        self.is_published.then(|| Mark {
            shape,
            diameter,
            fill: self.color(sheet),
            outline: sheet.palette.ink,
        })
    }
}

/// Returns the mark of a value.
pub fn value_mark(sheet: &Sheet, curve: &Curve, value: &Value) -> Mark {
    let published = Verdict::of(curve, value).and_then(|verdict| verdict.mark(sheet));
    published.unwrap_or_else(|| looks::mark(sheet, &curve.model, curve.record))
}

//! The style of curves: a color for each model and for divergence, dashes for each sequence length.

use super::curves::{Curve, Curves};
use crate::kit::figure::looks::hue;
use bk_plot::marks::{Mark, Shape};
use bk_plot::scene::{Color, Stroke};
use bk_plot::sheet::Sheet;

/// Dashes and gaps for the sequence lengths in turn, in line widths.
pub const DASHES: [&[f64]; 6] =
    [&[], &[4.0, 2.0], &[4.5, 1.6, 1.0, 1.6], &[1.0, 1.6], &[8.0, 2.2], &[4.0, 1.5, 1.0, 1.5, 1.0, 1.5]];

/// The largest number of sequence lengths that dashes can distinguish.
pub const MOST_LENGTHS: usize = DASHES.len();

/// Opacity of the shortest length; the longest is opaque.
const PALEST: f64 = 0.7;

/// Opacity of single losses, which the strong line averages, and of overlaid records.
const LOSSES: f64 = 0.3;
const OVERLAID: f64 = 0.5;

/// Returns the strong line of a curve, before its divergence or from there.
pub fn stroke(sheet: &Sheet, curves: &Curves, curve: &Curve, diverged: bool) -> Stroke {
    let longest = curves.lengths.len().saturating_sub(1).max(1) as f64;
    let strength = PALEST + (1.0 - PALEST) * curve.order as f64 / longest;
    let alpha = if curve.record == 0 { strength } else { OVERLAID };
    let width = if curve.record == 0 { 0.6 } else { 0.4 } * sheet.sizes.line;
    Stroke { color: faded(sheet, color(sheet, curve, diverged), alpha), ..length_stroke(curve.order, width) }
}

/// Returns the thin line through the single losses of a curve.
pub fn outline_stroke(sheet: &Sheet, curve: &Curve, diverged: bool) -> Stroke {
    let color = faded(sheet, color(sheet, curve, diverged), LOSSES);
    Stroke { color, width: 0.5, dash: Vec::new() }
}

/// Returns a line with the dashes of a sequence length.
pub fn length_stroke(order: usize, width: f64) -> Stroke {
    let dash = DASHES[order % DASHES.len()].iter().map(|length| length * width).collect();
    Stroke { color: Color::rgb(0, 0, 0), width, dash }
}

/// Returns the mark where a curve starts to diverge.
pub fn divergence_mark(sheet: &Sheet) -> Mark {
    let (fill, outline) = (sheet.palette.bad.line, sheet.palette.ink);
    Mark { shape: Shape::Cross, diameter: sheet.sizes.marker, fill, outline }
}

/// Returns the stroke of the ticks at the upper edge for losses that are NaN: one dashed line.
pub fn gap_stroke(sheet: &Sheet) -> Stroke {
    let width = sheet.sizes.gap;
    Stroke { color: sheet.palette.bad.line, width, dash: vec![1.0, 3.0] }
}

/// Returns the color of a curve.
pub fn color(sheet: &Sheet, curve: &Curve, diverged: bool) -> Color {
    if diverged { sheet.palette.threshold.line } else { hue(sheet, &curve.model).line }
}

fn faded(sheet: &Sheet, color: Color, alpha: f64) -> Color {
    color.with_alpha(alpha).over(sheet.palette.background)
}

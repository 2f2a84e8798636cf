//! What the figure shows, taken from the records: one curve a run of a model at a sequence length.

use crate::figure::axis::Axis;
use crate::record::Model;
use crate::record::stability::{Run, Stability};

/// No loss above this is shown, unless all are.
const HIGHEST: f64 = 10.0;

/// Room above the greatest loss, as a part of the range of all.
const MARGIN: f64 = 0.05;

/// Room after the last step, as a part of all: of 1,000 steps from 0 on, the tick at 1,000 is shown.
const STEP_MARGIN: f64 = 0.002;

/// Where a curve starts to diverge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergence {
    /// Place in the curve's losses.
    pub place: usize,
    /// The step.
    pub step: f64,
    /// The loss there or, where that is not a number, the nearest before it or else after it.
    pub loss: f64,
    /// Whether the loss there is a number.
    pub is_number: bool,
}

/// The losses of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Whose losses these are.
    pub model: Model,
    /// Index of the record.
    pub record: usize,
    /// Index of the sequence length among all of the figure, from the shortest.
    pub order: usize,
    /// The steps, rising.
    pub steps: Vec<f64>,
    /// As many losses, at least one of them finite; the others are not numbers.
    pub losses: Vec<f64>,
    /// Whether the source calls the run diverged.
    pub diverged: bool,
    /// Where it starts to diverge, if the source says so and the curve reaches that step.
    pub divergence: Option<Divergence>,
}

impl Curve {
    /// The last loss that is a number, and its step.
    pub fn end(&self) -> Option<(f64, f64)> {
        let mut points = self.steps.iter().copied().zip(self.losses.iter().copied());
        points.rfind(|(_, loss)| loss.is_finite())
    }
}

/// All curves of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// The sequence lengths, from the shortest.
    pub lengths: Vec<u32>,
    /// The curves, record by record.
    pub curves: Vec<Curve>,
}

impl Curves {
    /// Takes the curves out of records. Runs of which only statistics are known have none.
    pub fn new(records: &[&Stability]) -> Self {
        let points = || {
            let series = records
                .iter()
                .enumerate()
                .flat_map(|(index, record)| record.series.iter().map(move |series| (index, series)));
            series.flat_map(|(index, series)| {
                series.points.iter().map(move |point| (index, &series.model, point))
            })
        };
        let drawn =
            |run: &&Run| run.curve().is_some_and(|curve| curve.losses.iter().flatten().next().is_some());
        let mut lengths: Vec<u32> = points()
            .filter(|(_, _, point)| point.runs.iter().any(|run| drawn(&run)))
            .map(|(_, _, point)| point.sequence_length)
            .collect();
        lengths.sort_unstable();
        lengths.dedup();

        let curves = points().flat_map(|(record, model, point)| {
            let order = lengths.binary_search(&point.sequence_length).unwrap_or_else(|order| order);
            point.runs.iter().filter(drawn).map(move |run| curve(record, model, order, run))
        });
        let curves = curves.collect();
        Curves { lengths, curves }
    }

    /// The axis of steps.
    pub fn step_axis(&self, ticks: usize) -> Axis {
        let steps = || self.curves.iter().flat_map(|curve| &curve.steps).copied();
        let (first, last) = (steps().fold(f64::INFINITY, f64::min), steps().fold(0.0, f64::max));
        let last = if last > first { last + STEP_MARGIN * (last - first) } else { first + 1.0 };
        Axis::linear("Training step", first, last, ticks)
    }

    /// The axis of losses: from zero, or the least loss if that is lower, to a little above the greatest, but
    /// not above 10 unless all losses are.
    pub fn loss_axis(&self, ticks: usize) -> Axis {
        let losses =
            || self.curves.iter().flat_map(|curve| &curve.losses).copied().filter(|loss| loss.is_finite());
        let (least, greatest) = (losses().fold(f64::INFINITY, f64::min), losses().fold(f64::MIN, f64::max));
        let above = greatest + MARGIN * (greatest - least);
        let high = if least < HIGHEST { above.min(HIGHEST) } else { above.min(f64::MAX) };
        let low = least.min(0.0);
        let high = if high > low { high } else { low + 1.0 };
        if greatest > high {
            Axis::linear(&format!("Training loss, cut at {high}"), low, high, ticks)
        } else {
            Axis::linear("Training loss", low, high, ticks)
        }
    }
}

fn curve(record: usize, model: &Model, order: usize, run: &Run) -> Curve {
    let points = run.curve().into_iter().flat_map(|curve| curve.points());
    let (steps, losses): (Vec<f64>, Vec<f64>) =
        points.map(|(step, loss)| (step as f64, loss.unwrap_or(f64::NAN))).unzip();
    let divergence = run.divergence_step.and_then(|step| divergence(&steps, &losses, step as f64));
    Curve { model: model.clone(), record, order, steps, losses, diverged: run.diverged, divergence }
}

fn divergence(steps: &[f64], losses: &[f64], step: f64) -> Option<Divergence> {
    let place = steps.iter().position(|&other| other >= step)?;
    let (before, after) = losses.split_at(place + 1);
    let loss = before.iter().rev().chain(after).copied().find(|loss| loss.is_finite())?;
    Some(Divergence { place, step: steps[place], loss, is_number: losses[place].is_finite() })
}

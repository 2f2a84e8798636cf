//! The data of the figure, taken from the records: one curve per run of a model at a sequence length.

use crate::kit::figure::origin;
use crate::kit::record::comparison::distinct;
use crate::kit::record::{Model, statistics};
use crate::studies::stability::record::{Run, Stability, length_label};
use bk_plot::axis::{Axis, Scale, Span};
use bk_plot::plot::{Reading, Series, Trace};
use bk_plot::scene::Color;
use bk_plot::view::View;

/// Upper limit of the shown losses, unless all losses are above it.
const HIGHEST: f64 = 10.0;

/// Margin above the greatest loss, as a fraction of the range of all losses.
const MARGIN: f64 = 0.05;

/// Margin after the last step, as a fraction of all steps: with 1,000 steps from 0, the tick at 1,000 is visible.
const STEP_MARGIN: f64 = 0.002;

/// The point where a curve starts to diverge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergence {
    /// Index into the curve's losses.
    pub place: usize,
    /// The step.
    pub step: f64,
    /// The loss there. If that is NaN: the nearest number before it, or else after it.
    pub loss: f64,
    /// Whether the loss there is a number.
    pub is_number: bool,
}

/// The losses of one run, or the means of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The model.
    pub model: Model,
    /// Index of the record.
    pub record: usize,
    /// Index of the sequence length among all of the figure, starting at the shortest.
    pub order: usize,
    /// The steps, ascending.
    pub steps: Vec<f64>,
    /// The losses, one per step; at least one is finite, and the others are NaN.
    pub losses: Vec<f64>,
    /// Half-widths of the 95 % confidence intervals of the means, one per loss; empty for a single run.
    pub confidence: Vec<f64>,
    /// Number of runs.
    pub runs: usize,
    /// Whether the source calls the run diverged.
    pub diverged: bool,
    /// The point where it starts to diverge, if the source states it and the curve reaches that step.
    pub divergence: Option<Divergence>,
}

impl Curve {
    /// Returns the last loss that is a number, with its step.
    pub fn end(&self) -> Option<(f64, f64)> {
        let mut points = self.steps.iter().copied().zip(self.losses.iter().copied());
        points.rfind(|(_, loss)| loss.is_finite())
    }

    /// Returns the lower (`side` = −1) or the upper (`side` = 1) edge of the confidence interval.
    pub fn edge(&self, side: f64) -> Vec<f64> {
        self.losses.iter().zip(&self.confidence).map(|(loss, half)| loss + side * half).collect()
    }
}

/// All curves of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// The sequence lengths of all curves, shown or hidden, starting at the shortest.
    pub lengths: Vec<u32>,
    /// The shown curves, record by record.
    pub curves: Vec<Curve>,
}

/// Returns the key that hides a sequence length.
fn key(length: u32) -> String {
    format!("N{length}")
}

/// Returns whether a view shows a sequence length.
pub fn shows_length(view: &View, length: u32) -> bool {
    !view.hidden.contains(&key(length))
}

impl Curves {
    /// Collects the curves that a view shows. Runs with statistics only have no curve.
    pub fn new(records: &[&Stability], view: &View) -> Self {
        let points = || {
            let series = records
                .iter()
                .enumerate()
                .flat_map(|(index, record)| record.series.iter().map(move |series| (index, series)));
            series.flat_map(|(index, series)| {
                series.points.iter().map(move |point| (index, &series.model, point))
            })
        };
        let lengths = points()
            .filter(|(_, _, point)| point.runs.iter().any(is_drawn))
            .map(|(_, _, point)| point.sequence_length);
        let lengths = distinct(lengths.collect());

        let shown = points().filter(|(record, model, point)| {
            origin::shows(view, model, *record) && shows_length(view, point.sequence_length)
        });
        let curves = shown.flat_map(|(record, model, point)| {
            let order = lengths.binary_search(&point.sequence_length).unwrap_or_else(|order| order);
            let runs: Vec<&Run> = point.runs.iter().filter(|run| is_drawn(run)).collect();
            match mean(record, model, order, &runs) {
                Some(mean) => vec![mean],
                None => runs.into_iter().map(|run| curve(record, model, order, run)).collect(),
            }
        });
        let curves = curves.collect();
        Curves { lengths, curves }
    }

    /// Returns the sequence lengths as series that can be shown and hidden, if there are several.
    pub fn length_series(&self, view: &View) -> Vec<Series> {
        let series = self.lengths.iter().map(|&length| Series {
            key: key(length),
            name: format!("{} tokens", length_label(length)),
            color: None,
            shown: shows_length(view, length),
        });
        if self.lengths.len() > 1 { series.collect() } else { vec![] }
    }

    /// Returns the values for reading off the figure.
    pub fn traces(&self, color: impl Fn(&Curve) -> Color, records: &[String]) -> Vec<Trace> {
        let trace = |curve: &Curve| {
            let model = origin::curve_label(&curve.model, records, curve.record, None);
            let points = curve.steps.iter().zip(&curve.losses).enumerate();
            let readings = points.filter(|(_, (_, loss))| loss.is_finite()).map(|(place, (step, loss))| {
                let half = curve.confidence.get(place).filter(|half| half.is_finite());
                let note = half.map(|half| origin::interval_note(*half, 3, curve.runs));
                Reading { x: *step, y: *loss, note: note.unwrap_or_default() }
            });
            Trace {
                name: format!("{model} at {}", length_label(self.lengths[curve.order])),
                color: color(curve),
                readings: readings.collect(),
            }
        };
        self.curves.iter().map(trace).collect()
    }

    /// Returns the axis of steps.
    pub fn step_axis(&self, view: &View, ticks: usize) -> Axis {
        let steps = || self.curves.iter().flat_map(|curve| &curve.steps).copied();
        let (first, last) = (steps().fold(f64::INFINITY, f64::min), steps().fold(0.0, f64::max));
        let end = if last > first { last + STEP_MARGIN * (last - first) } else { first + 1.0 };
        // A logarithmic axis has no step 0.
        let positive = steps().filter(|step| *step > 0.0).fold(f64::INFINITY, f64::min);
        let logarithmic = (positive < end).then_some((positive, end));
        let span = Span { linear: (first, end), logarithmic };
        view.x_axis("Training step", span, Scale::Linear, ticks)
    }

    /// Returns the axis of losses: from zero, or the least loss if that is lower, to a little above the greatest, but
    /// not above 10 unless all losses are. A logarithmic axis shows all losses.
    pub fn loss_axis(&self, view: &View, ticks: usize) -> Axis {
        let losses =
            || self.curves.iter().flat_map(|curve| &curve.losses).copied().filter(|loss| loss.is_finite());
        let (least, greatest) = (losses().fold(f64::INFINITY, f64::min), losses().fold(f64::MIN, f64::max));
        let above = greatest + MARGIN * (greatest - least);
        let high = if least < HIGHEST { above.min(HIGHEST) } else { above.min(f64::MAX) };
        let low = least.min(0.0);
        let high = if high > low { high } else { low + 1.0 };
        let ratio = 1.0 + MARGIN;
        let logarithmic = (least > 0.0).then(|| (least / ratio, (greatest * ratio).min(f64::MAX)));
        let axis =
            view.y_axis("Training loss", Span { linear: (low, high), logarithmic }, Scale::Linear, ticks);
        let is_cut = !axis.is_logarithmic() && axis.high() == high && greatest > high;
        if is_cut { axis.titled(format!("Training loss, cut at {high}")) } else { axis }
    }
}

/// Returns whether a run has a loss that can be drawn.
fn is_drawn(run: &Run) -> bool {
    run.curve().is_some_and(|curve| curve.losses.iter().flatten().next().is_some())
}

fn curve(record: usize, model: &Model, order: usize, run: &Run) -> Curve {
    let (steps, losses) = points(run);
    let divergence = run.divergence_step.and_then(|step| divergence(&steps, &losses, step as f64));
    let (model, diverged) = (model.clone(), run.diverged);
    Curve { model, record, order, steps, losses, confidence: vec![], runs: 1, diverged, divergence }
}

/// Returns the mean of several runs over the same steps, none of which diverged, with its interval. Steps with fewer
/// than two losses have no interval. Returns `None` for other runs, which are drawn one by one.
fn mean(record: usize, model: &Model, order: usize, runs: &[&Run]) -> Option<Curve> {
    let lines: Vec<(Vec<f64>, Vec<f64>)> = runs.iter().map(|run| points(run)).collect();
    let (steps, _) = lines.first()?;
    let alike = lines.iter().all(|(other, _)| other == steps);
    if runs.len() < 2 || !alike || runs.iter().any(|run| run.diverged) {
        return None;
    }
    let quantiles: Vec<f64> =
        (1..runs.len()).map(|freedom| statistics::student_quantile(freedom as f64)).collect();
    let at = |place: usize| {
        let losses = lines.iter().map(|(_, losses)| losses[place]).filter(|loss| loss.is_finite());
        let losses: Vec<f64> = losses.collect();
        let deviation = statistics::sample_deviation(&losses)?;
        let half = quantiles.get(losses.len() - 2)? * deviation / (losses.len() as f64).sqrt();
        Some((statistics::mean(&losses), half))
    };
    let (losses, confidence) =
        (0..steps.len()).map(|place| at(place).unwrap_or((f64::NAN, f64::NAN))).unzip();
    Some(Curve {
        model: model.clone(),
        record,
        order,
        steps: steps.clone(),
        losses,
        confidence,
        runs: runs.len(),
        diverged: false,
        divergence: None,
    })
}

/// Returns the steps and losses of a run, with NaN for losses that are not numbers.
fn points(run: &Run) -> (Vec<f64>, Vec<f64>) {
    let points = run.curve().into_iter().flat_map(|curve| curve.points());
    points.map(|(step, loss)| (step as f64, loss.unwrap_or(f64::NAN))).unzip()
}

fn divergence(steps: &[f64], losses: &[f64], step: f64) -> Option<Divergence> {
    let place = steps.iter().position(|&other| other >= step)?;
    let (before, after) = losses.split_at(place + 1);
    let loss = before.iter().rev().chain(after).copied().find(|loss| loss.is_finite())?;
    Some(Divergence { place, step: steps[place], loss, is_number: losses[place].is_finite() })
}

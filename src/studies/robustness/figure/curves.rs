//! The data of the figure, taken from the records: one curve per model and record, over all precisions of any record.

use crate::kit::figure::origin;
use crate::kit::record::Model;
use crate::kit::record::comparison::distinct;
use crate::studies::robustness::record::{Point, Robustness, precision_label};
use bk_plot::axis::{Axis, Scale, Span};
use bk_plot::number;
use bk_plot::plot::{Reading, Trace};
use bk_plot::scene::Color;
use bk_plot::view::View;

/// A model with a perplexity below this is deployable.
pub const THRESHOLD: f64 = 100.0;

/// If the largest perplexity is above this, the axis is logarithmic and begins at [`LOWEST`].
const LINEAR_LIMIT: f64 = 300.0;

/// Lower end of the logarithmic axis, unless a value lies below it.
const LOWEST: f64 = 10.0;

/// One model's perplexity at one precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// Index of the precision, starting at the widest.
    pub column: usize,
    /// Bits per weight.
    pub bits: u32,
    /// Mean over the runs.
    pub mean: f64,
    /// Half-width of the 95 % confidence interval of the mean; `None` for a single run.
    pub confidence: Option<f64>,
    /// Number of runs.
    pub runs: usize,
}

/// One model's values in one record, from the widest precision to the narrowest.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The model.
    pub model: Model,
    /// Index of the record.
    pub record: usize,
    /// The values; at least one.
    pub values: Vec<Value>,
}

impl Curve {
    /// Returns the value at a bit width, if there is one.
    pub fn at(&self, bits: u32) -> Option<&Value> {
        self.values.iter().find(|value| value.bits == bits)
    }

    /// Returns "n = 3", or "n = 2–5", if a point is the mean of several runs.
    pub fn run_count(&self) -> Option<String> {
        origin::run_count(self.values.iter().map(|value| value.runs))
    }
}

/// All curves of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// Names of the precisions, starting with the widest.
    pub precisions: Vec<String>,
    /// The curves, record by record.
    pub curves: Vec<Curve>,
}

impl Curves {
    /// Collects the curves that a view shows; points without a finite, positive mean are left out.
    pub fn new(records: &[&Robustness], view: &View) -> Self {
        let mean = |point: &Point| Some(point.perplexity()).filter(|mean| mean.is_finite() && *mean > 0.0);
        let series = || {
            let all = records.iter().enumerate();
            let all = all.flat_map(|(record, of)| of.series.iter().map(move |series| (record, series)));
            all.filter(|(record, series)| origin::shows(view, &series.model, *record))
        };
        let points = series().flat_map(|(_, series)| &series.points);
        let widths = points.filter(|point| mean(point).is_some()).map(|point| point.bits);
        let mut widths = distinct(widths.collect());
        widths.reverse();

        let value = |point: &Point| {
            let column = widths.iter().position(|&bits| bits == point.bits)?;
            let (bits, runs) = (point.bits, point.runs.len());
            Some(Value { column, bits, mean: mean(point)?, confidence: point.confidence(), runs })
        };
        let curves = series().map(|(record, series)| {
            let mut values: Vec<Value> = series.points.iter().filter_map(value).collect();
            values.sort_by_key(|value| value.column);
            Curve { model: series.model.clone(), record, values }
        });
        let curves = curves.filter(|curve| !curve.values.is_empty()).collect();
        Curves { precisions: widths.into_iter().map(precision_label).collect(), curves }
    }

    /// Returns the axis of precisions with a label at every `every`-th.
    pub fn precision_axis(&self, view: &View, every: usize) -> Axis {
        Axis::categories("Precision", &self.precisions, every).cut(view.x.ends())
    }

    /// Returns the axis of perplexities. If the largest value is above 300, the axis is logarithmic from 10 (or from a
    /// power of ten below the smallest value, if that is below 10) to 1.5 times the largest value. Otherwise it is
    /// linear from 0 to the larger of 150 and 1.2 times the largest value. Intervals count with their upper ends.
    pub fn perplexity_axis(&self, view: &View, ticks: usize) -> Axis {
        let values = || self.curves.iter().flat_map(|curve| &curve.values);
        let largest = values().map(|value| value.mean + value.confidence.unwrap_or(0.0)).fold(0.0, f64::max);
        let smallest = values().map(|value| value.mean).fold(f64::INFINITY, f64::min);
        let low =
            if smallest < LOWEST { number::power_of_ten(number::decimal_exponent(smallest)) } else { LOWEST };
        let high = if largest > LINEAR_LIMIT { 1.5 * largest } else { (1.2 * largest).max(150.0) };
        let span = Span { linear: (0.0, high), logarithmic: Some((low, high)) };
        let usual = if largest > LINEAR_LIMIT { Scale::Logarithmic } else { Scale::Linear };
        view.y_axis("Perplexity", span, usual, ticks)
    }

    /// Returns the values for reading off the figure.
    pub fn traces(&self, color: impl Fn(&Curve) -> Color, records: &[String]) -> Vec<Trace> {
        let trace = |curve: &Curve| Trace {
            name: origin::curve_label(&curve.model, records, curve.record, None),
            color: color(curve),
            readings: curve.values.iter().map(Value::reading).collect(),
        };
        self.curves.iter().map(trace).collect()
    }
}

impl Value {
    /// Returns the ends of the interval, if there is one.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.confidence.map(|half| (self.mean - half, self.mean + half))
    }

    fn reading(&self) -> Reading {
        let note = self.confidence.map(|half| origin::interval_note(half, 2, self.runs)).unwrap_or_default();
        Reading { x: self.column as f64, y: self.mean, note }
    }
}

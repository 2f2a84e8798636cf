//! The data of the figure, taken from the records: one curve per model and record, and the frontiers of the first
//! record.

use crate::kit::figure::origin;
use crate::kit::record::Model;
use crate::kit::record::pareto::{Cost, Dominance, frontier};
use crate::studies::efficiency::record::{Efficiency, Point};
use bk_plot::plot::{Reading, Trace};
use bk_plot::scene::Color;
use bk_plot::view::View;

/// FLOPs per unit of the axis.
pub const GIGA: f64 = 1e9;

/// One configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Means over the runs.
    pub cost: Cost,
    /// Half-widths of the 95 % confidence intervals of the means; `None` for a single run.
    pub confidence: Option<Cost>,
    /// Number of runs.
    pub runs: usize,
    /// Whether the value is on its curve's frontier: no other configuration of the curve dominates it.
    pub on_frontier: bool,
}

/// One model's configurations in one record, by ascending FLOPs.
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
    /// Returns the value whose perplexity is nearest to a target, at any distance.
    pub fn nearest(&self, perplexity: f64) -> Option<&Value> {
        let distance = |value: &&Value| (value.cost.perplexity - perplexity).abs();
        self.values.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)))
    }

    /// Returns the value of lowest perplexity.
    pub fn best(&self) -> Option<&Value> {
        self.values.iter().min_by(|one, other| one.cost.perplexity.total_cmp(&other.cost.perplexity))
    }

    /// Returns the costs on the frontier, by ascending FLOPs.
    pub fn frontier(&self) -> Vec<Cost> {
        self.values.iter().filter(|value| value.on_frontier).map(|value| value.cost).collect()
    }
}

/// All curves of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// The curves, record by record.
    pub curves: Vec<Curve>,
    /// The frontier of all models of the first record together; `None` if there is only one.
    pub union: Option<Vec<Cost>>,
    /// The rule of the frontiers.
    pub dominance: Dominance,
}

impl Curves {
    /// Collects the curves that a view shows; points without finite means are left out.
    pub fn new(records: &[&Efficiency], dominance: Dominance, view: &View) -> Self {
        let series =
            records.iter().enumerate().flat_map(|(record, r)| r.series.iter().map(move |s| (record, s)));
        let shown = series.filter(|(record, series)| origin::shows(view, &series.model, *record));
        let curves = shown.map(|(record, series)| {
            let values = values(&series.points, dominance);
            Curve { model: series.model.clone(), record, values }
        });
        let curves: Vec<Curve> = curves.filter(|curve| !curve.values.is_empty()).collect();
        let first = || curves.iter().filter(|curve| curve.record == 0);
        let union = (first().count() > 1).then(|| {
            let costs: Vec<Cost> = first().flat_map(|curve| &curve.values).map(|value| value.cost).collect();
            frontier(&costs, dominance).into_iter().map(|place| costs[place]).collect()
        });
        Curves { curves, union, dominance }
    }

    /// Returns the values for reading off the figure.
    pub fn traces(&self, color: impl Fn(&Curve) -> Color, records: &[String]) -> Vec<Trace> {
        let reading = |value: &Value| {
            let note = value.confidence.map(|half| origin::interval_note(half.perplexity, 2, value.runs));
            Reading { x: value.cost.flops / GIGA, y: value.cost.perplexity, note: note.unwrap_or_default() }
        };
        let trace = |curve: &Curve| Trace {
            name: origin::curve_label(&curve.model, records, curve.record, None),
            color: color(curve),
            readings: curve.values.iter().map(reading).collect(),
        };
        self.curves.iter().map(trace).collect()
    }

    /// Returns the curve of a model in the first record.
    pub fn of(&self, model: &Model) -> Option<&Curve> {
        self.curves.iter().find(|curve| curve.record == 0 && curve.model == *model)
    }

    /// Returns the curves of the first record, the only ones with frontiers.
    pub fn with_frontier(&self) -> impl Iterator<Item = &Curve> + Clone {
        self.curves.iter().filter(|curve| curve.record == 0)
    }

    /// Returns the names of the other models in the first record.
    pub fn others(&self, curve: &Curve) -> Vec<&str> {
        self.with_frontier()
            .filter(|other| other.model != curve.model)
            .map(|other| other.model.label())
            .collect()
    }

    /// Counts the configurations of other models in the first record that this curve dominates; also returns the number
    /// of all of them.
    pub fn dominated_by(&self, curve: &Curve) -> (usize, usize) {
        let mut costs = curve.frontier();
        let mut is_dominated = |cost: Cost| {
            costs.push(cost);
            let kept = frontier(&costs, self.dominance).contains(&(costs.len() - 1));
            costs.pop();
            !kept
        };
        let others = self.with_frontier().filter(|other| other.model != curve.model);
        others.flat_map(|other| &other.values).fold((0, 0), |(dominated, count), value| {
            (dominated + usize::from(is_dominated(value.cost)), count + 1)
        })
    }
}

fn values(points: &[Point], dominance: Dominance) -> Vec<Value> {
    let finite = |cost: &Cost| cost.flops.is_finite() && cost.perplexity.is_finite();
    let value = |point: &Point| Value {
        cost: point.cost(),
        confidence: point.confidence().filter(finite),
        runs: point.runs.len(),
        on_frontier: false,
    };
    let mut values: Vec<Value> = points.iter().map(value).filter(|value| finite(&value.cost)).collect();
    values.sort_by(|one, other| one.cost.flops.total_cmp(&other.cost.flops));
    let costs: Vec<Cost> = values.iter().map(|value| value.cost).collect();
    frontier(&costs, dominance).into_iter().for_each(|place| values[place].on_frontier = true);
    values
}

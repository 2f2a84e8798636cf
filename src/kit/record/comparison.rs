//! What the records of the three published figures have in common: points of several models.

use super::{Manifest, Model, Provenance};
use serde::{Deserialize, Serialize};

/// The distinct ones among these numbers, rising.
pub fn distinct(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// A comparison of models: what a published simulation, or an import of result files, found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison<Config, Point> {
    /// Where the numbers come from.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// The configuration of the simulation; absent where the numbers are of another origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
    /// One series a model, in the order of the source.
    pub series: Vec<Series<Point>>,
}

/// One model's points, in the order of the source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series<Point> {
    /// Whose points these are.
    pub model: Model,
    /// The points; no two are of the same place on the figure's axis.
    pub points: Vec<Point>,
}

impl<Config, Point> Comparison<Config, Point> {
    /// The series of a model, if the record has one.
    pub fn series(&self, model: &Model) -> Option<&Series<Point>> {
        self.series.iter().find(|series| series.model == *model)
    }

    /// The points of a model; none if the record has no such model.
    pub fn points(&self, model: &Model) -> &[Point] {
        self.series(model).map_or(&[], |series| &series.points)
    }

    /// All points, each with its series, in the order of the source.
    pub fn all_points(&self) -> impl Iterator<Item = (&Series<Point>, &Point)> {
        self.series.iter().flat_map(|series| series.points.iter().map(move |point| (series, point)))
    }
}

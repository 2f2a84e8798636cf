//! Data sets: rows of one figure from one or several files, and their way into a record.

use super::fields::{Marks, RowError};
use super::origin;
use super::origin::Origin;
use crate::kit::record::{Comparison, Manifest, Model, Series};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// A point of one of the three figures, as the importer needs it.
pub(crate) trait FigurePoint: Clone + PartialEq + Sized {
    /// The configuration of the figure's simulation.
    type Config: Clone;
    /// What tells the points of a model apart.
    type Key: Eq + Hash;

    /// The data that a parsed file holds for this figure, if it has the form of it: judged by its first row,
    /// so that one bad row is an error and not another form.
    fn recognise(value: &Value, file: &str) -> Option<Result<Found<Self>, RowError>>;

    /// What tells the point from the others of its model.
    fn key(&self) -> Self::Key;

    /// Takes over the runs of a point with the same key.
    fn absorb(&mut self, other: Self);

    /// The seeds that the runs state.
    fn seeds(&self) -> Vec<Option<u64>>;

    /// Whether a record may hold this point.
    fn check(&self, place: &str) -> Result<(), RowError>;

    /// The series of a configuration of the published simulation, if it is one.
    fn simulate(config: &Self::Config) -> Option<Vec<Series<Self>>>;

    /// The configuration of the published simulation that gives these points, if there is one.
    fn simulation_behind(series: &[Series<Self>], configurations: Option<u32>) -> Option<Self::Config>;

    /// The seed of a configuration.
    fn seed(config: &Self::Config) -> u32;
}

/// How much of a data set a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// One evaluation: the published loaders' format, a file a point.
    Single,
    /// A list of evaluations, which others may complement.
    List,
    /// A summary or a table of points, complete in itself.
    Complete,
}

/// One evaluation found in a file: a point with a single run.
pub(crate) struct Row<Point> {
    pub(crate) model: Model,
    pub(crate) point: Point,
    pub(crate) marks: Marks,
}

/// What a file holds of one figure.
pub(crate) struct Found<Point> {
    pub(crate) extent: Extent,
    pub(crate) rows: Vec<Row<Point>>,
    /// How many configurations a model has, where the file names a few of them only.
    pub(crate) configurations: Option<u32>,
}

impl<Point> Found<Point> {
    fn new(extent: Extent, rows: Vec<Row<Point>>) -> Self {
        Found { extent, rows, configurations: None }
    }

    /// The one evaluation of a file.
    pub(crate) fn single(row: Result<Row<Point>, RowError>) -> Result<Self, RowError> {
        Ok(Self::new(Extent::Single, vec![row?]))
    }

    /// The evaluations of a list.
    pub(crate) fn list(rows: impl Iterator<Item = Result<Row<Point>, RowError>>) -> Result<Self, RowError> {
        Ok(Self::new(Extent::List, rows.collect::<Result<_, _>>()?))
    }

    /// Rows that are complete in themselves; `None` without any, since then the file is of another form.
    pub(crate) fn complete(
        rows: impl Iterator<Item = Result<Row<Point>, RowError>>,
    ) -> Option<Result<Self, RowError>> {
        match rows.collect::<Result<Vec<_>, _>>() {
            Ok(rows) if rows.is_empty() => None,
            rows => Some(rows.map(|rows| Self::new(Extent::Complete, rows))),
        }
    }
}

/// The data sets of one figure in the order of the files.
pub(crate) struct DataSets<Point>(Vec<DataSet<Point>>);

/// Rows that become one record.
struct DataSet<Point> {
    /// Place of the first of its files.
    place: usize,
    files: Vec<String>,
    found: Found<Point>,
}

impl<Point> Default for DataSets<Point> {
    fn default() -> Self {
        DataSets(Vec::new())
    }
}

impl<Point: FigurePoint> DataSets<Point> {
    /// Adds what a file holds. Files of one evaluation each are one data set; lists that complement one
    /// another (one model a file, say) too; everything else stands alone.
    pub(crate) fn add(&mut self, place: usize, file: &str, found: Found<Point>) {
        let partner = self.0.iter_mut().find(|other| match (found.extent, other.found.extent) {
            (Extent::Single, Extent::Single) => true,
            (Extent::List, Extent::List) => disjoint(&other.found.rows, &found.rows),
            _ => false,
        });
        match partner {
            Some(partner) => {
                partner.files.push(file.into());
                partner.found.rows.extend(found.rows);
            }
            None => self.0.push(DataSet { place, files: vec![file.into()], found }),
        }
    }

    /// The records, with the place of the first file of each.
    pub(crate) fn into_records<Record>(self) -> impl Iterator<Item = (usize, Record)>
    where
        Comparison<Point::Config, Point>: Into<Record>,
    {
        self.0.into_iter().map(|set| (set.place, set.into_comparison().into()))
    }
}

impl<Point: FigurePoint> DataSet<Point> {
    fn into_comparison(self) -> Comparison<Point::Config, Point> {
        let DataSet { files, found: Found { extent, rows, configurations }, .. } = self;
        let marks: Vec<Marks> = rows.iter().map(|row| row.marks.clone()).collect();
        let mut series = into_series(rows);
        let Origin { provenance, mut sentence, simulation } = origin::of(&marks, &series, configurations);
        // A summary leaves much out; what is known to the last digit can be shown in full.
        let config = simulation.filter(|_| extent == Extent::Complete);
        if let Some(mut whole) = config.as_ref().and_then(Point::simulate) {
            whole.retain(|whole| series.iter().any(|series| series.model == whole.model));
            if whole != series {
                sentence += " What the file leaves out was recomputed.";
                series = whole;
            }
        }
        Comparison { provenance, manifest: Manifest::new(files, sentence), config, series }
    }
}

/// Whether two sets of rows have no point in common.
fn disjoint<Point: FigurePoint>(left: &[Row<Point>], right: &[Row<Point>]) -> bool {
    let keys: HashSet<(&Model, Point::Key)> = left.iter().map(|row| (&row.model, row.point.key())).collect();
    !right.iter().any(|row| keys.contains(&(&row.model, row.point.key())))
}

/// Collects rows into series: models and points in the order in which they first appear.
fn into_series<Point: FigurePoint>(rows: Vec<Row<Point>>) -> Vec<Series<Point>> {
    let mut series: Vec<Series<Point>> = Vec::new();
    let mut places: HashMap<Model, (usize, HashMap<Point::Key, usize>)> = HashMap::new();
    for Row { model, point, .. } in rows {
        let (place, points) = places.entry(model.clone()).or_insert_with(|| {
            series.push(Series { model, points: Vec::new() });
            (series.len() - 1, HashMap::new())
        });
        let known = &mut series[*place].points;
        match points.get(&point.key()) {
            Some(&index) => known[index].absorb(point),
            None => {
                points.insert(point.key(), known.len());
                known.push(point);
            }
        }
    }
    series
}

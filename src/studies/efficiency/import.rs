//! Efficiency data in foreign files: perplexity and operations a token by configuration (resnet-bk.md §6.3,
//! §6.4).

use super::published::simulate;
use super::record::{Config, Point, Run, Series};
use crate::kit::import::dataset::{Extent, FigurePoint, Found, Row};
use crate::kit::import::fields::{Fields, RowError, place, positive};
use crate::kit::import::json::excerpt;
use crate::kit::import::origin::SEEDS_TRIED;
use crate::kit::record::Model;
use serde_json::{Map, Value};

/// With more configurations than these, looking for the simulation behind a file takes too long.
const MOST_SEARCHED: u32 = 1000;

impl FigurePoint for Point {
    type Config = Config;
    type Key = String;

    fn recognise(value: &Value, file: &str) -> Option<Result<Found<Self>, RowError>> {
        match value {
            Value::Array(rows) if is_row(rows.first()?, file) => Some(Found::list(from_list(rows, file))),
            Value::Object(_) if is_row(value, file) => {
                let name = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
                Some(Found::single(row(value, file, place(None), name)))
            }
            Value::Object(models) if models.values().any(is_model_summary) => Some(from_summary(models)),
            Value::Object(models) => {
                let lists = models.iter().filter_map(|(model, rows)| Some((model, rows.as_array()?)));
                let lists = lists.filter(|(model, rows)| rows.first().is_some_and(|row| is_row(row, model)));
                Found::complete(lists.flat_map(|(model, rows)| from_list(rows, model)))
            }
            _ => None,
        }
    }

    fn key(&self) -> String {
        self.configuration.clone()
    }

    fn absorb(&mut self, other: Self) {
        self.runs.extend(other.runs);
    }

    fn seeds(&self) -> Vec<Option<u64>> {
        self.runs.iter().map(|run| run.seed).collect()
    }

    fn check(&self, place: &str) -> Result<(), RowError> {
        if self.runs.is_empty() {
            return Err(RowError::NoRuns { place: place.into() });
        }
        self.runs.iter().try_for_each(|run| {
            positive(run.perplexity, "perplexity", place)?;
            positive(run.flops_per_token, "number of FLOPs", place).map(drop)
        })
    }

    fn simulate(config: &Config) -> Option<Vec<Series>> {
        config.check().is_ok().then(|| simulate(config))
    }

    fn simulation_behind(series: &[Series], configurations: Option<u32>) -> Option<Config> {
        let points = series.iter().map(|series| series.points.len()).max()?;
        let configurations = configurations.or_else(|| u32::try_from(points).ok())?;
        if !(1..=MOST_SEARCHED).contains(&configurations) {
            return None;
        }
        let config = |seed| Config { seed, configurations };
        (0..SEEDS_TRIED).map(config).find(|config| matches(series, &simulate(config)))
    }

    fn seed(config: &Config) -> u32 {
        config.seed
    }
}

/// Whether an object is an evaluation: it has a perplexity and operations, and it or the file name a model.
fn is_row(value: &Value, file: &str) -> bool {
    let has = |key| value.get(key).is_some();
    has("perplexity") && has("flops_per_token") && (has("model") || Model::in_file_name(file).is_some())
}

/// The rows of a list; one without a name of its own is named by its place.
fn from_list(rows: &[Value], file: &str) -> impl Iterator<Item = Result<Row<Point>, RowError>> {
    let rows = rows.iter().enumerate();
    rows.map(move |(index, value)| row(value, file, place(Some(index)), &format!("row {}", index + 1)))
}

/// One evaluation; `name` is its configuration's where it has none of its own.
fn row(value: &Value, file: &str, place: String, name: &str) -> Result<Row<Point>, RowError> {
    let fields = Fields::of(value, place)?;
    let point = Point {
        configuration: fields.get("config_id").and_then(Value::as_str).unwrap_or(name).into(),
        compute_factor: fields.finite("compute_factor"),
        runs: vec![Run {
            seed: fields.seed(),
            flops_per_token: fields.positive("flops_per_token", "number of FLOPs")?,
            perplexity: fields.positive("perplexity", "perplexity")?,
        }],
    };
    Ok(Row { model: fields.model(file)?, point, marks: fields.marks() })
}

/// Whether a value is what a published summary says of a model.
fn is_model_summary(value: &Value) -> bool {
    value.get("best_ppl").is_some() && value.get("lowest_flops").is_some()
}

/// The points that a published summary names: each model's best and cheapest, and those it compares.
fn from_summary(summary: &Map<String, Value>) -> Result<Found<Point>, RowError> {
    let mut rows: Vec<Row<Point>> = Vec::new();
    let mut configurations = None;
    for (key, value) in summary.iter().filter(|(_, value)| is_model_summary(value)) {
        let fields = Fields::of(value, format!("“{}”", excerpt(key)))?;
        let model = Model::named(key);
        rows.push(named(&fields, &model, "best perplexity", ["best_ppl", "best_ppl_flops"])?);
        rows.push(named(&fields, &model, "lowest FLOPs", ["lowest_flops_ppl", "lowest_flops"])?);
        let count = fields.get("num_configs").and_then(Value::as_u64).and_then(|count| count.try_into().ok());
        configurations = configurations.max(count);
    }
    let compared = [("equal_ppl", PERPLEXITY_KEYS), ("equal_flops", FLOPS_KEYS)];
    for (comparison, keys) in compared {
        let pairs = summary.get("comparison").and_then(|all| all.get(comparison)).and_then(Value::as_object);
        for (target, pair) in pairs.into_iter().flatten() {
            let fields = Fields::of(pair, format!("“{}”", excerpt(target)))?;
            for (model, keys) in Model::PUBLISHED.iter().zip(keys) {
                let row = named(&fields, model, &excerpt(target), keys)?;
                let same =
                    |other: &Row<Point>| other.model == row.model && other.point.runs == row.point.runs;
                if !rows.iter().any(same) {
                    rows.push(row);
                }
            }
        }
    }
    Ok(Found { extent: Extent::Complete, rows, configurations })
}

/// Keys of perplexity and operations of both models in a comparison at equal perplexity.
const PERPLEXITY_KEYS: [[&str; 2]; 2] =
    [["resnetbk_actual_ppl", "resnetbk_flops"], ["mamba_actual_ppl", "mamba_flops"]];

/// The same in a comparison at equal operations.
const FLOPS_KEYS: [[&str; 2]; 2] =
    [["resnetbk_ppl", "resnetbk_actual_flops"], ["mamba_ppl", "mamba_actual_flops"]];

/// A point that a summary gives under keys of its own.
fn named(
    fields: &Fields,
    model: &Model,
    name: &str,
    [perplexity, flops]: [&'static str; 2],
) -> Result<Row<Point>, RowError> {
    let run = Run {
        seed: None,
        flops_per_token: fields.positive(flops, "number of FLOPs")?,
        perplexity: fields.positive(perplexity, "perplexity")?,
    };
    let point = Point { configuration: name.into(), compute_factor: None, runs: vec![run] };
    Ok(Row { model: model.clone(), point, marks: fields.marks() })
}

/// Whether every point stands in the simulated series with exactly the same values.
fn matches(series: &[Series], simulated: &[Series]) -> bool {
    series.iter().all(|series| {
        let twin = simulated.iter().find(|twin| twin.model == series.model);
        twin.is_some_and(|twin| {
            series.points.iter().all(|point| twin.points.iter().any(|twin| twin.runs == point.runs))
        })
    })
}

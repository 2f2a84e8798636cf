//! Stability data in foreign files: losses by sequence length (resnet-bk.md §7.3, §7.4, §11.1).

use super::published::simulate;
use super::record::{Config, Curve, Losses, Point, Run, Series, Statistics};
use crate::kit::import::dataset::{FigurePoint, Found, Row};
use crate::kit::import::fields::{Fields, RowError, place, value_as_number};
use crate::kit::import::json::{describe, excerpt};
use crate::kit::import::origin::SEEDS_TRIED;
use crate::kit::record::Model;
use serde_json::{Map, Value};

/// How far a loss may be from the simulated one, relative to it: the published files were written with
/// another exponential function, which differs in the last place.
const NEAR: f64 = 1e-12;

impl FigurePoint for Point {
    type Config = Config;
    type Key = u32;

    fn recognise(value: &Value, file: &str) -> Option<Result<Found<Self>, RowError>> {
        match value {
            Value::Array(rows) if is_row(rows.first()?, file) => {
                let rows = rows.iter().enumerate();
                Some(Found::list(rows.map(|(index, value)| row(value, file, place(Some(index))))))
            }
            // Alone, a single number is no curve but the end of a training log.
            Value::Object(object)
                if is_row(value, file) && object.get("loss").is_some_and(Value::is_array) =>
            {
                Some(Found::single(row(value, file, place(None))))
            }
            Value::Object(models) => {
                let models = models.iter().filter_map(|(key, lengths)| Some((key, lengths.as_object()?)));
                let models = models.filter(|(_, lengths)| is_map_of_lengths(lengths));
                Found::complete(models.flat_map(|(key, lengths)| from_summary(key, lengths)))
            }
            _ => None,
        }
    }

    fn key(&self) -> u32 {
        self.sequence_length
    }

    fn absorb(&mut self, other: Self) {
        self.runs.extend(other.runs);
    }

    fn seeds(&self) -> Vec<Option<u64>> {
        self.runs.iter().map(|run| run.seed).collect()
    }

    fn check(&self, place: &str) -> Result<(), RowError> {
        if self.sequence_length == 0 {
            return Err(RowError::Length { place: place.into(), found: "the number 0".into() });
        }
        if self.runs.is_empty() {
            return Err(RowError::NoRuns { place: place.into() });
        }
        self.runs.iter().filter_map(Run::curve).try_for_each(|curve| match curve.steps.len() {
            0 => Ok(()),
            steps if steps == curve.losses.len() => Ok(()),
            steps => Err(RowError::Steps { place: place.into(), losses: curve.losses.len(), steps }),
        })
    }

    fn simulate(config: &Config) -> Option<Vec<Series>> {
        config.check().is_ok().then(|| simulate(config))
    }

    fn simulation_behind(series: &[Series], _: Option<u32>) -> Option<Config> {
        let longest = series.iter().max_by_key(|series| series.points.len())?;
        // A final loss alone proves nothing: many are clipped to the same value.
        let is_telling =
            |run: &Run| run.statistics().is_some_and(|statistics| statistics.mean_loss.is_some());
        let mut points = series.iter().flat_map(|series| &series.points);
        if !points.all(|point| point.runs.len() == 1 && point.runs.iter().all(is_telling)) {
            return None;
        }
        let sequence_lengths: Vec<u32> = longest.points.iter().map(|point| point.sequence_length).collect();
        let steps =
            longest.points.first()?.runs.first()?.curve().map_or(Config::default().steps, |curve| {
                u32::try_from(curve.losses.len()).unwrap_or(u32::MAX)
            });
        let first = sequence_lengths.first().copied()?;
        (0..SEEDS_TRIED).find_map(|seed| {
            // The first length alone has the same first curve, and takes a fraction of the time.
            let probe = Config { seed, sequence_lengths: vec![first], steps };
            let config = Config { seed, sequence_lengths: sequence_lengths.clone(), steps };
            (is_simulation(series, &probe) && is_simulation(series, &config)).then_some(config)
        })
    }

    fn seed(config: &Config) -> u32 {
        config.seed
    }
}

/// Whether an object is a training run: it has a loss, and it or the file name a length and a model.
fn is_row(value: &Value, file: &str) -> bool {
    let has = |key| value.get(key).is_some();
    has("loss")
        && (has("seq_len") || has("seq_length") || length_from_file(file).is_some())
        && (has("model") || Model::in_file_name(file).is_some())
}

/// Whether an object is a model's map from sequence length to statistics.
fn is_map_of_lengths(lengths: &Map<String, Value>) -> bool {
    let first = lengths.iter().next();
    first.is_some_and(|(length, entry)| {
        length_from_text(length).is_some() && entry.get("final_loss").is_some()
    })
}

/// The rows of one model in a published summary.
fn from_summary<'file>(
    key: &'file str,
    lengths: &'file Map<String, Value>,
) -> impl Iterator<Item = Result<Row<Point>, RowError>> + 'file {
    lengths.iter().map(move |(length, entry)| {
        let place = format!("“{}” at length “{}”", excerpt(key), excerpt(length));
        let fields = Fields::of(entry, place)?;
        let sequence_length = length_from_text(length).ok_or_else(|| RowError::Length {
            place: fields.place.clone(),
            found: format!("“{}”", excerpt(length)),
        })?;
        let final_loss = fields.get("final_loss").ok_or_else(|| fields.missing("final_loss"))?;
        let statistics = Statistics {
            final_loss: fields.as_finite(final_loss, "final loss")?,
            min_loss: fields.finite("min_loss"),
            mean_loss: fields.finite("mean_loss"),
            std_loss: fields.finite("std_loss"),
            num_nan: fields.get("num_nan").and_then(Value::as_u64),
        };
        Ok(row_of(&fields, Model::named(key), sequence_length, Losses::Statistics(statistics)))
    })
}

/// A row of a list, or the only one; the file name fills in what the object leaves out.
fn row(value: &Value, file: &str, place: String) -> Result<Row<Point>, RowError> {
    let fields = Fields::of(value, place)?;
    let sequence_length = match fields.first(&["seq_len", "seq_length"]) {
        Some(length) => length_from_value(length)
            .ok_or_else(|| RowError::Length { place: fields.place.clone(), found: describe(length) })?,
        None => length_from_file(file).ok_or_else(|| fields.missing("seq_len"))?,
    };
    let losses = match fields.get("loss").ok_or_else(|| fields.missing("loss"))? {
        Value::Array(losses) => Losses::Curve(curve(&fields, losses)?),
        last => match value_as_number(last, "loss", &fields.place)? {
            final_loss if final_loss.is_finite() => Losses::Statistics(Statistics {
                final_loss,
                min_loss: None,
                mean_loss: None,
                std_loss: None,
                num_nan: None,
            }),
            // A run that ended without a number is a curve of one step, which was none.
            _ => Losses::Curve(Curve { steps: vec![], losses: vec![None] }),
        },
    };
    Ok(row_of(&fields, fields.model(file)?, sequence_length, losses))
}

/// Losses and their steps; what is null or not finite is a gap.
fn curve(fields: &Fields, losses: &[Value]) -> Result<Curve, RowError> {
    let loss = |value: &Value| match value {
        Value::Null => Ok(None),
        value => value_as_number(value, "loss", &fields.place)
            .map(|loss| Some(loss).filter(|loss| loss.is_finite())),
    };
    let losses = losses.iter().map(loss).collect::<Result<Vec<Option<f64>>, RowError>>()?;
    let steps: Vec<u64> = match fields.get("steps").and_then(Value::as_array) {
        Some(steps) => steps.iter().filter_map(Value::as_u64).collect(),
        None => return Ok(Curve { steps: vec![], losses }),
    };
    if steps.len() != losses.len() {
        return Err(RowError::Steps {
            place: fields.place.clone(),
            losses: losses.len(),
            steps: steps.len(),
        });
    }
    let counted = steps.iter().copied().eq(0..steps.len() as u64);
    Ok(Curve { steps: if counted { vec![] } else { steps }, losses })
}

/// A row whose model, length and losses are known. It diverged if the file says so, says that it was not
/// stable, or says from which step on.
fn row_of(fields: &Fields, model: Model, sequence_length: u32, losses: Losses) -> Row<Point> {
    let divergence_step = fields.get("divergence_step").and_then(Value::as_u64);
    let flag = |key| fields.get(key).and_then(Value::as_bool);
    let stated = flag("diverged").or(flag("stable").map(|stable| !stable));
    let run = Run {
        seed: fields.seed(),
        diverged: stated.unwrap_or(divergence_step.is_some()),
        divergence_step,
        losses,
    };
    Row { model, point: Point { sequence_length, runs: vec![run] }, marks: fields.marks() }
}

/// A sequence length written as a number or as text.
fn length_from_value(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => {
            let tokens = number.as_f64().filter(|tokens| tokens.fract() == 0.0)?;
            (1.0..=f64::from(u32::MAX)).contains(&tokens).then_some(tokens as u32)
        }
        Value::String(text) => length_from_text(text),
        _ => None,
    }
}

fn length_from_text(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|&tokens| tokens > 0)
}

/// The published rule: the digits after “seq” in the name.
fn length_from_file(file: &str) -> Option<u32> {
    let (_, after) = file.split_once("seq")?;
    let digits = after.split(|character: char| !character.is_ascii_digit()).next()?;
    length_from_text(digits)
}

/// Whether a configuration of the published simulation gives the points of its lengths.
fn is_simulation(series: &[Series], config: &Config) -> bool {
    let Some(simulated) = Point::simulate(config) else { return false };
    series.iter().all(|series| {
        let Some(twin) = simulated.iter().find(|twin| twin.model == series.model) else { return false };
        let points = series.points.iter();
        points.filter(|point| config.sequence_lengths.contains(&point.sequence_length)).all(|point| {
            twin.at(point.sequence_length).is_some_and(|twin| is_near(&point.runs[0], &twin.runs[0]))
        })
    })
}

/// Whether a run is the simulated one: as far as its file says what it is.
fn is_near(run: &Run, simulated: &Run) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() <= NEAR * other.abs();
    let both = |one: Option<f64>, other: Option<f64>| match (one, other) {
        (Some(one), Some(other)) => near(one, other),
        (one, _) => one.is_none(),
    };
    match (&run.losses, simulated.curve()) {
        (Losses::Curve(curve), Some(twin)) => {
            curve.losses.len() == twin.losses.len()
                && curve
                    .losses
                    .iter()
                    .zip(&twin.losses)
                    .all(|(&one, &other)| one.is_some() == other.is_some() && both(one, other))
        }
        (Losses::Statistics(statistics), Some(twin)) => twin.statistics().is_some_and(|twin| {
            near(statistics.final_loss, twin.final_loss)
                && both(statistics.min_loss, twin.min_loss)
                && both(statistics.mean_loss, twin.mean_loss)
                && both(statistics.std_loss, twin.std_loss)
                && statistics.num_nan.is_none_or(|gaps| Some(gaps) == twin.num_nan)
                && run.diverged == simulated.diverged
        }),
        (_, None) => false,
    }
}

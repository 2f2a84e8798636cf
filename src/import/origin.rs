//! What a file proves about where its numbers come from. The default is “unknown”; nothing in a file can
//! make it “measured”.

use super::Problem;
use super::rows::{Row, RowError};
use crate::published::robustness::simulate;
use crate::record::robustness::{Config, Series};
use crate::record::{Provenance, Record};

/// Seeds that are tried when looking for the published simulation behind a table.
const SEEDS_TRIED: u32 = 1000;

/// The seed labels that the published mock script writes.
const MOCK_SEEDS: [u64; 5] = [42, 43, 44, 45, 46];

/// How far a stated loss may be from the logarithm of its perplexity to count as computed from it: a few
/// units in the last place of a double of size 1 to 10.
const SAME_LOSS: f64 = 4e-15;

/// The provenance of rows from foreign files, and a sentence that says what it rests on.
pub(super) fn of(rows: &[Row], series: &[Series]) -> (Provenance, String) {
    if let Some(config) = simulation_behind(series) {
        let sentence = format!(
            "To the last digit the published simulation with seed {}: a formula plus noise, not a measurement.",
            config.seed
        );
        return (Provenance::PublishedSimulation, sentence);
    }
    if is_published_mock(rows, series) {
        let sentence = "Has the marks of the published mock data: five runs a point labelled 42 to 46, the loss computed from the perplexity, no throughput. The script that writes such files calls them mock.";
        return (Provenance::Mock, sentence.into());
    }
    let mut stated: Vec<&str> = rows.iter().filter_map(|row| row.origin.as_deref()).collect();
    stated.dedup();
    match stated.as_slice() {
        [only] if rows.iter().all(|row| row.origin.is_some()) => {
            (Provenance::Imported, format!("The file says “{only}”; the lab cannot check that."))
        }
        _ => (Provenance::Unknown, "The file does not say where its numbers come from.".into()),
    }
}

/// The configuration of the published simulation that gives exactly these numbers, if there is one.
fn simulation_behind(series: &[Series]) -> Option<Config> {
    let longest = series.iter().max_by_key(|series| series.points.len())?;
    if series.iter().any(|series| series.points.iter().any(|point| point.runs.len() != 1)) {
        return None;
    }
    let given: Vec<u32> = longest.points.iter().map(|point| point.bits).collect();
    let mut descending = given.clone();
    descending.sort_unstable_by(|a, b| b.cmp(a));
    let ascending = descending.iter().rev().copied().collect();
    [given, descending, ascending].into_iter().find_map(|bit_widths: Vec<u32>| {
        (0..SEEDS_TRIED)
            .map(|seed| Config { seed, bit_widths: bit_widths.clone() })
            .find(|config| matches(series, &simulate(config)))
    })
}

/// Whether every point stands in the simulated series with exactly the same perplexity.
fn matches(series: &[Series], simulated: &[Series]) -> bool {
    series.iter().all(|series| {
        let twin = simulated.iter().find(|twin| twin.model == series.model);
        series.points.iter().all(|point| {
            twin.and_then(|twin| twin.at(point.bits))
                .is_some_and(|twin| twin.perplexity() == point.perplexity())
        })
    })
}

/// Whether the rows are what the published mock script writes (resnet-bk.md §11.1).
fn is_published_mock(rows: &[Row], series: &[Series]) -> bool {
    let marked = rows.iter().all(|row| {
        !row.has_throughput
            && row.loss.is_some_and(|loss| (loss - pxfm::f_log(row.run.perplexity)).abs() <= SAME_LOSS)
    });
    marked
        && series.iter().flat_map(|series| &series.points).all(|point| {
            let mut seeds: Vec<Option<u64>> = point.runs.iter().map(|run| run.seed).collect();
            seeds.sort_unstable();
            seeds == MOCK_SEEDS.map(Some)
        })
}

/// Re-examines a record of this lab: its values must be possible, and what it says of its origin holds only
/// as far as it can be recomputed.
pub(super) fn recheck(record: Record) -> Result<Record, Problem> {
    let Record::Robustness(mut robustness) = record else { return Ok(record) };
    for series in &robustness.series {
        for point in &series.points {
            let place = format!("{} at {} bits", series.model.label(), point.bits);
            if point.runs.is_empty() {
                return Err(RowError::NoPerplexity { place }.into());
            }
            if let Some(run) =
                point.runs.iter().find(|run| !run.perplexity.is_finite() || run.perplexity <= 0.0)
            {
                return Err(RowError::Perplexity { place, value: run.perplexity }.into());
            }
        }
    }
    let recomputed = robustness
        .config
        .as_ref()
        .is_some_and(|config| config.check().is_ok() && simulate(config) == robustness.series);
    match robustness.provenance {
        Provenance::PublishedSimulation if recomputed || simulation_behind(&robustness.series).is_some() => {}
        Provenance::PublishedSimulation => {
            robustness.provenance = Provenance::Unknown;
            robustness.config = None;
            robustness.manifest.origin =
                "The file says published simulation, but its numbers are not those of the simulation.".into();
        }
        Provenance::Measured | Provenance::Computed => {
            robustness.provenance = Provenance::Imported;
            robustness.manifest.origin =
                "The file says that this lab measured it; the lab cannot check that.".into();
        }
        Provenance::Mock | Provenance::Imported | Provenance::Unknown => {}
    }
    Ok(Record::Robustness(robustness))
}

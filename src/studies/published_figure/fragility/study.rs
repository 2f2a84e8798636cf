//! The fragility study: the published checks, run over other seeds and, for robustness, over all orders of all subsets
//! of the bit widths (resnet-bk.md §5.5, §6.4); for stability, the requirements behind the figure.

use super::record::{Config, Count, Fragility, Subject, Tally};
use crate::kit::claims::{Check, PublishedFigure};
use crate::kit::context::{Context, StudyError};
use crate::kit::record::{Manifest, Provenance};
use crate::studies::robustness::record as robustness;
use crate::studies::stability::published::requirements;

/// Runs between two pauses. With 10,000 configurations, the maximum, a run takes a few milliseconds, and the study must
/// react to a cancel within 100 ms.
const RUNS_A_STEP: u64 = 8;

/// The largest number of distinct bit widths whose arrangements are run: 7 have 13,699 arrangements.
const MOST_ARRANGED: usize = 7;

/// Runs every seed, and then every arrangement.
pub async fn run(config: &Config, context: &Context) -> Result<Fragility, StudyError> {
    config.check()?;
    let arrangements = match &config.subject {
        Subject::Robustness(subject) => arrangements(&subject.bit_widths),
        Subject::Efficiency(_) | Subject::Stability(_) => vec![],
    };
    let total = u64::from(config.seeds) + arrangements.len() as u64;
    let mut done = 0;
    let mut over_seeds = Tally::default();
    for seed in (config.first_seed..=u32::MAX).take(config.seeds as usize) {
        count(&mut over_seeds, checks(&with_seed(&config.subject, seed))?);
        pause_now_and_then(context, &config.subject, &mut done, total).await?;
    }
    let mut over_arrangements = Tally::default();
    if let Subject::Robustness(subject) = &config.subject {
        for bit_widths in arrangements {
            let subject = robustness::Config { bit_widths, ..subject.clone() };
            count(&mut over_arrangements, checks(&Subject::Robustness(subject))?);
            pause_now_and_then(context, &config.subject, &mut done, total).await?;
        }
    }
    Ok(Fragility {
        provenance: Provenance::Computed,
        manifest: Manifest::new(vec![], "Counts over runs of the published simulation."),
        config: config.clone(),
        seeds: over_seeds,
        arrangements: (over_arrangements.runs > 0).then_some(over_arrangements),
    })
}

/// Counts a run as done, and pauses when due.
async fn pause_now_and_then(
    context: &Context,
    subject: &Subject,
    done: &mut u64,
    total: u64,
) -> Result<(), StudyError> {
    let runs_a_step = match subject {
        Subject::Robustness(_) | Subject::Efficiency(_) => RUNS_A_STEP,
        // The longest curves of the largest number of lengths take tens of milliseconds per run.
        Subject::Stability(_) => 1,
    };
    *done += 1;
    if done.is_multiple_of(runs_a_step) { context.step(*done, total).await } else { Ok(()) }
}

/// Returns the same simulation with another seed.
fn with_seed(subject: &Subject, seed: u32) -> Subject {
    let mut subject = subject.clone();
    match &mut subject {
        Subject::Robustness(config) => config.seed = seed,
        Subject::Efficiency(config) => config.seed = seed,
        Subject::Stability(config) => config.seed = seed,
    }
    subject
}

/// Returns the checks of one run.
fn checks(subject: &Subject) -> Result<Vec<Check>, StudyError> {
    Ok(match subject {
        Subject::Robustness(config) => crate::studies::robustness::study::run(config)?.checks(),
        Subject::Efficiency(config) => crate::studies::efficiency::study::run(config)?.checks(),
        Subject::Stability(config) => requirements(&crate::studies::stability::study::run(config)?),
    })
}

/// Returns all orders of all non-empty subsets of the distinct bit widths, longer ones first; none if there are more
/// than [`MOST_ARRANGED`].
fn arrangements(bit_widths: &[u32]) -> Vec<Vec<u32>> {
    let mut widths = bit_widths.to_vec();
    widths.sort_unstable();
    widths.dedup();
    if widths.len() > MOST_ARRANGED {
        return vec![];
    }
    let mut all: Vec<Vec<u32>> = vec![vec![]];
    let mut next = 0;
    while let Some(shorter) = all.get(next).cloned() {
        let longer = widths.iter().filter(|width| !shorter.contains(width));
        all.extend(longer.map(|&width| [shorter.as_slice(), &[width]].concat()));
        next += 1;
    }
    all.split_off(1).into_iter().rev().collect()
}

/// Adds one run to the tally.
fn count(tally: &mut Tally, checks: Vec<Check>) {
    tally.runs += 1;
    let all_held = !checks.is_empty() && checks.iter().all(|check| check.holds() == Some(true));
    tally.all_held += u64::from(all_held);
    for check in checks {
        let Some(value) = check.value else { continue };
        let known = tally.checks.iter().position(|count| count.key == check.key);
        let index = known.unwrap_or_else(|| {
            tally.checks.push(nothing_yet(&check));
            tally.checks.len() - 1
        });
        let count = &mut tally.checks[index];
        count.tried += 1;
        count.held += u64::from(check.met);
        count.lowest = count.lowest.min(value);
        count.highest = count.highest.max(value);
    }
}

/// Returns the count of a check before its first run.
fn nothing_yet(check: &Check) -> Count {
    Count {
        key: check.key.into(),
        statement: check.statement.into(),
        threshold: check.threshold.as_f64().unwrap_or_default(),
        unit: check.unit.into(),
        tried: 0,
        held: 0,
        lowest: f64::INFINITY,
        highest: f64::NEG_INFINITY,
    }
}

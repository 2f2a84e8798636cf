//! What the terminal shows of a record: its numbers, the checks, the claims.

use crate::kit::claims::judgement::Finding;
use crate::kit::claims::{Claim, PublishedFigure};
use crate::kit::command::Failure;
use crate::kit::record::table::{Grid, cell};
use crate::kit::record::{Manifest, Provenance, Record};
use crate::studies::language_models::leak::Leak;
use crate::studies::language_models::mixed_precision::record::{Mixed, comparison_table};
use crate::studies::language_models::prediction::Prediction;
use crate::studies::language_models::record::LanguageModel;
use crate::studies::lora::measured::record::{Adaptation, Arm, Run};
use crate::studies::lora::published::Evidence;
use crate::studies::lora::published::measured::beside;
use crate::studies::lora::record::Study;
use crate::studies::published_figure::fragility::record::{Fragility, Tally};
use crate::studies::quantization::published;
use crate::studies::quantization::record::{ModeComparison, Quantize};
use crate::studies::resolvent::record::Resolvent;
use crate::studies::resolvent::speed::record::Speed;
use crate::studies::robustness::measured::claims::findings;
use crate::studies::robustness::measured::record::Widths;
use crate::studies::scaling::record::Ladder;
use bk_models::causality::Causality;
use std::fmt::{Display, Write};

/// Digits of a computed number in the terminal.
const DIGITS: usize = 11;

/// Any record as text.
pub(crate) fn record(record: &Record) -> String {
    match record {
        Record::Robustness(record) => figure(record),
        Record::Efficiency(record) => figure(record),
        Record::Stability(record) => figure(record),
        Record::Fragility(record) => fragility(record),
        Record::Resolvent(record) => resolvent(record),
        Record::Quantize(record) => quantize(record),
        Record::ModeComparison(record) => mode_comparison(record),
        Record::Speed(record) => speed(record),
        Record::LanguageModel(record) => language_model(record),
        Record::Mixed(record) => mixed(record),
        Record::Widths(record) => widths(record),
        Record::Ladder(record) => ladder(record),
        Record::Lora(record) => lora(record),
        Record::Adaptation(record) => adaptation(record),
        Record::Table(record) => {
            let mut text = heading(&record.title, record.provenance, &record.manifest);
            record.grids.iter().for_each(|part| text += &format!("\n{}", grid(part)));
            text
        }
    }
}

/// The record of a resolvent study as columns of text.
pub(crate) fn resolvent(record: &Resolvent) -> String {
    let numbers = record.finding.numbers();
    let rows = (0..numbers.rows()).map(|row| numbers.row(row, DIGITS)).collect();
    let mut text = heading(record.config.panel.title(), record.provenance, &record.manifest);
    let facts = numbers.facts();
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in facts {
        let _ = writeln!(text, "{name:<width$}  {value}");
    }
    text.push('\n');
    text + &grid(&Grid { heading: numbers.caption().into(), columns: numbers.headings(), rows, omitted: 0 })
}

/// The record of a quantized core as text.
pub(crate) fn quantize(record: &Quantize) -> String {
    let mut text = heading(&record.title(), record.provenance, &record.manifest);
    for numbers in [record.error_table(), record.byte_table()] {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text
}

/// The record of a comparison of modes as text.
pub(crate) fn mode_comparison(record: &ModeComparison) -> String {
    let mut text = heading(ModeComparison::TITLE, record.provenance, &record.manifest);
    for numbers in [record.error_table(), record.ratio_table()] {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text + &claims(published::claims(record))
}

/// The record of a measurement of speed as text.
pub(crate) fn speed(record: &Speed) -> String {
    heading(Speed::TITLE, record.provenance, &record.manifest) + "\n" + &grid(&record.table())
}

/// The record of a language model as text.
pub(crate) fn language_model(record: &LanguageModel) -> String {
    let mut text = heading(&record.title(), record.provenance, &record.manifest);
    let _ = writeln!(
        text,
        "{}; {} operations a token, {} a step of training",
        record.storage(),
        record.flops_a_token,
        record.flops_a_step
    );
    let _ = write!(text, "\n{}", grid(&record.table()));
    record.warnings().iter().for_each(|warning| {
        let _ = write!(text, "\n{}\n", plain(warning));
    });
    text
}

/// What a model expects as text.
pub(crate) fn prediction(record: &Prediction) -> String {
    heading(&record.title(), record.provenance, &record.manifest) + "\n" + &grid(&record.table())
}

/// Whether a model sees the future, as text.
pub(crate) fn causality(found: &Causality) -> String {
    let verdict = if found.holds() { "sees the past alone" } else { "sees the future" };
    let leak = found.largest_leak();
    format!(
        "The model {verdict}: of {} changed tokens, none moves an earlier logit by more than {leak:.1e}.\n",
        found.changed.len()
    )
}

/// The demonstration of the leak as text.
pub(crate) fn leak(found: &Leak) -> String {
    let LanguageModel { provenance, manifest, .. } = &found.two_sided;
    heading(Leak::TITLE, *provenance, manifest) + "\n" + &grid(&found.table())
}

/// The record of a study of mixed precision as text.
pub(crate) fn mixed(record: &Mixed) -> String {
    let mut text = heading(&record.title(), record.provenance, &record.manifest);
    let points = (!record.points.is_empty()).then(|| record.points_table());
    for numbers in record.published_table().into_iter().chain(points).chain([record.layer_table()]) {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text
}

/// Mixed precision of several models as text: what they have in common.
pub(crate) fn mixed_models(records: &[Mixed]) -> String {
    grid(&comparison_table(records)) + "\n"
}

/// The record of measured perplexities as text.
pub(crate) fn widths(record: &Widths) -> String {
    let mut text = heading(Widths::TITLE, record.provenance, &record.manifest);
    let places = Some(record.places_table()).filter(|table| !table.rows.is_empty());
    let tuned = Some(record.tuned_table()).filter(|table| !table.rows.is_empty());
    let lengths = Some(record.lengths_table()).filter(|table| !table.rows.is_empty());
    let tables = [record.points_table()].into_iter().chain(places).chain(lengths).chain(tuned);
    for numbers in tables.chain([record.leak_table(), record.models_table()]) {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text + &statements(findings(record), ", one of the six checks") + &cautions(&record.warnings())
}

/// The record of a ladder as text.
fn ladder(record: &Ladder) -> String {
    let mut text = heading(Ladder::TITLE, record.provenance, &record.manifest);
    let tables =
        [record.costs_table(), record.exits_table(), record.sparsity_table(), record.stability_table()];
    for numbers in tables.iter().filter(|table| !table.rows.is_empty()) {
        let _ = write!(text, "\n{}", grid(numbers));
    }
    // As in the rooms: several contexts are trained for their losses, one for what models cost.
    let found = match record.config.contexts.len() {
        1 => crate::studies::efficiency::measured::findings(record),
        _ => crate::studies::stability::measured::findings(record),
    };
    text + &statements(found, ", one of the published checks") + &cautions(&record.warnings())
}

/// What was published, and what a measurement says of it.
fn statements(findings: Vec<Finding>, checked: &str) -> String {
    let mut text = String::new();
    for (place, finding) in findings.into_iter().enumerate() {
        if place == 0 {
            text.push_str("\nStatements, and what this measurement says of them\n");
        }
        let Finding { stated, check, of, statement, asked, found, judgement, reason } = finding;
        let check = if check { checked } else { "" };
        let _ = writeln!(text, "  {:<10} {of}: {statement} [{stated}{check}]", judgement.label());
        let _ = writeln!(text, "  {:<10} asked {asked}, found {found}. {reason}", "");
    }
    text
}

fn cautions(warnings: &[String]) -> String {
    warnings.iter().map(|warning| format!("\n{}\n", plain(warning))).collect()
}

/// The record of a study of quantized LoRA as text: what was claimed, then its tables.
fn lora(study: &Study) -> String {
    let evidence = Evidence::of(study);
    let title = format!("Quantized LoRA: study of {} experiments", study.experiments.len());
    let mut text = heading(&title, study.provenance, &study.manifest);
    evidence.tables.iter().for_each(|table| text += &format!("\n{}", grid(&table.grid)));
    text + &claims(evidence.claims)
}

/// A run of quantized LoRA in a line.
pub(crate) fn run(run: &Run) -> String {
    let Arm { size, task, rank, storage, seed } = run.arm;
    format!(
        "{} on {}, rank {rank}, {}, seed {seed}: {:.1} % of {} images after {} steps{}",
        size.label(),
        task.label(),
        storage.label(),
        100.0 * run.held_out.accuracy(),
        run.held_out.images(),
        run.trajectory.losses.len(),
        if run.trajectory.stopped_early { ", ended early" } else { "" },
    )
}

/// The record of quantized LoRA as it was really run as text.
fn adaptation(record: &Adaptation) -> String {
    let mut text = heading(&record.title(), record.provenance, &record.manifest);
    record.sentences().iter().for_each(|sentence| text += &format!("\n{sentence}"));
    text.push('\n');
    for numbers in [record.accuracy_table(), record.cost_table(), beside(record)] {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text
}

/// Tells of the files that could not be used, each in its sentence; fails if there are any.
pub(crate) fn refused(failures: &[impl Display], files: usize) -> Result<(), Failure> {
    failures.iter().for_each(|failure| eprintln!("bklab: {}", plain(&failure.to_string())));
    match failures.len() {
        0 => Ok(()),
        count => Err(Failure::Failed(format!("{count} of {files} files could not be used."))),
    }
}

/// What a record is about and where its data comes from.
fn heading(title: &str, provenance: Provenance, manifest: &Manifest) -> String {
    let mut text = format!("{}\nData: {}. {}\n", plain(title), provenance.label(), plain(&manifest.origin));
    if !manifest.files.is_empty() {
        let _ = writeln!(text, "Files: {}", plain(&manifest.files.join(", ")));
    }
    text
}

/// A record of a published figure as text.
pub(crate) fn figure<Kind: PublishedFigure>(record: &Kind) -> String {
    let mut text = heading(Kind::TITLE, record.provenance(), record.manifest());
    let _ = write!(text, "\n{}", grid(&record.numbers()));

    let checks = record.checks();
    if !checks.is_empty() {
        text.push_str("\nChecks\n");
    }
    for check in checks {
        let verdict = match check.holds() {
            Some(true) => "PASS",
            Some(false) => "FAIL",
            None => "NO DATA",
        };
        let value = cell(check.value, |value| format!("{value:.2} {}", check.unit));
        let (statement, threshold) = (check.statement, check.threshold);
        let _ = writeln!(text, "  {verdict:<8} {statement} ({}; threshold {threshold})", value.trim());
    }

    text + &claims(record.claims())
}

/// The claims table as text; nothing where there are no claims.
fn claims(claims: Vec<Claim>) -> String {
    let mut text = String::new();
    for claim in claims {
        if text.is_empty() {
            text.push_str("\nClaims\n");
        }
        let _ = writeln!(text, "  {:<16} {} [{}]", claim.verdict.label(), claim.statement, claim.stated);
        let published = format!("{} {}", claim.published, claim.tolerance);
        let published = published.trim_end();
        let recomputed = if claim.recomputed.is_empty() { "no data" } else { &claim.recomputed };
        let _ = writeln!(text, "  {:<16} published {published}, here {recomputed}. {}", "", claim.reason);
    }
    text
}

/// A record of the fragility study as text.
pub(crate) fn fragility(record: &Fragility) -> String {
    let mut text = String::from("How often the published checks hold\n\n");
    let last = record.config.first_seed + (record.config.seeds - 1);
    text += &grid(&counts(&format!("Over the seeds {} to {last}", record.config.first_seed), &record.seeds));
    if let Some(arrangements) = &record.arrangements {
        text.push('\n');
        text += &grid(&counts("Over all orders of all subsets of the widths", arrangements));
    }
    text
}

fn counts(heading: &str, tally: &Tally) -> Grid {
    let columns = ["Check", "Held", "Of", "Lowest", "Highest", "Threshold"];
    let mut rows: Vec<Vec<String>> = tally
        .checks
        .iter()
        .map(|count| {
            let value = |value: f64| format!("{value:.2} {}", count.unit).trim_end().to_owned();
            let numbers = [count.lowest, count.highest, count.threshold].map(value);
            [vec![count.statement.clone(), count.held.to_string(), count.tried.to_string()], numbers.into()]
                .concat()
        })
        .collect();
    let all = ["All of them", &tally.all_held.to_string(), &tally.runs.to_string(), "", "", ""];
    rows.push(all.map(String::from).into());
    Grid { heading: heading.into(), columns: columns.map(String::from).into(), rows, omitted: 0 }
}

/// A table in columns: the first to the left, the others to the right.
pub(crate) fn grid(grid: &Grid) -> String {
    let lines: Vec<Vec<String>> = std::iter::once(&grid.columns)
        .chain(&grid.rows)
        .map(|line| line.iter().map(|cell| plain(cell)).collect())
        .collect();
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..grid.columns.len()).map(width).collect();
    let mut text = format!("{}\n", plain(&grid.heading));
    for line in &lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("  {cell:>width$}"),
        });
        text += cells.collect::<String>().trim_end();
        text.push('\n');
    }
    if grid.omitted > 0 {
        let _ = writeln!(text, "… and {} more", grid.omitted);
    }
    text
}

/// Text from a file without what would steer the terminal.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

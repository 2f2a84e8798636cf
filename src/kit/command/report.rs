//! What the terminal shows of a record: its numbers, the checks, the claims.

use crate::kit::claims::judgement::Finding;
use crate::kit::claims::{Claim, PublishedFigure};
use crate::kit::command::Failure;
use crate::kit::record::table::{Grid, cell};
use crate::kit::record::{Manifest, Provenance};
use std::fmt::{Display, Write};

/// Digits of a computed number in the terminal.
pub(crate) const DIGITS: usize = 11;

/// What was published, and what a measurement says of it.
pub(crate) fn statements(findings: Vec<Finding>, checked: &str) -> String {
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

pub(crate) fn cautions(warnings: &[String]) -> String {
    warnings.iter().map(|warning| format!("\n{}\n", plain(warning))).collect()
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
pub(crate) fn heading(title: &str, provenance: Provenance, manifest: &Manifest) -> String {
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
pub(crate) fn claims(claims: Vec<Claim>) -> String {
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
pub(crate) fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

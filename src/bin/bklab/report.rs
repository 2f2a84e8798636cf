//! What the terminal shows of a record: the published table, the checks, the claims.

use bk_lab::published::PublishedFigure;
use bk_lab::published::robustness::degradation;
use bk_lab::record::Model;
use bk_lab::record::robustness::{Robustness, precision_label};
use std::fmt::Write;

/// A record of the robustness study as text.
pub(crate) fn robustness(record: &Robustness) -> String {
    let mut text =
        format!("Quantization robustness\nData: {}. {}\n", record.provenance.label(), record.manifest.origin);
    if !record.manifest.files.is_empty() {
        let _ = writeln!(text, "Files: {}", record.manifest.files.join(", "));
    }
    let mut widths: Vec<u32> =
        record.series.iter().flat_map(|series| series.points.iter().map(|point| point.bits)).collect();
    widths.sort_unstable_by(|a, b| b.cmp(a));
    widths.dedup();

    text.push_str("\nPrecision    ResNet-BK        loss       Mamba        loss       ratio\n");
    for bits in widths {
        let _ = write!(text, "{:<10}", precision_label(bits));
        for model in &Model::PUBLISHED {
            let _ = write!(
                text,
                "{:>12}{:>12}",
                cell(record.perplexity(model, bits), |p| format!("{p:.2}")),
                cell(degradation(record, model, bits), |d| format!("{d:.1} %"))
            );
        }
        let ratio = record
            .perplexity(&Model::Mamba, bits)
            .zip(record.perplexity(&Model::ResNetBk, bits))
            .map(|(m, r)| m / r);
        let _ = writeln!(text, "{:>12}", cell(ratio, |ratio| format!("{ratio:.2} ×")));
    }

    text.push_str("\nChecks\n");
    for check in record.checks() {
        let verdict = match check.holds() {
            Some(true) => "PASS",
            Some(false) => "FAIL",
            None => "NO DATA",
        };
        let value = cell(check.value, |value| format!("{value:.2} {}", check.unit));
        let _ = writeln!(
            text,
            "  {verdict:<8} {} ({}; threshold {})",
            check.statement,
            value.trim(),
            check.threshold
        );
    }

    text.push_str("\nClaims\n");
    for claim in record.claims() {
        let _ = writeln!(text, "  {:<16} {} [{}]", claim.verdict.label(), claim.statement, claim.stated);
        let recomputed = if claim.recomputed.is_empty() { "no data" } else { &claim.recomputed };
        let _ =
            writeln!(text, "  {:<16} published {}, here {recomputed}. {}", "", claim.published, claim.reason);
    }
    text
}

/// A value as text, or a dash where there is none.
fn cell(value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.map_or("–".into(), show)
}

//! The published claims about long-context stability (resnet-bk.md §7, §10.4, §10.5).

use super::{CLIP, Improvement};
use crate::kit::claims::claim::{Assertion, Claim, Number, Statement, colours, evidence};
use crate::kit::record::Model;
use crate::studies::stability::record::Stability;
use crate::studies::stability::record::{Point, Run, length_label};

/// The file that states the published numbers: the project's own summary.
const FILE: &str = "stability_graph_test.json";

/// The sequence lengths of requirement 8.1.
const LENGTHS: [u32; 5] = [8192, 32768, 131_072, 524_288, 1_048_576];

/// The published final losses to four decimals, at [`LENGTHS`].
const FINAL_LOSSES: [(Model, [f64; 5]); 2] = [
    (Model::ResNetBk, [0.5, 0.5, 0.5, 0.5790, 0.5788]),
    (Model::Mamba, [0.2284, 8.7840, 733320.4386, 745728.4015, 235628.3668]),
];

/// The published steps at which Mamba diverges.
const DIVERGENCE_STEPS: [(u32, u32); 4] = [(32768, 600), (131_072, 239), (524_288, 247), (1_048_576, 289)];

/// Upper limit of the published figure's axis of losses.
const HIGHEST_LOSS: f64 = 10.0;

/// Height of the published note on the stable region, as a fraction of the largest loss.
const NOTE_HEIGHT: f64 = 0.3;

/// Why the simulated models behave as they do: the behavior is hard-coded.
const DECREE: &str = "Hard-coded: the script multiplies Mamba's losses by a growing exponential, puts NaN among them and calls it diverged, and clips ResNet-BK's to [0.5, 10].";

/// Returns all claims that the stability figure is about.
pub(super) fn claims(record: &Stability) -> Vec<Claim> {
    let fewest_runs = record.series.iter().flat_map(|s| &s.points).map(|point| point.runs.len()).min();
    let statements =
        statements(record).into_iter().chain(evidence(fewest_runs, "longcontext_comparison.json"));
    let statements = statements.map(|statement| statement.judge(record.provenance));
    let annotations =
        [region_note(record), divergence_marks(record)].map(|row| row.compare(record.provenance));
    let numbers = numbers(record).into_iter().map(|number| number.compare(record.provenance));
    statements.chain(annotations).chain([colours(record.provenance)]).chain(numbers).collect()
}

/// Returns the requirements about trained models that the figure is shown for.
fn statements(record: &Stability) -> Vec<Statement> {
    let points = |model| record.points(model);
    let [resnetbk, mamba] = &Model::PUBLISHED;
    let both = !points(resnetbk).is_empty() && !points(mamba).is_empty();
    let diverged = |model| points(model).iter().filter(|point| point.diverged()).count();
    let gaps = |point: &Point| point.statistics().and_then(|statistics| statistics.num_nan).unwrap_or(0);
    let mamba_gaps: u64 = points(mamba).iter().map(gaps).sum();
    let curves = LENGTHS.iter().filter(|&&length| {
        Model::PUBLISHED.iter().all(|model| {
            let point = record.series(model).and_then(|series| series.at(length));
            point.is_some_and(|point| point.runs.iter().any(|run| run.curve().is_some()))
        })
    });
    let curves = curves.count();
    let at = |model, length| record.series(model).and_then(|series| series.at(length));
    let at_32k = at(mamba, 32768).zip(at(resnetbk, 1_048_576));
    let by_decree = |statement: Statement| statement.because_of_the_formula(record.provenance, DECREE);
    vec![
        Statement::new(
            "requirement 8.1",
            "The figure shows loss against step at 8k, 32k, 128k, 512k and 1M tokens for both models",
            "5 lengths",
            both.then(|| (format!("{curves} of 5"), curves == LENGTHS.len())),
        ),
        by_decree(Statement::new(
            "requirement 8.2",
            "Mamba diverges with NaN spikes while ResNet-BK converges",
            "Mamba alone diverges",
            both.then(|| {
                let (resnetbk, mamba) = (diverged(resnetbk), diverged(mamba));
                let value =
                    format!("Mamba at {mamba} lengths with {mamba_gaps} NaN, ResNet-BK at {resnetbk}");
                (value, mamba > 0 && mamba_gaps > 0 && resnetbk == 0)
            }),
        )),
        by_decree(Statement::new(
            "requirement 8.3",
            "Mamba diverges at 32k tokens while ResNet-BK is stable up to 1M",
            "32k and 1M",
            at_32k.map(|(mamba, resnetbk)| {
                let word = |point: &Point| if point.diverged() { "diverges" } else { "stable" };
                let value = format!("Mamba {} at 32k, ResNet-BK {} at 1M", word(mamba), word(resnetbk));
                (value, mamba.diverged() && !resnetbk.diverged())
            }),
        )),
        by_decree(Statement::new(
            "second section 5, cited as 6.x",
            "ResNet-BK trains at 131072 tokens without NaN",
            "0 NaN",
            at(resnetbk, 131_072).map(|point| (format!("{} NaN", gaps(point)), gaps(point) == 0)),
        )),
    ]
}

/// Returns the runs of a model.
fn runs<'record>(record: &'record Stability, model: &Model) -> impl Iterator<Item = &'record Run> {
    record.points(model).iter().flat_map(|point| &point.runs)
}

/// Tests whether the note on ResNet-BK's stable region was visible on the published figure.
fn region_note(record: &Stability) -> Assertion {
    let losses = Model::PUBLISHED.iter().flat_map(|model| runs(record, model)).filter_map(Run::curve);
    let largest = losses.flat_map(|curve| curve.losses.iter().flatten()).copied().reduce(f64::max);
    let height = largest.map(|largest| NOTE_HEIGHT * largest);
    Assertion {
        stated: "requirement 8.4",
        statement: "The figure names ResNet-BK's stable region",
        published: "named",
        recomputed: height
            .map_or(String::new(), |height| format!("at loss {height:.0}, on an axis up to {HIGHEST_LOSS}")),
        holds: height.map(|height| height <= HIGHEST_LOSS),
        reason: "The script puts the note at 0.3 times the largest loss before it cuts the axis.".into(),
    }
}

/// Tests whether each divergence point was marked on the published figure.
fn divergence_marks(record: &Stability) -> Assertion {
    let marks: Vec<bool> = runs(record, &Model::Mamba)
        .filter_map(|run| Some(run.curve()?.at(run.divergence_step?).is_some()))
        .collect();
    let seen = marks.iter().filter(|seen| **seen).count();
    Assertion {
        stated: "requirement 8.4",
        statement: "The figure marks every divergence point",
        published: "all",
        recomputed: if marks.is_empty() { String::new() } else { format!("{seen} of {}", marks.len()) },
        holds: (!marks.is_empty()).then_some(seen == marks.len()),
        reason:
            "A mark vanishes where the loss at the divergence point is itself NaN, or the run ends before it."
                .into(),
    }
}

/// Returns the numbers of the published summary.
fn numbers(record: &Stability) -> Vec<Number> {
    let at = |model: &Model, length| record.series(model).and_then(|series| series.at(length));
    let number = |statement, published, decimals, unit, value, remark: &str| Number {
        stated: FILE,
        statement,
        published,
        decimals,
        unit,
        value,
        remark: remark.into(),
    };
    let mut rows = Vec::new();
    for (model, published) in FINAL_LOSSES {
        for (length, published) in LENGTHS.into_iter().zip(published) {
            let value = at(&model, length).and_then(Point::statistics).map(|s| s.final_loss);
            let is_clip = model == Model::ResNetBk && value == Some(CLIP.0);
            let remark = if is_clip { "It is where the script clips, not a loss." } else { "" };
            let statement = format!("Final loss of {model} at {}", length_label(length));
            rows.push(number(statement, published, 4, "", value, remark));
        }
    }
    for (length, step) in DIVERGENCE_STEPS {
        let value = at(&Model::Mamba, length).and_then(Point::divergence_step);
        let statement = format!("Step at which Mamba diverges at {}", length_label(length));
        rows.push(number(statement, f64::from(step), 0, "", value.map(|step| step as f64), ""));
    }
    let improvement = Improvement::at(record, LENGTHS[0]);
    let remark = improvement.filter(|improvement| improvement.absolute() < 0.0).map(|improvement| {
        let Improvement { resnetbk, mamba } = improvement;
        format!("ResNet-BK is worse where nothing diverges: {resnetbk:.3} against {mamba:.3}, because only its loss is clipped at 0.5.")
    });
    rows.push(number(
        "Improvement of ResNet-BK's final loss at 8k".into(),
        -118.94,
        2,
        " %",
        improvement.map(|improvement| improvement.percent()),
        remark.as_deref().unwrap_or_default(),
    ));
    rows
}

//! What was claimed about quantization robustness (resnet-bk.md §5, §10.2, §10.4).

use super::summary::{checks, degradation};
use crate::published::claim::{Claim, Number, Statement, Verdict};
use crate::record::robustness::precision_label;
use crate::record::{Model, Robustness};

/// The published perplexities, printed to two decimals in the completion note of the robustness figure.
const PUBLISHED: [(Model, [(u32, f64); 5]); 2] = [
    (Model::ResNetBk, [(32, 30.25), (16, 30.23), (8, 31.52), (4, 34.36), (2, 44.88)]),
    (Model::Mamba, [(32, 32.99), (16, 32.68), (8, 38.10), (4, 211.05), (2, 479.53)]),
];

/// All rows that the robustness figure touches.
pub(super) fn claims(record: &Robustness) -> Vec<Claim> {
    let numbers = PUBLISHED
        .into_iter()
        .flat_map(|(model, values)| values.map(|(bits, value)| number(record, &model, bits, value)));
    let statements = statements(record).into_iter().map(|statement| statement.judge(record.provenance));
    statements.chain([six_checks(record)]).chain(numbers).collect()
}

/// The row of one published perplexity.
fn number(record: &Robustness, model: &Model, bits: u32, published: f64) -> Claim {
    let number = Number {
        stated: "completion note 000",
        statement: format!("Perplexity of {model} at {}", precision_label(bits)),
        published,
        decimals: 2,
        unit: "",
        value: record.perplexity(model, bits),
        remark: String::new(),
    };
    number.compare(record.provenance)
}

/// The row of “all checks pass”.
fn six_checks(record: &Robustness) -> Claim {
    let checks = checks(record);
    let based: Vec<bool> = checks.iter().filter_map(|check| check.holds()).collect();
    let passed = based.iter().filter(|holds| **holds).count();
    let (verdict, reason) = match (based.len(), passed) {
        (6, 6) => (
            Verdict::Reproduced,
            "All six pass here, but the multipliers were chosen from the thresholds: of the seeds 0 to 999 only 207 pass all six.",
        ),
        (6, _) => (
            Verdict::Differs,
            "The outcome depends on the noise: of the seeds 0 to 999 only 207 pass all six.",
        ),
        _ => (
            Verdict::NotReproducible,
            "Some checks have no data; the published rule would count them as met with the value 0.",
        ),
    };
    Claim {
        about_models: false,
        stated: "completion note 000",
        statement: "All six requirement checks pass".into(),
        published: "6 of 6".into(),
        recomputed: format!("{passed} of {}", based.len()),
        tolerance: "exact".into(),
        provenance: record.provenance,
        verdict,
        reason: reason.into(),
    }
}

/// The requirements about trained and quantized models that the figure is shown for.
fn statements(record: &Robustness) -> Vec<Statement> {
    let [resnetbk, mamba] = &Model::PUBLISHED;
    let loss = |model, bits| degradation(record, model, bits);
    let at = |model, bits| record.perplexity(model, bits);
    let both = |left: Option<f64>, right: Option<f64>| left.zip(right);
    vec![
        Statement {
            stated: "requirement 7.2",
            statement: "INT8 post-training quantization raises ResNet-BK's perplexity on WikiText-2 by less than 5 %",
            published: "< 5 %",
            remark: String::new(),
            outcome: loss(resnetbk, 8).map(|loss| (format!("{loss:.2} %"), loss < 5.0)),
        },
        Statement {
            stated: "requirement 7.6",
            statement: "Group-wise INT4 raises ResNet-BK's perplexity by less than 15 %",
            published: "< 15 %",
            remark: String::new(),
            outcome: loss(resnetbk, 4).map(|loss| (format!("{loss:.2} %"), loss < 15.0)),
        },
        Statement {
            stated: "requirement 7.8",
            statement: "At INT8 ResNet-BK's degradation is at least 10 points below Mamba's",
            published: "≥ 10 points",
            remark: String::new(),
            outcome: both(loss(mamba, 8), loss(resnetbk, 8)).map(|(mamba, resnetbk)| {
                (format!("{:.2} points", mamba - resnetbk), mamba - resnetbk >= 10.0)
            }),
        },
        Statement {
            stated: "requirement 7.9",
            statement: "At INT4 ResNet-BK's degradation is at least 20 points below Mamba's (the published check named 7.9 tests 8.7)",
            published: "≥ 20 points",
            remark: String::new(),
            outcome: both(loss(mamba, 4), loss(resnetbk, 4)).map(|(mamba, resnetbk)| {
                (format!("{:.2} points", mamba - resnetbk), mamba - resnetbk >= 20.0)
            }),
        },
        Statement {
            stated: "requirement 8.6",
            statement: "At INT4 ResNet-BK stays below perplexity 50 while Mamba exceeds 200",
            published: "< 50 and > 200",
            remark: String::new(),
            outcome: both(at(resnetbk, 4), at(mamba, 4)).map(|(resnetbk, mamba)| {
                (format!("{resnetbk:.2} and {mamba:.2}"), resnetbk < 50.0 && mamba > 200.0)
            }),
        },
        Statement {
            stated: "requirement 8.7",
            statement: "At INT4 ResNet-BK's perplexity is 4 times lower than Mamba's",
            published: "≥ 4 ×",
            remark: String::new(),
            outcome: both(at(mamba, 4), at(resnetbk, 4))
                .map(|(mamba, resnetbk)| (format!("{:.2} ×", mamba / resnetbk), mamba / resnetbk >= 4.0)),
        },
        Statement {
            stated: "requirement 8.8",
            statement: "At INT4 only ResNet-BK is below the deployment threshold of perplexity 100",
            published: "< 100 and ≥ 100",
            remark: String::new(),
            outcome: both(at(resnetbk, 4), at(mamba, 4)).map(|(resnetbk, mamba)| {
                (format!("{resnetbk:.2} and {mamba:.2}"), resnetbk < 100.0 && mamba >= 100.0)
            }),
        },
    ]
}

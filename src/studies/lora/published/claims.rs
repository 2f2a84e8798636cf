//! The published claims about quantized LoRA (vit-lora.md §0, §5.1, §8, §9), tested on the results of a study.

use super::demonstration::{Outcome, Sums};
use crate::kit::claims::claim::{Assertion, Claim, Number, Statement};
use crate::kit::record::statistics::mean;
use crate::studies::lora::record::{Storage, Study};

/// The source of the claims: the published report on the quantization experiments.
const SUMMARY: &str = "completion summary 8.2";

/// Returns all claims, those about models first.
pub fn claims(study: &Study) -> Vec<Claim> {
    let outcomes: Vec<Outcome> = study.experiments.iter().map(Outcome::of).collect();
    let sums = Sums::of(&outcomes);
    let provenance = study.provenance;
    let statements = statements(&outcomes, &sums).into_iter().map(|statement| statement.judge(provenance));
    let numbers = numbers(&sums).into_iter().map(|number| number.compare(provenance));
    statements.chain(numbers).chain([stability(&sums).compare(provenance)]).collect()
}

/// Returns the mean accuracy of a storage format; `None` without results.
fn accuracy(outcomes: &[Outcome], storage: Storage) -> Option<f64> {
    let of = outcomes.iter().filter(|outcome| outcome.storage == storage);
    let accuracies: Vec<f64> = of.map(|outcome| outcome.accuracy).collect();
    (!accuracies.is_empty()).then(|| mean(&accuracies))
}

fn statements(outcomes: &[Outcome], sums: &Sums) -> Vec<Statement> {
    let percent = |share: f64| format!("{:.2} percentage points", 100.0 * share);
    let small = sums.drop.map(|drop| (percent(drop), drop < 0.02));
    let gain = accuracy(outcomes, Storage::FourBitDouble)
        .zip(accuracy(outcomes, Storage::FourBit))
        .map(|(double, plain)| (percent(double - plain), double > plain));
    let significant = sums.test.map(|test| (format!("p = {:.3}", test.p), test.p < 0.05));
    vec![
        Statement::new(SUMMARY, "8 bits cost less than 2 % of accuracy", "0.8 %", small),
        Statement::new(
            SUMMARY,
            "Quantizing the scales too loses a fifth less accuracy than 4 bits alone",
            "0.8 times the drop",
            gain,
        )
        .because("A factor in the simulation. Quantized scales are less exact than scales, so that in truth they can only lose."),
        Statement::new(SUMMARY, "The differences were tested for significance", "tested", significant).because(
            "No test of these results was ever published; the test here pools models and data as the published means do.",
        ),
        Statement::new(SUMMARY, "144 experiments with three seeds each were run", "144", None).because(
            "Six results were published, of a simulation that sets no seed: the seeds are labels. The program that trains cannot finish.",
        ),
    ]
}

fn numbers(sums: &Sums) -> [Number; 3] {
    let remark = "The published program sets no seed; the six published results give this number exactly.";
    let number = |statement: &str, published, decimals, unit, value| Number {
        stated: SUMMARY,
        statement: statement.into(),
        published,
        decimals,
        unit,
        value,
        remark: remark.into(),
    };
    [
        number("Memory reduction in 8 bits", 52.7, 1, " %", sums.reduction),
        number(
            "Accuracy drop in 8 bits, in percentage points",
            0.8,
            1,
            "",
            sums.drop.map(|drop| 100.0 * drop),
        ),
        Number {
            remark: "The label is drawn from three words: six times “stable” has a chance of 1 in 729."
                .into(),
            ..number(
                "Runs labelled stable",
                100.0,
                1,
                " %",
                (sums.count > 0).then(|| 100.0 * sums.labelled as f64 / sums.count as f64),
            )
        },
    ]
}

/// Tests the stated stability labels against the study's own formula.
fn stability(sums: &Sums) -> Assertion {
    let Sums { count, labelled, stable, .. } = *sums;
    Assertion {
        stated: SUMMARY,
        statement: "The word for convergence is that of the study's own formula",
        published: "6 of 6 stable",
        recomputed: if count == 0 {
            String::new()
        } else {
            format!("{labelled} of {count} as labelled, {stable} by the formula")
        },
        holds: (count > 0).then_some(labelled == stable),
        reason: "For the published six the formula says stable twice and moderate four times.".into(),
    }
}

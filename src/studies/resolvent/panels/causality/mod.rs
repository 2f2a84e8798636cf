//! Which site’s G depends on which site’s potential, in the two-sided and in the one-sided form.

pub mod figure;
pub mod record;
pub(crate) mod study;

use crate::studies::resolvent::panels::definition::Part::{Formula, Text};
use crate::studies::resolvent::panels::definition::{Definition, Setting, Words, chain, constant, random};

/// The panel as its room and its command offer it.
pub(crate) const PANEL: Definition = Definition {
    key: "causality",
    title: "Causality",
    settings: &[Setting::Energy, Setting::Broadening, Setting::Site],
    check: |config| config.source().map(|_| ()),
    work_per_site: |_| 1,
    words: Words {
        text: "A language model predicts token i + 1 at site i, and v at site i + 1 is made from token i + 1. In the two-sided form every output depends on every potential, so the answer leaks into the question: a model trained with exact gradients learns to read it, and reports perplexities that mean nothing. The one-sided form cuts the chain behind site i and cannot look ahead.",
        examples: || {
            vec![
                ("as published, v = −2 and z = i", chain(64, constant(-2.0), 1.0)),
                ("a sharper η sees farther", chain(64, constant(0.0), 0.05)),
                ("disorder hides what is far", chain(64, random(6.0), 0.05)),
            ]
        },
        summary: "Who depends on whom",
        parts: &[
            Text(
                "Two-sided: every potential moves every output, since G is symmetric and none of its elements vanishes,",
            ),
            Formula(
                "<mrow><mfrac><mrow><mo>∂</mo><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub></mrow><mrow><mo>∂</mo><msub><mi>v</mi><mi>j</mi></msub></mrow></mfrac><mo>=</mo><mo>−</mo><msubsup><mi>G</mi><mrow><mi>i</mi><mi>j</mi></mrow><mn>2</mn></msubsup></mrow>",
            ),
            Text("One-sided: the chain ends at site i, and its last element is Lᵢ. For j ≤ i,"),
            Formula(
                "<mrow><mfrac><mrow><mo>∂</mo><msub><mi>L</mi><mi>i</mi></msub></mrow><mrow><mo>∂</mo><msub><mi>v</mi><mi>j</mi></msub></mrow></mfrac><mo>=</mo><mo>−</mo><munderover><mo>∏</mo><mrow><mi>k</mi><mo>=</mo><mi>j</mi></mrow><mi>i</mi></munderover><msubsup><mi>L</mi><mi>k</mi><mn>2</mn></msubsup></mrow>",
            ),
            Text(
                "and exactly 0 for j > i. At v = −2 and z = i in the middle of a long chain, a site feels the next one’s potential 0.231 times as much as its own, and the one after that 0.053 times.",
            ),
        ],
    },
};

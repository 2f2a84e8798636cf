//! The error of single precision as η falls, beside the bound.

pub mod figure;
pub mod record;
pub(crate) mod study;

use crate::studies::resolvent::panels::definition::Part::{Formula, Text};
use crate::studies::resolvent::panels::definition::{Definition, Setting, Words, chain, constant, random};
use crate::studies::resolvent::record::PRECISION_ETAS;

/// The panel as its room and its command offer it.
pub(crate) const PANEL: Definition = Definition {
    key: "precision",
    title: "Precision",
    settings: &[Setting::Energy, Setting::BackEnd],
    check: |_| Ok(()),
    work_per_site: |_| PRECISION_ETAS,
    words: Words {
        text: "How far single precision is off, measured against double precision at every site, and how far rounding can put it off, as was proved. Both grow as η falls, because a sharper line needs more digits; the measured deviation stays below the bound whatever the length of the chain.",
        examples: || {
            vec![
                ("a clean chain", chain(4096, constant(0.0), 1.0)),
                ("strong disorder", chain(4096, random(20.0), 1.0)),
            ]
        },
        summary: "What was proved",
        parts: &[
            Text(
                "A rounded step of the continued fraction is an exact step for a slightly different potential; summed over the chain by the Ward identity, whatever its length,",
            ),
            Formula(
                "<mrow><mo>|</mo><mi>Δ</mi><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>|</mo><mo>≤</mo><mi>C</mi><mi>u</mi><mo>(</mo><mn>4</mn><mo>|</mo><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>|</mo><mo>+</mo><mfrac><mrow><mi>r</mi><mo>+</mo><mn>2</mn></mrow><mi>η</mi></mfrac><mi>Im</mi><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>)</mo></mrow>",
            ),
            Text(
                "u = 2⁻²⁴ is the rounding of single precision, r the largest |v − E|, and C = 1.5 on a CPU; on a GPU, whose divisions may be off by more, 4, and 16 below η = 10⁻³. It is the conditioning of the problem too: no method of the same precision can do better by more than a constant.",
            ),
        ],
    },
};

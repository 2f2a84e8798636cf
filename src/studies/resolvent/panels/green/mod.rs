//! The diagonal of (H − z)⁻¹ along the chain.

pub mod figure;
pub mod record;
pub(crate) mod study;

use crate::studies::resolvent::panels::definition::Part::{Formula, Text};
use crate::studies::resolvent::panels::definition::{Definition, Setting, Words, chain, constant, random};
use bk_resolvent::Potential;

/// The panel as its room and its command offer it.
pub(crate) const PANEL: Definition = Definition {
    key: "green",
    title: "Green’s function",
    settings: &[Setting::Energy, Setting::Broadening, Setting::BackEnd],
    check: |_| Ok(()),
    work_per_site: |_| 1,
    words: Words {
        text: "The diagonal of (H − z)⁻¹, site by site: what the layer of ResNet-BK hands on as its two features, Re G and Im G. A single site among a million is still seen: where there are more sites than pixels, every column of pixels shows the least and the greatest value of its sites.",
        examples: || {
            vec![
                ("as published, v = −2 and z = i", chain(128, constant(-2.0), 1.0)),
                ("a million sites", chain(1 << 20, random(1.0), 0.1)),
                ("one impurity", chain(65, Potential::Impurity { strength: 3.0, site: None }, 0.05)),
            ]
        },
        summary: "What is computed",
        parts: &[
            Text("H is a chain: the potential v on the diagonal, 1 between neighbours. At z = E + iη,"),
            Formula(
                "<mrow><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>=</mo><msub><mrow><mo>[</mo><msup><mrow><mo>(</mo><mi>H</mi><mo>−</mo><mi>z</mi><mo>)</mo></mrow><mrow><mo>−</mo><mn>1</mn></mrow></msup><mo>]</mo></mrow><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>=</mo><mfrac><mn>1</mn><mrow><msub><mi>v</mi><mi>i</mi></msub><mo>−</mo><mi>z</mi><mo>−</mo><msub><mi>L</mi><mrow><mi>i</mi><mo>−</mo><mn>1</mn></mrow></msub><mo>−</mo><msub><mi>R</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></mrow></msub></mrow></mfrac></mrow>",
            ),
            Text(
                "with the continued fractions from the left and from the right, the self-energies of the two half chains:",
            ),
            Formula(
                "<mrow><msub><mi>L</mi><mi>i</mi></msub><mo>=</mo><mfrac><mn>1</mn><mrow><msub><mi>v</mi><mi>i</mi></msub><mo>−</mo><mi>z</mi><mo>−</mo><msub><mi>L</mi><mrow><mi>i</mi><mo>−</mo><mn>1</mn></mrow></msub></mrow></mfrac><mo>,</mo><mspace width='0.8em'/><msub><mi>R</mi><mi>i</mi></msub><mo>=</mo><mfrac><mn>1</mn><mrow><msub><mi>v</mi><mi>i</mi></msub><mo>−</mo><mi>z</mi><mo>−</mo><msub><mi>R</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></mrow></msub></mrow></mfrac></mrow>",
            ),
            Text(
                "Each step adds positive imaginary parts, so Im G can never come out negative, and no product is formed that could overflow however long the chain.",
            ),
        ],
    },
};

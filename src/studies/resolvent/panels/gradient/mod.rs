//! The gradient of a loss: exact, by finite differences, as published.

pub mod figure;
pub mod record;
pub(crate) mod study;

use crate::studies::resolvent::panels::definition::Part::{Formula, Text};
use crate::studies::resolvent::panels::definition::{Definition, Setting, Words, chain, random};
use crate::studies::resolvent::record::{Config, ConfigError, GRADIENT_DIFFERENCES};
use bk_resolvent::Potential;

/// The panel as its room and its command offer it.
pub(crate) const PANEL: Definition = Definition {
    key: "gradient",
    title: "Gradient",
    settings: &[Setting::Energy, Setting::Broadening, Setting::Division, Setting::Blend],
    check: |config| match config.alpha {
        alpha if (0.0..=1.0).contains(&alpha) => Ok(()),
        alpha => Err(ConfigError::Alpha(alpha)),
    },
    work_per_site: |config| 1 + config.sites.min(GRADIENT_DIFFERENCES),
    words: Words {
        text: "The exact gradient of Σ Re G + 2 Σ Im G with respect to every potential, from the adjoint in two sweeps, checked by finite differences; beside it what the published code hands to training instead. That keeps one term of many, and blends it by α with a heuristic that divides where the derivative multiplies.",
        examples: || {
            vec![
                (
                    "the published reference vector",
                    chain(4, Potential::Values { values: vec![-1.7, -2.2, -1.5, -1.9] }, 1.0),
                ),
                ("only the derivative’s part, α = 0", Config { alpha: 0.0, ..chain(64, random(2.0), 0.5) }),
                ("only the heuristic, α = 1", Config { alpha: 1.0, ..chain(64, random(2.0), 0.5) }),
            ]
        },
        summary: "Three gradients",
        parts: &[
            Text("Exact, for cotangents g, every pair of sites counts:"),
            Formula(
                "<mrow><mfrac><mrow><mo>∂</mo><mi>ℓ</mi></mrow><mrow><mo>∂</mo><msub><mi>v</mi><mi>j</mi></msub></mrow></mfrac><mo>=</mo><mo>−</mo><mi>Re</mi><munder><mo>∑</mo><mi>i</mi></munder><msub><mi>g</mi><mi>i</mi></msub><msubsup><mi>G</mi><mrow><mi>i</mi><mi>j</mi></mrow><mn>2</mn></msubsup></mrow>",
            ),
            Text("As published, the term i = j alone, and a heuristic with the inverse of G²:"),
            Formula(
                "<mrow><mo>−</mo><mo>(</mo><mn>1</mn><mo>−</mo><mi>α</mi><mo>)</mo><mi>Re</mi><mo>(</mo><mi>g</mi><msup><mi>G</mi><mn>2</mn></msup><mo>)</mo><mo>−</mo><mi>α</mi><mi>Re</mi><mo>(</mo><mi>g</mi><mo>/</mo><msup><mi>G</mi><mn>2</mn></msup><mo>)</mo></mrow>",
            ),
            Text(
                "The original code also leaves a conjugation out. At the published α = 0.5 and the published reference vector the later version points against the true gradient.",
            ),
        ],
    },
};

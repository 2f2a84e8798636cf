//! The Birman–Schwinger operator: singular values, Schatten norms, Mourre estimate.

pub mod figure;
pub mod record;
pub(crate) mod study;

use crate::studies::resolvent::panels::definition::Part::{Formula, Text};
use crate::studies::resolvent::panels::definition::{Definition, Setting, Words, chain, constant, random};
use crate::studies::resolvent::record::ConfigError;
use bk_resolvent::birman_schwinger::MOST_DENSE_SITES;
use bk_resolvent::{BumpCenters, Potential};

/// The panel as its room and its command offer it.
pub(crate) const PANEL: Definition = Definition {
    key: "birman-schwinger",
    title: "Birman–Schwinger",
    settings: &[Setting::Energy, Setting::Broadening, Setting::Operator],
    check: |config| match config.sites {
        sites if sites > MOST_DENSE_SITES => Err(ConfigError::DenseSites(sites)),
        _ => config.mourre_window(),
    },
    work_per_site: |config| if config.sites > MOST_DENSE_SITES { 0 } else { config.sites },
    words: Words {
        text: "The Birman–Schwinger operator K turns the question where H has a level into the question where −1 is a singular point of 1 + K. With the chain’s own kernel its norms obey proved bounds and the identity below holds to rounding. The published kernel lacks an absolute value, grows exponentially above the diagonal, and breaks the bounds it was published with; and what is passed on as the resolvent, the diagonal of the inverse of 1 + K, is not it.",
        examples: || {
            vec![
                ("four sites at z = i", chain(4, constant(1.0), 1.0)),
                ("the norms explode", chain(32, random(2.0), 1.0)),
                (
                    "prime bumps",
                    chain(
                        64,
                        Potential::PrimeBump {
                            scale: 0.02,
                            epsilon: 1.0,
                            powers: 3,
                            centers: BumpCenters::Powers,
                        },
                        0.5,
                    ),
                ),
                ("a Mourre estimate that fails", chain(64, random(4.0), 1.0)),
            ]
        },
        summary: "Operator, bounds, commutator",
        parts: &[
            Text("With H₀ the chain without its potential V and R₀ its resolvent,"),
            Formula(
                "<mrow><mi>K</mi><mo>=</mo><msup><mrow><mo>|</mo><mi>V</mi><mo>|</mo></mrow><mrow><mn>1</mn><mo>/</mo><mn>2</mn></mrow></msup><msub><mi>R</mi><mn>0</mn></msub><msup><mi>V</mi><mrow><mn>1</mn><mo>/</mo><mn>2</mn></mrow></msup><mo>,</mo><mspace width='0.6em'/><msub><mrow><mo>[</mo><msup><mrow><mo>(</mo><mn>1</mn><mo>+</mo><mi>K</mi><mo>)</mo></mrow><mrow><mo>−</mo><mn>1</mn></mrow></msup><mo>]</mo></mrow><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>=</mo><mn>1</mn><mo>−</mo><msub><mi>v</mi><mi>i</mi></msub><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub></mrow>",
            ),
            Text(
                "The Schatten norms S₁ and S₂ are the sum of the singular values and the root of the sum of their squares. For the chain’s own kernel",
            ),
            Formula(
                "<mrow><msub><mi>S</mi><mn>1</mn></msub><mo>≤</mo><mfrac><msub><mrow><mo>‖</mo><mi>V</mi><mo>‖</mo></mrow><mn>1</mn></msub><mi>η</mi></mfrac><mo>,</mo><mspace width='0.6em'/><msub><mi>S</mi><mn>2</mn></msub><mo>≤</mo><msub><mrow><mo>‖</mo><mi>V</mi><mo>‖</mo></mrow><mn>2</mn></msub><msqrt><mfrac><mrow><mi>max</mi><mi>Im</mi><msub><mi>R</mi><mn>0</mn></msub></mrow><mi>η</mi></mfrac></msqrt></mrow>",
            ),
            Text("for the decaying exponential, and as published for a kernel that does not decay,"),
            Formula(
                "<mrow><msub><mi>S</mi><mn>1</mn></msub><mo>≤</mo><mfrac><msub><mrow><mo>‖</mo><mi>V</mi><mo>‖</mo></mrow><mn>1</mn></msub><mrow><mn>2</mn><mi>η</mi></mrow></mfrac><mo>,</mo><mspace width='0.6em'/><msub><mi>S</mi><mn>2</mn></msub><mo>≤</mo><mfrac><msub><mrow><mo>‖</mo><mi>V</mi><mo>‖</mo></mrow><mn>2</mn></msub><mrow><mn>2</mn><msqrt><mi>η</mi></msqrt></mrow></mfrac></mrow>",
            ),
            Text(
                "The Mourre estimate asks whether the commutator i[H, A] with the generator of dilations is positive on the states of a window of energies: evidence on a cut chain, not proof, and it can fail. The published checks never look at the potential; the original always fails, the later always passes.",
            ),
        ],
    },
};

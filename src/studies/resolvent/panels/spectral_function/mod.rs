//! The spectral function of one site, with its sum rule.

pub mod figure;
pub mod record;
pub(crate) mod study;

use crate::studies::resolvent::panels::definition::Part::{Formula, Text};
use crate::studies::resolvent::panels::definition::{Definition, Setting, Words, chain, constant, random};
use crate::studies::resolvent::record::Config;
use bk_resolvent::Potential;
use study::RULE_POINTS;

/// The panel as its room and its command offer it.
pub(crate) const PANEL: Definition = Definition {
    key: "spectral-function",
    title: "Spectral function",
    settings: &[Setting::Energy, Setting::Broadening, Setting::Window, Setting::Site],
    check: |config| config.source().and(config.window_grid().map(|_| ())),
    work_per_site: |config| config.map_energies.saturating_add(RULE_POINTS),
    words: Words {
        text: "Im G at one site j as the energy E runs through a window. Each level of the chain appears as a peak of half-width η; the area of the peak is π times the share of the level that lies on the site. All shares sum to 1, which is tested over all energies, not only over the window. The dashed line marks the energy E of the settings.",
        examples: || {
            vec![
                ("clean chain, middle site", chain(64, constant(0.0), 0.05)),
                ("clean chain, end site", Config { source: Some(0), ..chain(64, constant(0.0), 0.05) }),
                ("localized by disorder", chain(128, random(4.0), 0.05)),
                (
                    "level outside the band",
                    Config {
                        energy: 3.6,
                        ..chain(65, Potential::Impurity { strength: 3.0, site: None }, 0.05)
                    },
                ),
            ]
        },
        summary: "Levels and sum rule",
        parts: &[
            Text("With the levels Eₙ of the chain and their states ψₙ,"),
            Formula(
                "<mrow><mi>Im</mi><msub><mi>G</mi><mrow><mi>j</mi><mi>j</mi></mrow></msub><mo>(</mo><mi>E</mi><mo>+</mo><mi>i</mi><mi>η</mi><mo>)</mo><mo>=</mo><munder><mo>∑</mo><mi>n</mi></munder><msup><mrow><mo>|</mo><msub><mi>ψ</mi><mi>n</mi></msub><mo>(</mo><mi>j</mi><mo>)</mo><mo>|</mo></mrow><mn>2</mn></msup><mfrac><mi>η</mi><mrow><msup><mrow><mo>(</mo><mi>E</mi><mo>−</mo><msub><mi>E</mi><mi>n</mi></msub><mo>)</mo></mrow><mn>2</mn></msup><mo>+</mo><msup><mi>η</mi><mn>2</mn></msup></mrow></mfrac></mrow>",
            ),
            Text("The states are complete, so that for every η"),
            Formula(
                "<mrow><mfrac><mn>1</mn><mi>π</mi></mfrac><msubsup><mo>∫</mo><mrow><mo>−</mo><mi>∞</mi></mrow><mi>∞</mi></msubsup><mi>Im</mi><msub><mi>G</mi><mrow><mi>j</mi><mi>j</mi></mrow></msub><mo>(</mo><mi>E</mi><mo>+</mo><mi>i</mi><mi>η</mi><mo>)</mo><mi>d</mi><mi>E</mi><mo>=</mo><mn>1</mn></mrow>",
            ),
            Text(
                "The test substitutes E = c + s·tan θ, where c is the center of an interval that contains all levels. This turns each peak into a smooth periodic function of θ, for which M equal steps converge geometrically. With half the length X of the interval, the error is at most",
            ),
            Formula(
                "<mrow><mfrac><mrow><mn>2</mn><msup><mi>r</mi><mi>M</mi></msup></mrow><mrow><mn>1</mn><mo>−</mo><msup><mi>r</mi><mi>M</mi></msup></mrow></mfrac><mo>,</mo><mspace width='0.8em'/><msup><mi>r</mi><mn>2</mn></msup><mo>=</mo><mfrac><mrow><mi>s</mi><mo>−</mo><mi>η</mi></mrow><mrow><mi>s</mi><mo>+</mo><mi>η</mi></mrow></mfrac><mo>,</mo><mspace width='0.8em'/><mi>s</mi><mo>=</mo><msqrt><mrow><msup><mi>X</mi><mn>2</mn></msup><mo>+</mo><msup><mi>η</mi><mn>2</mn></msup></mrow></msqrt></mrow>",
            ),
            Text(
                "The tolerance is this error plus a bound on rounding. Where it exceeds 1 %, η is too small for the number of points, and no verdict is given.",
            ),
        ],
    },
};

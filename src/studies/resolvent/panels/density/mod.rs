//! The local density of states over a window of energies.

pub mod figure;
pub mod record;
pub(crate) mod study;

use crate::studies::resolvent::panels::definition::Part::{Formula, Text};
use crate::studies::resolvent::panels::definition::{Definition, Setting, Words, chain, constant, random};
use crate::studies::resolvent::record::MOST_MAP_SITES;
use bk_resolvent::Potential;

/// The panel as its room and its command offer it.
pub(crate) const PANEL: Definition = Definition {
    key: "density",
    title: "Density of states",
    settings: &[Setting::Broadening, Setting::Window, Setting::BackEnd],
    check: |config| config.map_grid().map(|_| ()),
    work_per_site: |config| if config.sites > MOST_MAP_SITES { 0 } else { config.map_energies },
    words: Words {
        text: "The local density of states says how much of every site the states near an energy hold. Bands, gaps and the levels of an impurity are seen at once; where the states are localized, each level lights up a few sites only.",
        examples: || {
            vec![
                ("bands of a clean chain", chain(64, constant(0.0), 0.03)),
                ("localized by disorder", chain(256, random(4.0), 0.02)),
                (
                    "a level outside the band",
                    chain(64, Potential::Impurity { strength: 3.0, site: None }, 0.05),
                ),
            ]
        },
        summary: "What the colours mean",
        parts: &[
            Text("With the levels Eₙ of the chain and their states ψₙ,"),
            Formula(
                "<mrow><msub><mi>ρ</mi><mi>i</mi></msub><mo>(</mo><mi>E</mi><mo>)</mo><mo>=</mo><mfrac><mrow><mi>Im</mi><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub></mrow><mi>π</mi></mfrac><mo>=</mo><munder><mo>∑</mo><mi>n</mi></munder><msup><mrow><mo>|</mo><msub><mi>ψ</mi><mi>n</mi></msub><mo>(</mo><mi>i</mi><mo>)</mo><mo>|</mo></mrow><mn>2</mn></msup><mfrac><mrow><mi>η</mi><mo>/</mo><mi>π</mi></mrow><mrow><msup><mrow><mo>(</mo><mi>E</mi><mo>−</mo><msub><mi>E</mi><mi>n</mi></msub><mo>)</mo></mrow><mn>2</mn></msup><mo>+</mo><msup><mi>η</mi><mn>2</mn></msup></mrow></mfrac></mrow>",
            ),
            Text(
                "η widens every level to a line of that half-width. A level is seen when neighbouring energies are less than η apart; choose more energies or a larger η where lines look dotted.",
            ),
        ],
    },
};

//! The published recursions beside the exact Green’s function.

pub mod figure;
pub mod record;
pub(crate) mod study;

use crate::studies::resolvent::panels::definition::Part::{Formula, Text};
use crate::studies::resolvent::panels::definition::{Definition, Setting, Words, chain, constant};
use crate::studies::resolvent::record::{Config, Division};

/// The panel as its room and its command offer it.
pub(crate) const PANEL: Definition = Definition {
    key: "published",
    title: "Exact against published",
    settings: &[Setting::Energy, Setting::Broadening, Setting::Division],
    check: |_| Ok(()),
    work_per_site: |_| 3,
    words: Words {
        text: "The published code goes back to the leading minors of H − z, which grow geometrically. In double precision they overflow after some hundred sites, and from that length on every value comes back as zero: the branch of the model is silently switched off. The later code takes logarithms and survives, but of a chain that was first moved by 10⁻³; what it runs by default, a prefix product, is no resolvent at all.",
        examples: || {
            vec![
                ("as published, 968 sites", chain(968, constant(-2.0), 1.0)),
                ("one site more", chain(969, constant(-2.0), 1.0)),
                (
                    "at half the length by naive division",
                    Config { division: Division::Naive, ..chain(600, constant(-2.0), 1.0) },
                ),
            ]
        },
        summary: "Why it dies",
        parts: &[
            Text("With the minors θ of the sites before i and φ of those after it, and sᵢ = vᵢ − z,"),
            Formula(
                "<mrow><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>=</mo><mfrac><mrow><msub><mi>θ</mi><mi>i</mi></msub><msub><mi>φ</mi><mi>i</mi></msub></mrow><msub><mi>θ</mi><mi>N</mi></msub></mfrac><mo>,</mo><mspace width='0.8em'/><msub><mi>θ</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></mrow></msub><mo>=</mo><msub><mi>s</mi><mi>i</mi></msub><msub><mi>θ</mi><mi>i</mi></msub><mo>−</mo><msub><mi>θ</mi><mrow><mi>i</mi><mo>−</mo><mn>1</mn></mrow></msub></mrow>",
            ),
            Text(
                "θ grows by a constant factor a site and leaves the range of double precision, about 10³⁰⁸, at v = −2 and z = i after 969 sites. What is not finite is then replaced by 0. The continued fraction works with the ratios of these minors, which stay bounded by 1/η.",
            ),
        ],
    },
};

//! What each panel shows, in words, and the mathematics behind it in MathML.

use crate::kit::permalink;
use crate::studies::resolvent::record::{Config, Division, Panel};
use bk_resolvent::{BumpCenters, Potential};
use leptos::prelude::*;

/// What a panel shows, above its figures, with settings worth trying.
pub(crate) fn explanation(panel: Panel) -> AnyView {
    let text = match panel {
        Panel::Green => {
            "The diagonal of (H − z)⁻¹, site by site: what the layer of ResNet-BK hands on as its two features, Re G and Im G. A single site among a million is still seen: where there are more sites than pixels, every column of pixels shows the least and the greatest value of its sites."
        }
        Panel::Density => {
            "The local density of states says how much of every site the states near an energy hold. Bands, gaps and the levels of an impurity are seen at once; where the states are localized, each level lights up a few sites only."
        }
        Panel::Published => {
            "The published code goes back to the leading minors of H − z, which grow geometrically. In double precision they overflow after some hundred sites, and from that length on every value comes back as zero: the branch of the model is silently switched off. The later code takes logarithms and survives, but of a chain that was first moved by 10⁻³; what it runs by default, a prefix product, is no resolvent at all."
        }
        Panel::Gradient => {
            "The exact gradient of Σ Re G + 2 Σ Im G with respect to every potential, from the adjoint in two sweeps, checked by finite differences; beside it what the published code hands to training instead. That keeps one term of many, and blends it by α with a heuristic that divides where the derivative multiplies."
        }
        Panel::Causality => {
            "A language model predicts token i + 1 at site i, and v at site i + 1 is made from token i + 1. In the two-sided form every output depends on every potential, so the answer leaks into the question: a model trained with exact gradients learns to read it, and reports perplexities that mean nothing. The one-sided form cuts the chain behind site i and cannot look ahead."
        }
        Panel::BirmanSchwinger => {
            "The Birman–Schwinger operator K turns the question where H has a level into the question where −1 is a singular point of 1 + K. With the chain’s own kernel its norms obey proved bounds and the identity below holds to rounding. The published kernel lacks an absolute value, grows exponentially above the diagonal, and breaks the bounds it was published with; and what is passed on as the resolvent, the diagonal of the inverse of 1 + K, is not it."
        }
        Panel::Precision => {
            "How far single precision is off, measured against double precision at every site, and how far rounding can put it off, as was proved. Both grow as η falls, because a sharper line needs more digits; the measured deviation stays below the bound whatever the length of the chain."
        }
    };
    view! {
        <p class="explanation">{text}</p>
        <p class="examples">
            "Try: "
            {examples(panel).into_iter().map(|(name, config)| {
                view! { <a href=permalink::to_fragment(crate::studies::resolvent::ROOM, &Config { panel, ..config })>{name}</a> }
            }).collect_view()}
        </p>
    }
    .into_any()
}

/// Settings worth trying in a panel.
fn examples(panel: Panel) -> Vec<(&'static str, Config)> {
    let of =
        |sites: usize, potential: Potential, eta: f64| Config { sites, potential, eta, ..Config::default() };
    let constant = |value: f64| Potential::Constant { value };
    let random = |strength: f64| Potential::Random { strength, seed: 7 };
    match panel {
        Panel::Green => vec![
            ("as published, v = −2 and z = i", of(128, constant(-2.0), 1.0)),
            ("a million sites", of(1 << 20, random(1.0), 0.1)),
            ("one impurity", of(65, Potential::Impurity { strength: 3.0, site: None }, 0.05)),
        ],
        Panel::Density => vec![
            ("bands of a clean chain", of(64, constant(0.0), 0.03)),
            ("localized by disorder", of(256, random(4.0), 0.02)),
            ("a level outside the band", of(64, Potential::Impurity { strength: 3.0, site: None }, 0.05)),
        ],
        Panel::Published => vec![
            ("as published, 968 sites", of(968, constant(-2.0), 1.0)),
            ("one site more", of(969, constant(-2.0), 1.0)),
            (
                "at half the length by naive division",
                Config { division: Division::Naive, ..of(600, constant(-2.0), 1.0) },
            ),
        ],
        Panel::Gradient => vec![
            (
                "the published reference vector",
                of(4, Potential::Values { values: vec![-1.7, -2.2, -1.5, -1.9] }, 1.0),
            ),
            ("only the derivative’s part, α = 0", Config { alpha: 0.0, ..of(64, random(2.0), 0.5) }),
            ("only the heuristic, α = 1", Config { alpha: 1.0, ..of(64, random(2.0), 0.5) }),
        ],
        Panel::Causality => vec![
            ("as published, v = −2 and z = i", of(64, constant(-2.0), 1.0)),
            ("a sharper η sees farther", of(64, constant(0.0), 0.05)),
            ("disorder hides what is far", of(64, random(6.0), 0.05)),
        ],
        Panel::BirmanSchwinger => vec![
            ("four sites at z = i", of(4, constant(1.0), 1.0)),
            ("the norms explode", of(32, random(2.0), 1.0)),
            (
                "prime bumps",
                of(
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
            ("a Mourre estimate that fails", of(64, random(4.0), 1.0)),
        ],
        Panel::Precision => vec![
            ("a clean chain", of(4096, constant(0.0), 1.0)),
            ("strong disorder", of(4096, random(20.0), 1.0)),
        ],
    }
}

/// The mathematics of a panel.
pub(crate) fn formula(panel: Panel) -> AnyView {
    let (summary, parts) = match panel {
        Panel::Green => ("What is computed", green()),
        Panel::Density => ("What the colours mean", density()),
        Panel::Published => ("Why it dies", published()),
        Panel::Gradient => ("Three gradients", gradient()),
        Panel::Causality => ("Who depends on whom", causality()),
        Panel::BirmanSchwinger => ("Operator, bounds, commutator", birman_schwinger()),
        Panel::Precision => ("What was proved", precision()),
    };
    view! {
        <details class="formula" open>
            <summary>{summary}</summary>
            {parts.into_iter().map(Part::view).collect_view()}
        </details>
    }
    .into_any()
}

/// A paragraph or a formula.
enum Part {
    Text(&'static str),
    /// The content of a `math` element.
    Formula(&'static str),
}

use crate::studies::resolvent::page::explanations::Part::{Formula, Text};

impl Part {
    fn view(self) -> AnyView {
        match self {
            Text(text) => view! { <p>{text}</p> }.into_any(),
            Formula(content) => view! { <math display="block" inner_html=content></math> }.into_any(),
        }
    }
}

fn green() -> Vec<Part> {
    vec![
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
    ]
}

fn density() -> Vec<Part> {
    vec![
        Text("With the levels Eₙ of the chain and their states ψₙ,"),
        Formula(
            "<mrow><msub><mi>ρ</mi><mi>i</mi></msub><mo>(</mo><mi>E</mi><mo>)</mo><mo>=</mo><mfrac><mrow><mi>Im</mi><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub></mrow><mi>π</mi></mfrac><mo>=</mo><munder><mo>∑</mo><mi>n</mi></munder><msup><mrow><mo>|</mo><msub><mi>ψ</mi><mi>n</mi></msub><mo>(</mo><mi>i</mi><mo>)</mo><mo>|</mo></mrow><mn>2</mn></msup><mfrac><mrow><mi>η</mi><mo>/</mo><mi>π</mi></mrow><mrow><msup><mrow><mo>(</mo><mi>E</mi><mo>−</mo><msub><mi>E</mi><mi>n</mi></msub><mo>)</mo></mrow><mn>2</mn></msup><mo>+</mo><msup><mi>η</mi><mn>2</mn></msup></mrow></mfrac></mrow>",
        ),
        Text(
            "η widens every level to a line of that half-width. A level is seen when neighbouring energies are less than η apart; choose more energies or a larger η where lines look dotted.",
        ),
    ]
}

fn published() -> Vec<Part> {
    vec![
        Text("With the minors θ of the sites before i and φ of those after it, and sᵢ = vᵢ − z,"),
        Formula(
            "<mrow><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>=</mo><mfrac><mrow><msub><mi>θ</mi><mi>i</mi></msub><msub><mi>φ</mi><mi>i</mi></msub></mrow><msub><mi>θ</mi><mi>N</mi></msub></mfrac><mo>,</mo><mspace width='0.8em'/><msub><mi>θ</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></mrow></msub><mo>=</mo><msub><mi>s</mi><mi>i</mi></msub><msub><mi>θ</mi><mi>i</mi></msub><mo>−</mo><msub><mi>θ</mi><mrow><mi>i</mi><mo>−</mo><mn>1</mn></mrow></msub></mrow>",
        ),
        Text(
            "θ grows by a constant factor a site and leaves the range of double precision, about 10³⁰⁸, at v = −2 and z = i after 969 sites. What is not finite is then replaced by 0. The continued fraction works with the ratios of these minors, which stay bounded by 1/η.",
        ),
    ]
}

fn gradient() -> Vec<Part> {
    vec![
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
    ]
}

fn causality() -> Vec<Part> {
    vec![
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
    ]
}

fn birman_schwinger() -> Vec<Part> {
    vec![
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
    ]
}

fn precision() -> Vec<Part> {
    vec![
        Text(
            "A rounded step of the continued fraction is an exact step for a slightly different potential; summed over the chain by the Ward identity, whatever its length,",
        ),
        Formula(
            "<mrow><mo>|</mo><mi>Δ</mi><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>|</mo><mo>≤</mo><mi>C</mi><mi>u</mi><mo>(</mo><mn>4</mn><mo>|</mo><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>|</mo><mo>+</mo><mfrac><mrow><mi>r</mi><mo>+</mo><mn>2</mn></mrow><mi>η</mi></mfrac><mi>Im</mi><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>)</mo></mrow>",
        ),
        Text(
            "u = 2⁻²⁴ is the rounding of single precision, r the largest |v − E|, and C = 1.5 on a CPU; on a GPU, whose divisions may be off by more, 4, and 16 below η = 10⁻³. It is the conditioning of the problem too: no method of the same precision can do better by more than a constant.",
        ),
    ]
}

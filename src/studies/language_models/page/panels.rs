//! The room's panels: what each says, and the links between them.

use super::settings::Settings;
use super::state::ModelsRoom;
use crate::kit::permalink;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Panel {
    /// Learning, and what was learned.
    #[default]
    Training,
    /// What a model is made of.
    Parts,
    /// What it expects next.
    Predictions,
    /// Whether it sees the future.
    Causality,
    /// What fewer bits cost.
    Precision,
    /// The published recipe.
    Published,
}

impl Panel {
    const ALL: [Panel; 6] = [
        Panel::Training,
        Panel::Parts,
        Panel::Predictions,
        Panel::Causality,
        Panel::Precision,
        Panel::Published,
    ];

    /// Its name.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Panel::Training => "Training",
            Panel::Parts => "Parts",
            Panel::Predictions => "Predictions",
            Panel::Causality => "Causality",
            Panel::Precision => "Mixed precision",
            Panel::Published => "As published",
        }
    }

    fn explanation(self) -> &'static str {
        match self {
            Panel::Training => {
                "A model is trained to say which token comes next; its loss is the cross entropy in nats, and its perplexity is exp(loss). The text has three parts: one to learn from, one to watch, and one held out, which only the measurement reads. The embedded language is drawn from a grammar whose entropy is known exactly, so no honest model can come below the red line. Every few seconds the training is kept in this browser: close the tab, and go on later."
            }
            Panel::Parts => {
                "Every tensor of the model, stage by stage, and what it costs: numbers, bytes, and operations a token, all of them counted. The published counters leave parts out; both are below."
            }
            Panel::Predictions => {
                "What the model makes of a text, token by token: its surprisal at each, and what it expects after it. Without a text of yours, the first sequence of the held-out part is read. The logits are part of the record."
            }
            Panel::Causality => {
                "One token is changed, and all logits are computed again. In a language model no logit before that token may move; where one does, the model has read its own answer, and its perplexity means nothing. The published ResNet-BK takes the diagonal of the whole resolvent, in which every site knows of every other: it sees the future. The one-sided resolvent does not."
            }
            Panel::Precision => {
                "Each part of a trained model is stored at a width of its own: by what it is part of (static), by how much it matters (dynamic), or as you choose in the table. The quantized model is then run from its codes and its perplexity measured. Every byte counts: codes, scales, embeddings, and what has no width to choose."
            }
            Panel::Published => {
                "The published recipe on a fresh model: its importance measure looks names up that never match, its sizes leave embeddings out, and its quantizer, calibrated on nothing, rounds the integer weights to zero. The published sizes come back exactly; a perplexity was never measured."
            }
        }
    }
}

/// Links to the panels, and what the present one says.
#[component]
pub(crate) fn Panels() -> impl IntoView {
    let room = expect_context::<ModelsRoom>();
    let panel = Memo::new(move |_| room.settings.with(|settings| settings.panel));
    let link = move |to: Panel| {
        let fragment = move || {
            room.settings.with(|settings| {
                permalink::to_fragment(
                    crate::studies::language_models::ROOM,
                    &Settings { panel: to, ..settings.clone() },
                )
            })
        };
        view! { <a href=fragment aria-current=move || (panel.get() == to).then_some("page")>{to.title()}</a> }
    };
    view! {
        <nav class="panels" aria-label="Panels">{Panel::ALL.map(link).collect_view()}</nav>
        <p class="explanation">{move || panel.get().explanation()}</p>
    }
}

/// The mathematics beside the figures.
pub(crate) fn formulas() -> AnyView {
    view! {
        <details class="formula" open>
            <summary>"What is computed"</summary>
            <p>"A block of ResNet-BK makes a potential v of each token, takes the resolvent of the chain with v on its diagonal, and adds what a linear map makes of it:"</p>
            <math display="block" inner_html="<mrow><msub><mi>L</mi><mi>i</mi></msub><mo>=</mo><mfrac><mn>1</mn><mrow><mo>(</mo><mo>−</mo><mn>2</mn><mo>+</mo><msub><mi>v</mi><mi>i</mi></msub><mo>)</mo><mo>−</mo><mi>z</mi><mo>−</mo><msup><mi>β</mi><mn>2</mn></msup><msub><mi>L</mi><mrow><mi>i</mi><mo>−</mo><mn>1</mn></mrow></msub></mrow></mfrac></mrow>"></math>
            <p>"L sees the sites to the left alone, and is what a causal model reads. As published, both sides meet in the diagonal of the whole resolvent, and site i sees what comes after it."</p>
            <p>"A block of Mamba carries states h from token to token, with steps Δ that it chooses itself:"</p>
            <math display="block" inner_html="<mrow><msub><mi>h</mi><mi>t</mi></msub><mo>=</mo><msup><mi>e</mi><mrow><msub><mi>Δ</mi><mi>t</mi></msub><mi>A</mi></mrow></msup><msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub><mo>+</mo><msub><mi>Δ</mi><mi>t</mi></msub><msub><mi>B</mi><mi>t</mi></msub><msub><mi>u</mi><mi>t</mi></msub></mrow>"></math>
            <p>"Both are trained by AdamW with exact derivatives through resolvent and scan. The importance of a part is how many deviations it lies above the others: in the derivatives of the loss (0.5), in the spread of what it puts out (0.3), in the size of its weights (0.2)."</p>
        </details>
    }
    .into_any()
}

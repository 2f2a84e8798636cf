//! The guided tour: its steps, what each says, and the way from one to the next.

use super::QuantizeRoom;
use super::View;
use crate::kit::page::state::Lab;
use crate::kit::permalink;
use crate::studies::quantization::figure::QuantizeFigure;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// A step of the tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    /// Where the levels stand.
    #[default]
    Levels,
    /// From value to level, and the error.
    Staircase,
    /// Who shares a scale.
    Groups,
    /// What is stored.
    Bytes,
    /// What becomes of G.
    Green,
    /// Bits, groups and rules compared.
    Sweep,
    /// Training through the rounding.
    Training,
    /// Published beside exact.
    Published,
    /// All modes over many seeds.
    Seeds,
    /// What was claimed, and what comes back.
    Claims,
}

impl Step {
    /// All steps, in the order of the tour.
    pub(crate) const ALL: [Step; 10] = [
        Step::Levels,
        Step::Staircase,
        Step::Groups,
        Step::Bytes,
        Step::Green,
        Step::Sweep,
        Step::Training,
        Step::Published,
        Step::Seeds,
        Step::Claims,
    ];

    fn title(self) -> &'static str {
        match self {
            Step::Levels => "Levels",
            Step::Staircase => "Staircase",
            Step::Groups => "Groups",
            Step::Bytes => "Bytes",
            Step::Green => "Before and after",
            Step::Sweep => "Sweep",
            Step::Training => "Training",
            Step::Published => "As published",
            Step::Seeds => "Over seeds",
            Step::Claims => "Claims",
        }
    }

    fn explanation(self) -> &'static str {
        match self {
            Step::Levels => {
                "A grid of b bits has 2ᵇ levels, a step s apart. The histogram shows the values of the test rows, the marks the levels that calibration chose on other rows. Take fewer bits, leave out the zero point, or let the rule give up the outermost values, and watch the levels move to where the values are, or away from them. NF4 and FP4 have a table of 16 levels that are dense around 0, stretched to the largest magnitude of every 64 values; LLM.int8 has one scale a row."
            }
            Step::Staircase => {
                "Every value is stored as its nearest level; ties round to even. Between the outermost levels the error is at most half a step. Beyond them values are clipped, and the error grows without bound: that is the price of a smaller step."
            }
            Step::Groups => {
                "A scale takes four bytes, so numbers share one. Small groups follow the values closely; large ones cost fewer bytes. The values of v are alike at every site, so here larger groups lose only because the largest of more values lies further out."
            }
            Step::Bytes => {
                "What is stored, byte by byte: codes packed without gaps with the first in the highest bits, then scales and zero points. Every size below is counted from these bytes. With a scale a channel, as published at 8 bits, the scales outweigh the codes, and the “compressed” core is larger than before."
            }
            Step::Green => {
                "The error that counts is the one end to end: v is quantized, G is computed from the quantized v, G is quantized, and the result is compared with the exact G of the exact v. The errors of v alone and of G alone are smaller, and not comparable."
            }
            Step::Sweep => {
                "The same core with 2, 3, 4 and 8 bits, for several ways of sharing and choosing scales, and in the formats that choose their own. Each point is drawn as soon as it is computed. A bit more halves the step, and with it, roughly, the error."
            }
            Step::Training => {
                "Rounding has no slope, so nothing behind it can learn. The straight-through estimator holds the rounding error fixed and takes the slope of what remains: 1 for a value between the outermost levels, 0 where it is clipped; and a slope by the step and by the zero point. From there the gradient goes back through the resolvent by its exact adjoint. The published training casts to whole numbers and cuts the graph: its gradient is zero, and its loss only shows that batches differ. Choose the mode QAT INT4 and press Train: the published training of the same core is computed beside it."
            }
            Step::Seeds => {
                "One seed proves nothing: another draws other values. Here every mode is computed with many seeds, each mode with the same rows, and the mean of its errors stands with the interval that holds the true mean with 95 % probability (Student’s t). Modes are compared seed by seed. Twenty seeds take about a quarter of a minute."
            }
            Step::Claims => {
                "Every published statement about quantizing the core, with what comes back from the comparison over seeds. None of the published runs had a seed; a number counts as reproduced if every seed comes as close to it as the published code does. Errors of the features G say nothing about the perplexity of a model, which nobody measured."
            }
            Step::Published => {
                "The four published modes, as published and exact, with the same seed. The published errors come back, and so do the published sizes, from a formula that assumes ten parameters a site. Counted from the bytes, the published INT8 core takes 7680 bytes instead of 6144. Its INT4 grid puts the largest value on 6.5, which rounds to 6: 13 of 16 levels are used."
            }
        }
    }

    /// The figures of the step that belong to one record.
    pub(crate) fn figures(self) -> &'static [QuantizeFigure] {
        match self {
            Step::Levels => &[QuantizeFigure::Levels],
            Step::Staircase => &[QuantizeFigure::Staircase, QuantizeFigure::StaircaseError],
            Step::Groups => &[QuantizeFigure::Groups],
            Step::Bytes | Step::Sweep | Step::Published | Step::Seeds | Step::Claims => &[],
            Step::Green => &[QuantizeFigure::Green, QuantizeFigure::ErrorMap],
            Step::Training => &[QuantizeFigure::Training],
        }
    }

    fn moved(self, by: isize) -> Option<Step> {
        Step::ALL.get((self as usize).checked_add_signed(by)?).copied()
    }
}

/// Links to the steps, back and next, and what the present one says.
#[component]
pub(crate) fn Tour() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let view = expect_context::<QuantizeRoom>().view;
    let step = Memo::new(move |_| view.with(|view| view.step));
    let go = move |by: isize| {
        if let Some(step) = step.get_untracked().moved(by) {
            view.update(|view| view.step = step);
        }
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let modified = event.alt_key() || event.ctrl_key() || event.meta_key() || event.shift_key();
        if lab.room.get_untracked() != crate::studies::quantization::ROOM || modified || takes_arrows(&event)
        {
            return;
        }
        match event.key().as_str() {
            "ArrowLeft" => go(-1),
            "ArrowRight" => go(1),
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
    let link = move |to: Step| {
        let fragment = move || {
            view.with(|view| {
                permalink::to_fragment(crate::studies::quantization::ROOM, &View { step: to, ..view.clone() })
            })
        };
        view! { <a href=fragment aria-current=move || (step.get() == to).then_some("step")>{to.title()}</a> }
    };
    let end = move |by| move || step.get().moved(by).is_none();
    view! {
        <nav class="panels" aria-label="Steps of the tour">{Step::ALL.map(link).collect_view()}</nav>
        <div class="actions" role="group" aria-label="Tour">
            <button type="button" disabled=end(-1) on:click=move |_| go(-1)>"Back"</button>
            <button type="button" class="primary" disabled=end(1) on:click=move |_| go(1)>"Next"</button>
            <span class="hint">{move || format!("Step {} of {}; the arrow keys go back and on, too.", step.get() as usize + 1, Step::ALL.len())}</span>
        </div>
        <p class="explanation" aria-live="polite">{move || step.get().explanation()}</p>
    }
}

/// Whether the element with the focus has a use for arrow keys itself.
fn takes_arrows(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| {
        element
            .closest("input, select, textarea, .table-scroll, .figure-frame")
            .is_ok_and(|found| found.is_some())
    })
}

/// The mathematics beside the figures.
pub(crate) fn formulas() -> AnyView {
    view! {
        <details class="formula" open>
            <summary>"What is computed"</summary>
            <p>"A value x becomes the code q and comes back as x̂:"</p>
            <math display="block" inner_html="<mrow><mi>q</mi><mo>=</mo><mi>clamp</mi><mo>(</mo><mi>round</mi><mo>(</mo><mfrac><mi>x</mi><mi>s</mi></mfrac><mo>)</mo><mo>+</mo><mi>z</mi><mo>)</mo></mrow>"></math>
            <math display="block" inner_html="<mrow><mover><mi>x</mi><mo>^</mo></mover><mo>=</mo><mo>(</mo><mi>q</mi><mo>−</mo><mi>z</mi><mo>)</mo><mi>s</mi></mrow>"></math>
            <p>"The core is the diagonal of (H − z)⁻¹ at z = i, for the chain with −2 + v on its diagonal and couplings of 1. v is drawn from standard normals, calibration rows first, then the rows that are measured."</p>
            <p>"Training goes down the gradient of the error end to end, with these slopes of x̂:"</p>
            <math display="block" inner_html="<mrow><mfrac><mrow><mo>∂</mo><mover><mi>x</mi><mo>^</mo></mover></mrow><mrow><mo>∂</mo><mi>s</mi></mrow></mfrac><mo>=</mo><mi>q</mi><mo>−</mo><mi>z</mi><mo>−</mo><mfrac><mi>x</mi><mi>s</mi></mfrac></mrow>"></math>
            <p>"between the outermost levels, and q − z where x is clipped; there ∂x̂/∂z = −s. For “steps and rounding”, the neighbouring codes of every v are then tried, and kept where G comes out better: possible where v is a weight, whose codes are chosen once."</p>
        </details>
    }
    .into_any()
}

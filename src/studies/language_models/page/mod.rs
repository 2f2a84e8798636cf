//! The room of language models: trained in this tab, measured on text they have not seen, looked into, and stored in fewer
//! bits.

mod causality;
mod controls;
mod mixed;
mod panels;
mod parts;
mod predictions;
mod published;
mod settings;
mod state;
mod store;
mod training;

use crate::kit::page::state::Lab;
use crate::kit::record::Provenance;
use controls::Controls;
use leptos::prelude::*;
use panels::{Panel, Panels};
use state::ModelsRoom;
pub(crate) use store::describe;

/// Where the numbers below come from.
fn origin(provenance: Provenance) -> AnyView {
    view! { <p><strong class="provenance">{provenance.label()}</strong>" "{provenance.meaning()}</p> }
        .into_any()
}

/// The room.
#[component]
pub(crate) fn ModelsView() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = ModelsRoom::open(lab);
    provide_context(room);
    let panel = Memo::new(move |_| room.settings.with(|settings| settings.panel));
    let stack = move |which: Panel, content: AnyView| {
        view! { <section class="stack" hidden=move || panel.get() != which aria-label=which.title()>{content}</section> }
    };
    view! {
        <section class="room" hidden=move || lab.room.get() != crate::studies::language_models::ROOM aria-labelledby="models-title">
            <header class="intro">
                <h1 id="models-title">"Language models"</h1>
                <p>"ResNet-BK and Mamba, small enough to be trained in this tab and to be measured on text that training has not seen. Every number here was measured by the model on this page; what was published is marked."</p>
            </header>
            <Controls />
            <div class="stage">
                <Panels />
                {store::shelf(lab, room)}
                {stack(Panel::Training, training::view(lab, room))}
                {stack(Panel::Parts, parts::view(room))}
                {stack(Panel::Predictions, predictions::view(lab, room))}
                {stack(Panel::Causality, causality::view(lab, room))}
                {stack(Panel::Precision, mixed::view(lab, room))}
                {stack(Panel::Published, published::view(lab, room))}
            </div>
            <aside class="notes">{panels::formulas()}</aside>
        </section>
    }
    .into_any()
}

/// Builds the room.
pub fn room() -> AnyView {
    view! { <ModelsView /> }.into_any()
}

//! Whether a model sees the future, and the demonstration that the published one does.

use super::origin;
use super::state::ModelsRoom;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::record::Provenance;
use crate::studies::language_models::figure::causality::{self, CAUSALITY_ASPECT};
use crate::studies::language_models::leak;
use bk_plot::View;
use leptos::prelude::*;
use std::sync::Arc;

/// Map and demonstration.
pub(crate) fn view(lab: Lab, room: ModelsRoom) -> AnyView {
    let found = move || {
        let (model, (key, steps, found)) = (room.model()?, room.causality.get()?);
        (model.key == key && model.steps == steps).then_some((model, found))
    };
    let draw = Signal::derive(move || {
        let (model, found) = found()?;
        let label = model.config.architecture.label();
        Some::<DrawView>(Arc::new(move |_, layout| causality::draw(&found, label, layout)))
    });
    let manifest = Callback::new(move |()| {
        let model = untrack(|| room.model())?;
        serde_json::to_string_pretty(&model.config).ok()
    });
    let verdict = move || {
        let (_, found) = found()?;
        let leak = found.largest_leak();
        Some(match found.holds() {
            true => view! { <p><span class="verdict" data-verdict="good">"causal"</span>{format!(" No logit moves by more than {leak:.1e} before the token that was changed.")}</p> },
            false => view! { <p><span class="verdict" data-verdict="bad">"sees the future"</span>{format!(" Logits before the changed token move by up to {leak:.1e}.")}</p> },
        }.into_any())
    };
    let can_look = move || room.is_idle() && room.model().is_some_and(|model| model.baselines.is_some());
    view! {
        <div class="actions" role="group" aria-label="Causality">
            <button type="button" class="primary" disabled=move || !can_look() on:click=move |_| room.map_causality(lab)>"Change every token"</button>
        </div>
        <div aria-live="polite" class="causal">{verdict}</div>
        {move || found().map(|_| origin(Provenance::Measured))}
        <div hidden=move || draw.with(Option::is_none)>
            <FigureView draw view=RwSignal::new(View::default()) stem="language-model-causality" aspect=CAUSALITY_ASPECT manifest />
        </div>
        <h2>"A text of which nothing can be known"</h2>
        <p class="explanation">"Symbols drawn evenly and independently tell nothing of the next one: the loss of an honest model stays at ln V, which is the red line. Train the two-sided ResNet-BK on such a text: it comes below the line, because it reads the answer. Train the one-sided one, and it does not."</p>
        <div class="actions" role="group" aria-label="Demonstration of the leak">
            <button type="button" disabled=move || !room.is_idle() on:click=move |_| demonstrate(lab, room, true)>"Train the two-sided one"</button>
            <button type="button" disabled=move || !room.is_idle() on:click=move |_| demonstrate(lab, room, false)>"Train the one-sided one"</button>
        </div>
    }
    .into_any()
}

/// Trains a small model on symbols of which nothing can be known.
fn demonstrate(lab: Lab, room: ModelsRoom, two_sided: bool) {
    room.settings.update(|settings| {
        settings.config = leak::Config::default().training(two_sided);
        settings.panel = super::panels::Panel::Training;
    });
    room.begin(lab);
}

//! What a model expects after each token of a text.

use super::origin;
use super::state::ModelsRoom;
use crate::kit::page::download;
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use leptos::prelude::*;

/// The text, and what the model makes of it.
pub(crate) fn view(lab: Lab, room: ModelsRoom) -> AnyView {
    let prompt = RwSignal::new(String::new());
    let found = move || {
        let (model, (key, steps, found)) = (room.model()?, room.prediction.get()?);
        (model.key == key && model.steps == steps).then_some(found)
    };
    let can_ask = move || {
        let known = |has_text: bool| has_text || !prompt.with(String::is_empty);
        room.is_idle() && room.model().is_some_and(|model| known(model.baselines.is_some()))
    };
    let save = move |_| {
        if let Some(found) = untrack(found) {
            download::json(lab, "language-model-prediction.json", serde_json::to_string_pretty(&*found));
        }
    };
    view! {
        <label class="field">
            <span class="label">"Text"</span>
            <textarea rows="3" spellcheck="false" prop:value=prompt on:input=move |event| prompt.set(event_target_value(&event))></textarea>
            <span class="hint">"The embedded language has small letters, full stops and spaces. Empty: the held-out text."</span>
        </label>
        <div class="actions" role="group" aria-label="Predictions">
            <button type="button" class="primary" disabled=move || !can_ask() on:click=move |_| room.predict(lab, prompt.get_untracked())>"Predict next token"</button>
            <button type="button" disabled=move || found().is_none() on:click=save>"Predictions JSON"</button>
        </div>
        {move || found().map(|found| origin(found.provenance))}
        {move || found().map(|found| view! { <GridTable grid=found.table() /> })}
    }
    .into_any()
}

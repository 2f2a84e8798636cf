//! The models there are: kept in this browser until they are forgotten.

use super::state::{ModelsRoom, Work};
use crate::kit::page::files::chosen_file;
use crate::kit::page::state::Lab;
use crate::studies::language_models::messages::{Form, Shelved};
use bk_models::corpus::Text;
use leptos::prelude::*;

/// The list, what is under way, and the files of the model that is looked at.
pub(crate) fn shelf(lab: Lab, room: ModelsRoom) -> AnyView {
    let items = move || {
        let models = room.shelf.get();
        models.into_iter().map(|model| item(lab, room, &model)).collect_view()
    };
    let nothing = move || room.shelf.with(Vec::is_empty);
    let waits = move || room.model().is_some_and(|model| model.baselines.is_none());
    let resumable = move || room.model().is_some_and(|model| model.resumable);
    let none = move || room.model().is_none();
    let unkept = move || room.shelf.with(|shelf| shelf.iter().any(|model| !model.kept));
    view! {
        <section class="stack shelf" aria-label="Models of this browser">
            <Show when=nothing><p class="hint">"No model has been trained here yet. Press “Train a new model”, or open a checkpoint."</p></Show>
            <ul>{items}</ul>
            <Show when=unkept><p class="hint">"This browser has no room to keep a model, or lets no page keep anything: what is marked is gone when the tab closes. Save it as a file."</p></Show>
            <Show when=waits>
                <p class="hint">"This model was trained on a private text, which a checkpoint does not hold. Open that text to measure the model."</p>
                {chosen_file("Give it its text", ".txt,.md,text/*", move |_, bytes| room.give_text(lab, bytes))}
            </Show>
            <div class="actions small" role="group" aria-label="Models as files">
                {chosen_file("Open a checkpoint", ".safetensors", move |_, bytes| room.open_checkpoint(lab, bytes))}
                <button type="button" disabled=none on:click=move |_| room.save(lab, Form::Model)>"Save model"</button>
                <button type="button" disabled=move || !resumable() on:click=move |_| room.save(lab, Form::Resumable)>"Save resumable checkpoint"</button>
            </div>
            {working(lab, room)}
        </section>
    }
    .into_any()
}

/// A model: a button that shows it, and one that forgets it.
fn item(lab: Lab, room: ModelsRoom, model: &Shelved) -> AnyView {
    let key = model.key;
    let is_shown = move || room.chosen.get() == Some(key);
    let name = describe(model);
    let label = format!("Forget {name}");
    // What took minutes to train is not gone by one press.
    let asked = RwSignal::new(false);
    let forget = move |_| {
        if asked.get_untracked() {
            room.forget(lab, key);
        } else {
            asked.set(true);
        }
    };
    let says = move || if asked.get() { "Forget for good" } else { "×" };
    view! {
        <li>
            <button type="button" class="choose" aria-pressed=move || is_shown().to_string() on:click=move |_| room.chosen.set(Some(key))>{name}</button>
            <button type="button" class="quiet" aria-label=label disabled=move || !room.is_idle() on:click=forget on:blur=move |_| asked.set(false)>{says}</button>
        </li>
    }
    .into_any()
}

/// What a model is, in a line.
pub(crate) fn describe(model: &Shelved) -> String {
    let text = match &model.config.text {
        Text::Language { .. } => "embedded language".to_owned(),
        Text::Uniform { symbols, .. } => format!("{symbols} random symbols"),
        Text::File { name, .. } => format!("“{name}”"),
    };
    let codes = match model.quantized {
        false => "",
        true if model.is_halved() => ", FP16",
        true => ", quantized",
    };
    let sides = if model.config.architecture.is_causal() { "" } else { ", two-sided" };
    let result = model
        .measured
        .as_ref()
        .map_or(String::new(), |record| format!(", perplexity {:.2}", record.held_out.perplexity()));
    let kept = if model.kept { "" } else { " (not kept)" };
    format!(
        "{}. {}{codes}{sides}, {text}, {} of {} steps{result}{kept}",
        model.key,
        model.config.architecture.label(),
        model.steps,
        model.config.recipe.steps
    )
}

/// What is under way, and how far it is.
fn working(lab: Lab, room: ModelsRoom) -> AnyView {
    let says = move || {
        let (_, work) = room.running.get()?;
        Some(match work {
            Work::Handling => return None,
            Work::Training => return None,
            Work::Measuring => "Measuring on held-out text",
            Work::Looking => "Computing",
            Work::Storing => "Storing and measuring",
        })
    };
    let share = move || {
        room.progress.get().map_or(0.0, |progress| progress.done as f64 / progress.total.max(1) as f64)
    };
    view! {
        <div class="progress" hidden=move || says().is_none()>
            <span role="status">{says}</span>
            <progress max="1" aria-label="Progress of the computation" prop:value=share></progress>
            <button type="button" on:click=move |_| room.stop(lab)>"Cancel"</button>
        </div>
    }
    .into_any()
}

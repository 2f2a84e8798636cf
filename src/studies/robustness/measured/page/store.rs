//! The models that can be measured: those of this browser, and those that come with the lab.

use super::measuring::{Deed, MOST_WORKERS, Work};
use super::shipped::{Entry, Shipped};
use super::state::WidthsRoom;
use crate::kit::page::files::chosen_file;
use crate::kit::page::state::Lab;
use crate::studies::language_models::messages::{HandleModel, Shelved};
use crate::studies::language_models::page::describe;
use leptos::prelude::*;

/// Bytes in a KiB.
const KIBI: f64 = 1024.0;

/// The list, the buttons, and what is under way.
pub(crate) fn shelf(lab: Lab, room: WidthsRoom) -> AnyView {
    let items = move || room.shelf.get().into_iter().map(|model| item(room, &model)).collect_view();
    let nothing = move || room.shelf.with(Vec::is_empty);
    let waits = move || room.model().is_some_and(|model| model.baselines.is_none());
    let give_text = move |_, bytes| {
        if let Some(key) = room.chosen.get_untracked() {
            room.handle(lab, (HandleModel::GiveText(key), vec![bytes]), |_| {});
        }
    };
    let open = move |_, bytes| room.handle(lab, (HandleModel::Open(None), vec![bytes]), |_| {});
    view! {
        <section class="stack shelf" aria-label="Models of this browser">
            <Show when=nothing><p class="hint">"No model is here yet. Open one that comes with the lab, open a checkpoint, or train one in the room of language models."</p></Show>
            <ul>{items}</ul>
            {shipped(lab, room)}
            <Show when=waits>
                <p class="hint">"This model was trained on a text that a checkpoint does not hold. Give it that text, and it can be measured."</p>
                {chosen_file("Give it its text", ".txt,.md,text/*", give_text)}
            </Show>
            <div class="actions small" role="group" aria-label="Models as files">
                {chosen_file("Open a checkpoint", ".safetensors", open)}
            </div>
            {measuring(lab, room)}
        </section>
    }
    .into_any()
}

/// A model: a button that chooses it, and how much of it was measured.
fn item(room: WidthsRoom, model: &Shelved) -> AnyView {
    let key = model.key;
    let is_chosen = move || room.chosen.get() == Some(key);
    let name = describe(model);
    let seed = model.config.recipe.seed;
    let says = move || match room.measured(key) {
        None => String::new(),
        Some(measured) => {
            let left = room.left(key).map_or(0, |left| left.len());
            let rest = if left > 0 { format!(", {left} to go") } else { String::new() };
            format!(": {} points measured{rest}", measured.points.len())
        }
    };
    view! {
        <li>
            <button type="button" class="choose" aria-pressed=move || is_chosen().to_string() on:click=move |_| room.chosen.set(Some(key))>{name}", seed "{seed}{says}</button>
        </li>
    }
    .into_any()
}

/// The models that come with the lab and are not on the shelf yet.
fn shipped(lab: Lab, room: WidthsRoom) -> AnyView {
    let is_here = move |entry: &Entry| {
        room.shelf.with(|shelf| shelf.iter().any(|model| model.shipped.as_ref() == Some(&entry.file)))
    };
    let button = move |entry: Entry| {
        let says = format!("{}, seed {} ({:.0} KiB)", entry.label, entry.seed, entry.bytes as f64 / KIBI);
        let file = entry.file;
        view! { <button type="button" disabled=move || !room.is_idle() on:click=move |_| room.open_shipped(lab, file.clone())>{says}</button> }
    };
    let list = move || match room.shipped.get() {
        Shipped::Unknown => ().into_any(),
        Shipped::Absent => {
            let says = "No trained models come with this copy of the lab: only those of this browser can be measured.";
            view! { <p class="hint">{says}</p> }.into_any()
        }
        Shipped::Here(entries) => {
            let buttons = entries.into_iter().filter(|entry| !is_here(entry)).map(button).collect_view();
            let says = "These come with the lab; each is fetched when it is opened, with the text that it was trained on.";
            view! {
                <p class="hint">{says}</p>
                <div class="actions small" role="group" aria-label="Models that come with the lab">{buttons}</div>
            }
            .into_any()
        }
    };
    list.into_any()
}

/// The buttons that begin, what is under way, how far it is, and how long it will take.
fn measuring(lab: Lab, room: WidthsRoom) -> AnyView {
    let unmeasured = Memo::new(move |_| room.unmeasured());
    let is_left = move || room.chosen.get().is_some_and(|key| unmeasured.with(|keys| keys.contains(&key)));
    let begun = move |key| room.measured(key).is_some_and(|measured| !measured.points.is_empty());
    let verb = move || match room.chosen.get().filter(|&key| begun(key)).and_then(|key| room.left(key)) {
        Some(left) if !left.is_empty() => format!("Resume measuring: {} points left", left.len()),
        _ => "Measure it here".into(),
    };
    let all = move || format!("Measure all {} here", unmeasured.with(Vec::len));
    let wait = move || match room.waiting.with(Vec::len) {
        0 => None,
        1 => Some("1 model waits".to_owned()),
        count => Some(format!("{count} models wait")),
    };
    view! {
        <div class="run" role="group" aria-label="Measurement">
            <button type="button" class="primary" disabled=move || !room.is_idle() || !is_left() on:click=move |_| room.measure(lab)>{verb}</button>
            <button type="button" hidden=move || { unmeasured.with(Vec::len) < 2 } disabled=move || !room.is_idle() on:click=move |_| room.measure_all(lab)>{all}</button>
        </div>
        <div class="progress" hidden=move || room.is_idle()>
            <ul class="tasks">{(0..MOST_WORKERS).map(|worker| task(room, worker)).collect_view()}</ul>
            <span>{wait}</span>
            <button type="button" on:click=move |_| room.stop(lab)>"Cancel"</button>
        </div>
    }
    .into_any()
}

/// What a worker does.
fn task(room: WidthsRoom, worker: usize) -> AnyView {
    let work =
        Memo::new(move |_| room.work.with(|work| work.iter().find(|work| work.worker == worker).cloned()));
    let name = move |key| {
        let model = room.shelf.with(|shelf| shelf.iter().find(|model| model.key == key).cloned());
        model.map_or(String::new(), |model| {
            format!("{}, seed {}: ", describe(&model), model.config.recipe.seed)
        })
    };
    let says = move || {
        let work = work.get()?;
        let rest =
            work.time_left().map_or(String::new(), |left| format!(", about {} s left", left.as_secs() + 1));
        // Of several it is to be said which.
        let name = work.key.filter(|_| room.work.with(Vec::len) > 1).map_or(String::new(), name);
        Some(match work.deed {
            Deed::Opening => "Opening the model".to_owned(),
            Deed::Measuring(way) => format!("{name}Measuring {}{rest}", way.label()),
            Deed::Course => format!("Training and measuring{rest}"),
            Deed::Tuning(tuning) => format!("Training with {}{rest}", tuning.format.label()),
        })
    };
    let share = move || work.with(|work| work.as_ref().map_or(0.0, Work::share));
    view! {
        <li hidden=move || work.with(Option::is_none)>
            <span role="status">{says}</span>
            <progress max="1" aria-label="Progress of the measurement" prop:value=share></progress>
        </li>
    }
    .into_any()
}

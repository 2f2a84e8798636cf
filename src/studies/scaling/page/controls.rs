//! What is trained, and its files.

use super::state::StudyState;
use crate::kit::page::controls::{Choice, Field, Finite, Numbers, time_left};
use crate::kit::page::download;
use crate::kit::page::files::ImportButton;
use crate::kit::page::state::Lab;
use crate::kit::page::texts;
use crate::kit::record::document;
use crate::studies::scaling::record::{Config, Kind};
use leptos::prelude::*;
use std::fmt::Display;
use std::str::FromStr;

/// Which kinds are trained.
const KINDS: [(&str, &str, &[Kind]); 3] = [
    ("all", "all three", &Kind::ALL),
    ("two", "one potential, and Mamba", &[Kind::Published, Kind::Mamba]),
    ("bk", "ResNet-BK alone", &[Kind::Published, Kind::Potentials]),
];

/// What stands for kinds that are none of these.
const OTHER: &str = "other";

const NUMBERS: &str = "a list of whole numbers such as 1, 2, 3";

const YES: [(&str, &str); 2] = [("yes", "yes"), ("no", "no")];

/// The settings of a study.
pub(crate) fn settings(lab: Lab, state: StudyState, is_shown: Signal<bool>) -> AnyView {
    let config = state.config;
    let number = move |label, hint, read: fn(&Config) -> usize, write: fn(&mut Config, usize)| {
        let value = Signal::derive(move || config.with(read));
        let set = Callback::new(move |number| state.change(|config| write(config, number)));
        view! { <Field label hint expected="a whole number" value set /> }.into_any()
    };
    let rate = Signal::derive(move || Finite(config.with(|config| config.learning_rate)));
    let set_rate = Callback::new(move |Finite(rate)| state.change(|config| config.learning_rate = rate));
    let exits = Signal::derive(move || YES[usize::from(!config.with(|config| config.exits))].0);
    let set_exits =
        Callback::new(move |chosen: String| state.change(|config| config.exits = chosen == YES[0].0));
    let text = texts::fields(
        Signal::derive(move || config.with(|config| config.text.clone())),
        Callback::new(move |text| state.change(|config| config.text = text)),
        Callback::new(move |(name, file)| state.choose_text(lab, name, file)),
    );
    let save = move |_| {
        let name = format!("{}.json", state.study.stem());
        download::json(lab, &name, document::to_json(&[untrack(|| state.shown())]));
    };
    let nothing = move || state.shown().rungs.is_empty();
    let is_busy = move || state.running.with(Option::is_some);
    view! {
        <form class="controls" aria-label="Settings" hidden=move || !is_shown.get() on:submit=|event| event.prevent_default()>
            {kinds(state)}
            {list(state, "Sizes", "width x blocks", "a list of sizes such as 32x3, 64x3", |config| &config.sizes, |config, sizes| config.sizes = sizes)}
            {list(state, "Contexts", "tokens of a sequence", NUMBERS, |config| &config.contexts, |config, contexts| config.contexts = contexts)}
            {list(state, "Seeds", "several give intervals", NUMBERS, |config| &config.seeds, |config, seeds| config.seeds = seeds)}
            {number("Steps", "of training, of every model", |config| config.steps, |config, steps| config.steps = steps)}
            {number("Tokens a step", "as many for every context", |config| config.tokens_a_step, |config, tokens| config.tokens_a_step = tokens)}
            {text}
            <details>
                <summary>"Recipe and measurement"</summary>
                <Field label="Learning rate" hint="its greatest; it falls along a cosine" expected="a number" value=rate set=set_rate />
                {number("Held-out tokens", "measured on, at most", |config| config.tokens, |config, tokens| config.tokens = tokens)}
                <Choice label="Measure early exit" options=YES.to_vec() value=exits set=set_exits />
                {number("Steps of the sparsity networks", "0 leaves them out", |config| config.sparsity_steps, |config, steps| config.sparsity_steps = steps)}
            </details>
            <p class="trouble" role="alert">{state.trouble}</p>
            <button type="button" on:click=move |_| state.set(state.study.config())>"Start over"</button>
            <div class="actions" role="group" aria-label="Records">
                <button type="button" disabled=nothing on:click=save>"Record JSON"</button>
                <button type="button" disabled=move || is_busy() || state.record.with(|record| record.rungs.is_empty()) on:click=move |_| state.forget(lab)>"Forget these models"</button>
            </div>
            <ImportButton />
        </form>
    }
    .into_any()
}

fn kinds(state: StudyState) -> AnyView {
    let value = Signal::derive(move || {
        let is_chosen =
            |(_, _, kinds): &&(&str, &str, &[Kind])| state.config.with(|config| config.kinds == *kinds);
        KINDS.iter().find(is_chosen).map_or(OTHER, |(key, ..)| key)
    });
    let set = Callback::new(move |chosen: String| {
        if let Some((.., kinds)) = KINDS.iter().find(|(key, ..)| *key == chosen) {
            state.change(|config| config.kinds = kinds.to_vec());
        }
    });
    let named = KINDS.map(|(key, name, _)| (key, name));
    let options = named.into_iter().chain([(OTHER, "custom (from the link)")]).collect();
    view! { <Choice label="Models" options value set /> }.into_any()
}

/// A field for a list.
fn list<Item>(
    state: StudyState,
    label: &'static str,
    hint: &'static str,
    expected: &'static str,
    read: fn(&Config) -> &Vec<Item>,
    write: fn(&mut Config, Vec<Item>),
) -> AnyView
where
    Item: FromStr<Err: Display> + Display + Clone + PartialEq + Send + Sync + 'static,
{
    let value = Signal::derive(move || Numbers(state.config.with(|config| read(config).clone())));
    let set = Callback::new(move |Numbers(items)| state.change(|config| write(config, items)));
    view! { <Field label hint expected value set /> }.into_any()
}

/// The button that begins, what is under way, and how long it will take.
pub(crate) fn run(lab: Lab, state: StudyState) -> AnyView {
    let going = move || state.going.get();
    let is_left = move || state.record.with(|record| !record.left().is_empty());
    let verb = move || {
        let (done, left) = state.record.with(|record| (record.rungs.len(), record.left().len()));
        match (done, left) {
            (1.., 1) => "Resume: 1 model left".to_owned(),
            (1.., 2..) => format!("Resume: {left} models left"),
            _ => "Measure it here".to_owned(),
        }
    };
    let says = move || {
        let (place, number, all) = state.next().filter(|_| going())?;
        let rest = state.seconds_left().map_or(String::new(), |seconds| format!(", {}", time_left(seconds)));
        let (kind, size) = (place.kind.label(), place.size);
        Some(format!(
            "Model {number} of {all}: {kind} {size}, context {}, seed {}{rest}",
            place.context, place.seed
        ))
    };
    let keeps = move || {
        let memory = match state.memory.get() {
            0 => String::new(),
            bytes => format!(" The worker has {:.0} MB of memory.", bytes as f64 / 1e6),
        };
        let keeps = match state.kept.get() {
            true => {
                "Every model is kept in this browser when it is measured: close the tab, and go on later with the next."
            }
            false => {
                "This browser keeps nothing: what is trained is lost when the tab closes. Save the record."
            }
        };
        format!("{keeps}{memory}")
    };
    view! {
        <div class="run" role="group" aria-label="Measurement">
            <button type="button" class="primary" disabled=move || going() || !is_left() || state.waits.get() on:click=move |_| state.begin(lab)>{verb}</button>
        </div>
        <div class="progress" hidden=move || !going()>
            <span role="status">{says}</span>
            <progress max="1" aria-label="Progress of the measurement" prop:value=move || state.share()></progress>
            <button type="button" on:click=move |_| state.pause()>"Pause"</button>
        </div>
        <Show when=move || state.waits.get()><p class="hint">"These models learn from a text that is not in this browser. Choose it in the settings."</p></Show>
        <p class="hint">{keeps}</p>
    }
    .into_any()
}

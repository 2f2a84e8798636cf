//! What is trained, and its files.

use super::LadderRoom;
use crate::lab::page::controls::{Choice, Field, Finite, Numbers};
use crate::lab::page::download;
use crate::lab::page::files::ImportButton;
use crate::lab::page::state::Lab;
use crate::lab::permalink::Room;
use crate::record::document;
use crate::record::ladder::{Config, Kind};
use leptos::prelude::*;

/// Which kinds are trained.
const KINDS: [(&str, &str, &[Kind]); 3] = [
    ("all", "all three", &Kind::ALL),
    ("two", "one potential, and Mamba", &[Kind::Published, Kind::Mamba]),
    ("bk", "ResNet-BK alone", &[Kind::Published, Kind::Potentials]),
];

/// The settings.
pub(in crate::lab::page) fn settings(lab: Lab, ladder: LadderRoom, hidden: Signal<bool>) -> AnyView {
    let read = move |read: fn(&Config) -> usize| Signal::derive(move || ladder.config.with(read));
    let change = move |change: &dyn Fn(&mut Config)| {
        let mut config = ladder.config.get_untracked();
        change(&mut config);
        ladder.set.run(config);
    };
    let write = move |write: fn(&mut Config, usize)| {
        Callback::new(move |value: usize| change(&|config| write(config, value)))
    };
    let kinds = Signal::derive(move || {
        let is_chosen =
            |(_, _, kinds): &&(&str, &str, &[Kind])| ladder.config.with(|config| config.kinds == *kinds);
        KINDS.iter().find(is_chosen).map_or("", |(key, ..)| key)
    });
    let set_kinds = Callback::new(move |chosen: String| {
        if let Some((.., kinds)) = KINDS.iter().find(|(key, ..)| *key == chosen) {
            change(&|config| config.kinds = kinds.to_vec());
        }
    });
    let begun = move || ladder.record.with(|record| !record.rungs.is_empty());
    let is_left = move || ladder.record.with(|record| !record.left().is_empty());
    let verb = move || if begun() { "Go on" } else { "Train and measure here" };
    let says = move || {
        let left =
            ladder.time_left().map_or(String::new(), |left| format!(", about {} s left", left.as_secs() + 1));
        let (done, all) = ladder.record.with(|record| (record.rungs.len(), record.config.places().len()));
        format!("Model {} of {all}{left}", (done + 1).min(all))
    };
    let save = move |_| {
        let shown = untrack(|| ladder.shown());
        download::json(lab, &format!("{}-measured.json", ladder.room.key()), document::to_json(&[&*shown]));
    };
    let defaults = move |_| {
        ladder.set.run(if ladder.room == Room::Stability {
            Config::stability()
        } else {
            Config::efficiency()
        });
    };
    let is_efficiency = ladder.room == Room::Efficiency;
    view! {
        <form class="controls" aria-label="Settings of the measurement" hidden=hidden on:submit=|event| event.prevent_default()>
            <div class="actions" role="group" aria-label="Measurement">
                <button type="button" class="primary" disabled=move || ladder.going.get() || !is_left() on:click=move |_| ladder.begin(lab)>{verb}</button>
            </div>
            <div class="progress" hidden=move || !ladder.going.get()>
                <span role="status">{says}</span>
                <progress max="1" aria-label="Progress of the measurement" prop:value=move || ladder.share()></progress>
                <button type="button" on:click=move |_| ladder.pause(lab)>"Cancel"</button>
            </div>
            <p class="hint">{move || if ladder.kept.get() {
                "Every model is kept in this browser when it is measured: close the tab, and go on later with the same numbers."
            } else {
                "This browser keeps nothing: what is trained is lost when the tab closes. Save the record."
            }}</p>
            <p class="trouble" role="alert">{ladder.trouble}</p>
            <Choice label="Models" options=KINDS.map(|(key, name, _)| (key, name)).to_vec() value=kinds set=set_kinds />
            <Field label="Sizes" hint="width x layers" expected="a list of sizes such as 32x3, 64x3"
                value=Signal::derive(move || Numbers(ladder.config.with(|config| config.sizes.clone())))
                set=Callback::new(move |Numbers(sizes)| change(&|config| config.sizes.clone_from(&sizes))) />
            <Field label="Contexts" hint="tokens of a sequence" expected="a list of whole numbers such as 128, 256"
                value=Signal::derive(move || Numbers(ladder.config.with(|config| config.contexts.clone())))
                set=Callback::new(move |Numbers(contexts)| change(&|config| config.contexts.clone_from(&contexts))) />
            <Field label="Seeds" hint="several give intervals" expected="a list of whole numbers such as 1, 2, 3"
                value=Signal::derive(move || Numbers(ladder.config.with(|config| config.seeds.clone())))
                set=Callback::new(move |Numbers(seeds)| change(&|config| config.seeds.clone_from(&seeds))) />
            <Field label="Training steps" hint="of every model" expected="a whole number"
                value=read(|config| config.steps) set=write(|config, steps| config.steps = steps) />
            <Field label="Tokens a step" hint="as many for every context" expected="a whole number"
                value=read(|config| config.tokens_a_step) set=write(|config, tokens| config.tokens_a_step = tokens) />
            <Field label="Learning rate" hint="its greatest; it falls along a cosine" expected="a number"
                value=Signal::derive(move || Finite(ladder.config.with(|config| config.learning_rate)))
                set=Callback::new(move |Finite(rate)| change(&|config| config.learning_rate = rate)) />
            {is_efficiency.then(|| view! {
                <Field label="Sparsity steps" hint="that its networks are trained for; 0 leaves them out" expected="a whole number"
                    value=read(|config| config.sparsity_steps) set=write(|config, steps| config.sparsity_steps = steps) />
            })}
            <button type="button" on:click=defaults>"Start over"</button>
            <div class="actions" role="group" aria-label="Take this measurement away">
                <button type="button" disabled=move || ladder.shown().rungs.is_empty() on:click=save>"Record JSON"</button>
                <button type="button" disabled=move || ladder.running.with(Option::is_some) || !begun() on:click=move |_| ladder.forget(lab)>"Forget these models"</button>
            </div>
            <ImportButton />
            <Show when=move || ladder.opened.with(Option::is_some)>
                <button type="button" on:click=move |_| ladder.opened.set(None)>"Forget the opened record"</button>
            </Show>
        </form>
    }
    .into_any()
}

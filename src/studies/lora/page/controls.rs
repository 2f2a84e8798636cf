//! The settings of the simulation, what of the matrix is shown, and files.

use super::LoraRoom;
use super::axes::{Axes, Axis, Filter};
use crate::kit::page::controls::{Choice, Field, Narrow};
use crate::kit::page::download;
use crate::kit::page::files::ImportButton;
use crate::kit::page::state::Lab;
use crate::kit::record::document;
use crate::studies::lora::record::{Config, MATRIX};
use bk_plot::View;
use leptos::prelude::*;
use std::fmt::{Display, Formatter};
use std::str::FromStr;

const IDENTIFIERS: [(&str, &str); 2] = [("published", "as published"), ("unique", "unique")];

/// A number of experiments that there is something to show of.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Count(u32);

impl Display for Count {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Count {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let count = text.parse().ok().filter(|count| (1..=MATRIX).contains(count));
        count.map(Count).ok_or("not a number of experiments of the matrix")
    }
}

/// Settings of the simulation and of the grid.
#[component]
pub(crate) fn Controls(hidden: Signal<bool>) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<LoraRoom>();
    let read = move |read: fn(&Config) -> u64| Signal::derive(move || room.config.with(read));
    let experiments = Signal::derive(move || Count(room.config.with(|config| config.experiments)));
    let identifiers =
        Signal::derive(move || IDENTIFIERS[usize::from(room.config.with(|config| config.unique_ids))].0);
    let restore = move |_| {
        room.set_config(|config| *config = Config::default());
        room.settings.update(|settings| settings.filter = Filter::default());
        room.view.set(View::default());
    };
    let save = move |_| {
        if let Some(shown) = room.shown.get_untracked() {
            download::json(lab, "vit-lora.json", document::to_json(&[&shown.document]));
        }
    };
    let nothing = move || room.shown.with(Option::is_none);
    view! {
        <form class="controls" aria-label="Settings" hidden=hidden on:submit=|event| event.prevent_default()>
            <Field label="Seed" hint="of Python’s generator; the published program sets none" expected="a whole number from 0 to 18446744073709551615"
                value=read(|config| config.seed)
                set=Callback::new(move |seed| room.set_config(|config| config.seed = seed)) />
            <Field label="Experiments" hint="from the first of the matrix on; 6 were published, the matrix has 144" expected="a whole number from 1 to 144"
                value=experiments
                set=Callback::new(move |Count(count)| room.set_config(|config| config.experiments = count)) />
            <Choice label="Identifiers" options=IDENTIFIERS.to_vec() value=identifiers
                set=Callback::new(move |chosen: String| room.set_config(|config| config.unique_ids = chosen == "unique")) />
            <p class="hint">"The published identifiers leave double quantization out: 36 of the 144 folders overwrite others."</p>
            <p class="trouble" role="alert">{room.trouble}</p>
            <button type="button" on:click=restore>"Published settings"</button>
            <fieldset class="filters">
                <legend>"Show in grid and figure"</legend>
                {Axis::ALL.map(|axis| narrow(room, axis)).collect_view()}
            </fieldset>
            <div class="actions" role="group" aria-label="Take this data away">
                <button type="button" disabled=nothing on:click=move |_| room.pack(lab)>"The whole tree as one zip"</button>
                <button type="button" disabled=nothing on:click=save>"Record JSON"</button>
            </div>
            <ImportButton />
            <Show when=move || room.opened.with(Option::is_some)>
                <button type="button" on:click=move |_| room.opened.set(None)>"Forget the opened record"</button>
            </Show>
        </form>
    }
    .into_any()
}

/// What an axis is narrowed to.
fn narrow(room: LoraRoom, axis: Axis) -> AnyView {
    let axes = Memo::new(move |_| {
        room.shown.with(|shown| shown.as_ref().map(|shown| Axes::of(&shown.study.experiments)))
    });
    let options = Signal::derive(move || {
        axes.with(|axes| axes.as_ref().map_or(vec![], |axes| axes.values(axis).to_vec()))
    });
    let value =
        Signal::derive(move || room.settings.with(|settings| settings.filter.clone().of(axis).clone()));
    let set = Callback::new(move |value| room.settings.update(|settings| *settings.filter.of(axis) = value));
    view! { <Narrow label=axis.name() options value set /> }.into_any()
}

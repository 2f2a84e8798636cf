//! What is run, what of it is shown, and its files.

use super::{Axis, MeasuredRoom};
use crate::kit::page::controls::{Choice, Field, Narrow};
use crate::kit::page::download;
use crate::kit::page::files::{ImportButton, chosen_file};
use crate::kit::page::shipped;
use crate::kit::page::state::Lab;
use crate::kit::record::document;
use crate::studies::lora::measured::record::{Config, Data};
use leptos::prelude::*;

/// Where data may come from.
const SOURCES: [(&str, &str); 4] = [
    ("drawn", "images drawn here"),
    ("digits", "digits"),
    ("clothes", "clothes"),
    ("file", "images of your own"),
];

/// Files of images that may lie beside the page.
const OFFERED: [&str; 2] = ["digits", "clothes"];

/// Where the data of a study comes from.
fn source(config: &Config) -> &'static str {
    match &config.file {
        Some(file) if config.tasks.contains(&Data::File) => {
            let offered = OFFERED.into_iter().find(|offered| file.name == format!("{offered}.zip"));
            offered.unwrap_or("file")
        }
        _ => "drawn",
    }
}

/// The demonstration or the whole matrix, with the data and the lengths of the present study.
fn matrix(present: &Config, of: Config) -> Config {
    let from_file = present.tasks.contains(&Data::File);
    Config {
        sizes: of.sizes,
        ranks: of.ranks,
        storages: of.storages,
        seeds: of.seeds,
        tasks: if from_file { vec![Data::File] } else { of.tasks },
        ..present.clone()
    }
}

/// Settings of the study that is run here.
#[component]
pub(crate) fn Controls(hidden: Signal<bool>) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<MeasuredRoom>();
    let run = move |of: fn() -> Config| {
        move |_| {
            let config = room.study.with_untracked(|present| matrix(present, of()));
            room.begin(lab, config);
        }
    };
    let is_going = move || room.going.get();
    let rests = move || !room.going.get();
    let done = move || room.record.with(|record| record.runs.len());
    let is_partial = move || {
        rests() && done() > 0 && room.record.with(|record| !record.is_complete())
            || rests() && room.live.with(Option::is_some)
    };
    let save = move |_| {
        let shown = untrack(|| room.shown());
        download::json(lab, "quantized-lora-measured.json", document::to_json(&[shown]));
    };
    let nothing = move || room.shown().runs.is_empty();
    let choose = Callback::new(move |chosen: String| match chosen.as_str() {
        "drawn" => room.settings.update(|settings| {
            let study = &mut settings.measured.study;
            let of = if study.sizes.len() > 1 { Config::default() } else { Config::demonstration() };
            (study.tasks, study.file) = (of.tasks, None);
        }),
        "file" => room
            .trouble
            .set(Some("Choose a zip of your own images below: a folder a class, PNG or JPEG.".into())),
        offered => fetch(lab, room, format!("{offered}.zip")),
    });
    view! {
        <form class="controls" aria-label="Settings" hidden=hidden on:submit=|event| event.prevent_default()>
            <div class="actions" role="group" aria-label="Run">
                <button type="button" class="primary" disabled=is_going on:click=run(Config::demonstration)>"Run the demonstration"</button>
                <button type="button" disabled=is_going on:click=run(Config::default)>"Run the whole matrix"</button>
                <Show when=is_partial><button type="button" on:click=move |_| room.begin(lab, room.study.get_untracked())>"Resume"</button></Show>
                <Show when=is_going><button type="button" on:click=move |_| room.pause()>"Pause"</button></Show>
            </div>
            <p class="hint">"The demonstration is 12 runs, a few minutes; the whole matrix is 144 and takes hours in a tab. Both are kept in this browser: close the tab, and go on later with the same numbers."</p>
            <div class="actions" role="group" aria-label="Comes with the lab">
                <button type="button" disabled=is_going on:click=move |_| room.show_shipped(lab)>"Show all 144 runs, measured natively"</button>
            </div>
            <p class="trouble" role="alert">{room.trouble}</p>
            <Choice label="Adapt to" options=SOURCES.to_vec() value=Signal::derive(move || room.study.with(source)) set=choose />
            {chosen_file("Images as a zip", ".zip", move |name, file| room.read_images(lab, name, file))}
            <p class="hint">{move || room.study.with(|study| match &study.file {
                Some(file) => format!("“{}”: {} images of {}.", file.name, file.images, file.classes.join(", ")),
                None => "A zip has a folder a class, of PNG or JPEG files. They are reduced to 16×16 pixels, and stay in this browser.".into(),
            })}</p>
            {lengths_and_memory(room)}
            <fieldset class="filters">
                <legend>"Show in grid and figure"</legend>
                {Axis::ALL.map(|axis| narrow(room, axis)).collect_view()}
            </fieldset>
            <div class="actions" role="group" aria-label="Take this data away">
                <button type="button" disabled=nothing on:click=save>"Record JSON"</button>
                <button type="button" disabled=move || room.running.with(Option::is_some) || done() == 0 on:click=move |_| room.forget(lab)>"Forget these runs"</button>
            </div>
            <ImportButton />
            <Show when=move || room.opened.with(Option::is_some)>
                <button type="button" on:click=move |_| room.close_record(lab)>"Forget the opened record"</button>
            </Show>
        </form>
    }
    .into_any()
}

/// Builds the fields of how long the study trains, and of what memory a step may take.
fn lengths_and_memory(room: MeasuredRoom) -> AnyView {
    let read = move |read: fn(&Config) -> usize| Signal::derive(move || room.study.with(read));
    let set = move |change: fn(&mut Config, usize)| {
        Callback::new(move |value: usize| {
            room.settings.update(|settings| change(&mut settings.measured.study, value));
        })
    };
    view! {
        <details>
            <summary>"Lengths and memory"</summary>
            <Field label="Steps of a run" hint="of adapting; fewer where early stopping acts" expected="a whole number from 1 to 1000000"
                value=read(|study| study.recipe.steps) set=set(|study, steps| study.recipe.steps = steps) />
            <Field label="Steps before" hint="of training the base on textures, once a model" expected="a whole number from 1 to 1000000"
                value=read(|study| study.first.steps) set=set(|study, steps| study.first.steps = steps) />
            <Field label="Images a class" hint="of which 70 % are learned from, 10 % chosen by, 20 % judged by" expected="a whole number from 3 to 100000"
                value=read(|study| study.images) set=set(|study, images| study.images = images) />
            <Field label="Bytes a step may take" hint="beside what there is before it; 0 is no limit. Batches stay as large: fewer of their images are computed at once" expected="a whole number of bytes"
                value=Signal::derive(move || room.study.with(|study| study.step_bytes.unwrap_or(0)))
                set=Callback::new(move |bytes: u64| room.settings.update(|settings| settings.measured.study.step_bytes = Some(bytes).filter(|&bytes| bytes > 0))) />
        </details>
    }
    .into_any()
}

/// What an axis is narrowed to.
fn narrow(room: MeasuredRoom, axis: Axis) -> AnyView {
    let options = Signal::derive(move || {
        let mut values: Vec<String> = vec![];
        for arm in room.shown().config.matrix() {
            let value = axis.value(&arm);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    });
    let value = Signal::derive(move || room.settings.with(|settings| axis.of(&settings.measured).clone()));
    let set = Callback::new(move |value| {
        room.settings.update(|settings| *axis.of_mut(&mut settings.measured) = value);
    });
    view! { <Narrow label=axis.name() options value set /> }.into_any()
}

/// Adapts to a file that lies beside the page, if one does.
fn fetch(lab: Lab, room: MeasuredRoom, name: String) {
    leptos::task::spawn_local(async move {
        match shipped::fetch(&format!("data/{name}")).await {
            Ok(file) => room.read_images(lab, name, file),
            Err(_) => room.trouble.set(Some(format!("This copy of the lab has no {name}, or it could not be fetched. Adapt to images drawn here, or choose a zip of your own."))),
        }
    });
}

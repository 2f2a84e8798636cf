//! The matrix as it fills: a cell a run, coloured by what it recognised, and how long the rest takes.

use super::{Axis, MeasuredRoom, key};
use crate::kit::page::controls::time_left;
use crate::studies::lora::measured::record::Arm;
use crate::studies::lora::page::grid::{Cell, Cells, Grid};
use crate::studies::lora::page::percent;
use leptos::prelude::*;

/// The grid, and how far it is.
#[component]
pub(crate) fn Matrix() -> impl IntoView {
    let room = expect_context::<MeasuredRoom>();
    // The curve of the run under way changes more often than the run.
    let under_way = Memo::new(move |_| {
        let is_shown = room.opened.with(Option::is_none);
        room.live.with(|live| live.as_ref().filter(|_| is_shown).and_then(|live| live.arm))
    });
    let cells = Memo::new(move |_| Some(cells(room, under_way.get())));
    let says = move || {
        cells.with(|cells| match cells.as_ref().and_then(Cells::ends) {
            None => "Each cell is a run; it is coloured when it has ended.".to_owned(),
            Some((low, high)) => format!("Each cell is a run; its number is the share of held-out images that it recognised in percent, and the more the stronger its colour, from {} to {}. Arrow keys move within the grid; Enter shows a run.", percent(low), percent(high)),
        })
    };
    let chosen = Signal::derive(move || room.settings.with(|settings| settings.measured.run.clone()));
    let choose = Callback::new(move |run| room.settings.update(|settings| settings.measured.run = run));
    let share = move || {
        room.progress.get().map_or(0.0, |progress| progress.done as f64 / progress.total.max(1) as f64)
    };
    view! {
        <div class="stack">
            <h2 id="measured-title">"The matrix, run here"</h2>
            <p class="hint">{says}</p>
            <Grid heading="measured-title" cells chosen choose />
            <p class="hint">{move || state(room)}</p>
            <div class="progress" hidden=move || !room.going.get()>
                <span role="status">{move || under_way_words(room)}</span>
                <progress max="1" aria-label="Progress of the study" prop:value=share></progress>
                <button type="button" on:click=move |_| room.pause()>"Pause"</button>
            </div>
        </div>
    }
    .into_any()
}

fn cells(room: MeasuredRoom, under_way: Option<Arm>) -> Cells {
    let shown = room.shown();
    let measured = room.settings.with(|settings| settings.measured.clone());
    let arms: Vec<Arm> = shown.config.matrix().into_iter().filter(|arm| measured.admits(arm)).collect();
    let seeds: Vec<String> = shown.config.seeds.iter().map(u32::to_string).collect();
    let mut columns: Vec<(String, Vec<String>)> = vec![];
    let mut rows: Vec<(String, Vec<Cell>)> = vec![];
    for arm in arms {
        let storage = Axis::Storage.value(&arm);
        if columns.iter().all(|(other, _)| *other != storage) {
            columns.push((storage, seeds.clone()));
        }
        let [model, data, rank] = [Axis::Model, Axis::Data, Axis::Rank].map(|axis| axis.value(&arm));
        let name = format!("{model}, {data}, rank {rank}");
        if rows.last().is_none_or(|(other, _)| *other != name) {
            rows.push((name, vec![]));
        }
        let run = shown.runs.iter().find(|run| run.arm == arm);
        let key = key(&arm);
        let cell = match run {
            Some(run) => {
                let accuracy = run.held_out.accuracy();
                let text = percent(accuracy);
                Cell { words: format!("{key}: {text} % recognised"), text, run: Some((key, accuracy)) }
            }
            None if under_way == Some(arm) => {
                Cell { words: format!("{key}: under way"), text: "…".into(), run: None }
            }
            None => Cell { words: format!("{key}: – not run yet"), text: "–".into(), run: None },
        };
        if let Some((_, row)) = rows.last_mut() {
            row.push(cell);
        }
    }
    Cells { columns, rows }
}

/// How far the study is, and where it is kept.
fn state(room: MeasuredRoom) -> String {
    let shown = room.shown();
    let (done, all) = (shown.runs.len(), shown.config.matrix().len());
    let first = shown.first.iter().map(|first| {
        format!(
            " The {} base recognises {} % of held-out {}.",
            first.size.label(),
            percent(first.held_out.accuracy()),
            shown.config.first_task.label()
        )
    });
    let first: String = first.collect();
    if room.opened.with(Option::is_some) {
        return format!("{done} of {all} runs, from a file.{first}");
    }
    let (kept, memory) = room.keeping.get();
    let keeps = match (done, kept) {
        (0, _) => "",
        (_, true) => " They are kept in this browser.",
        (_, false) => " This browser keeps nothing: save the record before the tab closes.",
    };
    let memory = match memory {
        0 => String::new(),
        bytes => format!(" The worker has {:.0} MB of memory.", bytes as f64 / 1e6),
    };
    format!("{done} of {all} runs have ended.{keeps}{first}{memory}")
}

/// What is under way, and how long the rest takes.
fn under_way_words(room: MeasuredRoom) -> String {
    let what = room.live.with(|live| match live.as_ref().map(|live| (live.size, live.arm)) {
        Some((_, Some(arm))) => key(&arm),
        Some((size, None)) => {
            format!("The {} base learns {}", size.label(), room.study.with(|study| study.first_task.label()))
        }
        None => "Beginning".into(),
    });
    match room.seconds_left() {
        Some(seconds) => format!("{what}; {}", time_left(seconds)),
        None => what,
    }
}

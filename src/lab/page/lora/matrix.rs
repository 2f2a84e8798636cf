//! The matrix as a grid of cells, coloured by accuracy: one stop of Tab, and arrow keys within.

use super::axes::{Axes, Axis, admits};
use super::{LoraRoom, Shown, accuracy, percent};
use leptos::html::Table;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// The part of the accent in the colour of the least and of the most accurate cell, in percent.
const TINTS: (f64, f64) = (4.0, 42.0);

/// One cell: an experiment, or its place where none was run.
#[derive(Clone, PartialEq)]
struct Cell {
    /// What the experiment is, in words.
    place: String,
    run: Option<Run>,
}

/// What a cell shows of an experiment.
#[derive(Clone, PartialEq)]
struct Run {
    name: String,
    accuracy: f64,
    contradictions: usize,
}

/// The cells that are shown, row by row, with the words beside rows and above columns.
#[derive(Clone, PartialEq)]
struct Cells {
    /// A way of storing weights, and the seed labels below it.
    columns: Vec<(String, Vec<String>)>,
    rows: Vec<(String, Vec<Cell>)>,
    /// The least and the greatest accuracy.
    ends: Option<(f64, f64)>,
}

impl Cells {
    fn of(shown: &Shown, filter: &mut super::Filter) -> Self {
        let runs = &shown.study.experiments;
        let axes = Axes::of(runs);
        let mut along = |axis: Axis| -> Vec<String> {
            let values = axes.values(axis).iter();
            values.filter(|value| admits(filter.of(axis), value)).cloned().collect()
        };
        let [models, datasets, ranks, weights, labels] = Axis::ALL.map(&mut along);
        let places: Vec<[String; 5]> =
            runs.iter().map(|run| Axis::ALL.map(|axis| axis.value(&run.config))).collect();
        let cell = |place: [&String; 5]| {
            let found =
                places.iter().position(|other| other.iter().zip(place).all(|(one, other)| one == other));
            let run = found.map(|found| Run {
                name: runs[found].config.name.clone(),
                accuracy: accuracy(&runs[found]),
                contradictions: shown.evidence.contradictions.get(found).map_or(0, Vec::len),
            });
            let [model, dataset, rank, weights, label] = place;
            Cell { place: format!("{model}, {dataset}, rank {rank}, {weights}, seed label {label}"), run }
        };
        let mut rows = Vec::new();
        for model in &models {
            for dataset in &datasets {
                for rank in &ranks {
                    let of_weights = |weights| {
                        let label = move |label| [model, dataset, rank, weights, label];
                        labels.iter().map(label)
                    };
                    let cells = weights.iter().flat_map(of_weights).map(cell).collect();
                    rows.push((format!("{model}, {dataset}, rank {rank}"), cells));
                }
            }
        }
        let accuracies = || {
            let cells = rows.iter().flat_map(|(_, cells): &(String, Vec<Cell>)| cells);
            cells.filter_map(|cell| cell.run.as_ref()).map(|run| run.accuracy)
        };
        let ends = accuracies().reduce(f64::min).zip(accuracies().reduce(f64::max));
        Cells { columns: weights.into_iter().map(|way| (way, labels.clone())).collect(), rows, ends }
    }

    /// The colour of an accuracy.
    fn tint(&self, accuracy: f64) -> String {
        let (low, high) = self.ends.unwrap_or((0.0, 1.0));
        let part = if high > low { (accuracy - low) / (high - low) } else { 0.5 };
        let tint = TINTS.0 + (TINTS.1 - TINTS.0) * part;
        format!("color-mix(in srgb, var(--accent) {tint:.0}%, var(--raised))")
    }
}

/// The grid.
#[component]
pub(super) fn Matrix() -> impl IntoView {
    let room = expect_context::<LoraRoom>();
    let table = NodeRef::<Table>::new();
    let filter = Memo::new(move |_| room.settings.with(|settings| settings.filter.clone()));
    let cells = Memo::new(move |_| {
        let shown = room.shown.get()?;
        Some(Cells::of(&shown, &mut filter.get()))
    });
    // The cell that Tab leads to, by row and column.
    let current = RwSignal::new((0usize, 0usize));
    let size = move || {
        cells.with(|cells| {
            cells
                .as_ref()
                .map_or((0, 0), |cells| (cells.rows.len(), cells.rows.first().map_or(0, |row| row.1.len())))
        })
    };
    Effect::new(move || {
        let (rows, columns) = size();
        current.update(|(row, column)| {
            (*row, *column) = ((*row).min(rows.saturating_sub(1)), (*column).min(columns.saturating_sub(1)));
        });
    });
    let press = move |event: KeyboardEvent| {
        let ((rows, columns), (row, column)) = (size(), current.get_untracked());
        let Some(next) = moved(&event.key(), (row, column), (rows, columns)) else { return };
        event.prevent_default();
        current.set(next);
        let cell = table.get_untracked().and_then(|table| {
            table.query_selector(&format!("[data-cell=\"{}-{}\"]", next.0, next.1)).ok().flatten()
        });
        if let Some(cell) = cell.and_then(|cell| cell.dyn_into::<HtmlElement>().ok()) {
            // A browser that does not move the focus leaves it where it is.
            let _ = cell.focus();
        }
    };
    let ends = move || {
        cells.with(|cells| match cells.as_ref()?.ends {
            None => Some("No experiment of the study is among what is shown.".to_owned()),
            Some((low, high)) => Some(format!("Each cell is an experiment; its number is the accuracy on the test images in percent, and the more accurate the stronger its colour, from {} to {}. Arrow keys move within the grid; Enter shows an experiment.", percent(low), percent(high))),
        })
    };
    view! {
        <div class="stack">
            <h2 id="matrix-title">"The matrix of experiments"</h2>
            <p class="hint">{ends}</p>
            <div class="table-scroll">
                <table class="matrix" role="grid" aria-labelledby="matrix-title" node_ref=table on:keydown=press>
                    {move || cells.get().map(|cells| grid(&cells, current))}
                </table>
            </div>
        </div>
    }
    .into_any()
}

/// Where a key leads from a cell; `None` for other keys.
fn moved(
    key: &str,
    (row, column): (usize, usize),
    (rows, columns): (usize, usize),
) -> Option<(usize, usize)> {
    let (last_row, last_column) = (rows.checked_sub(1)?, columns.checked_sub(1)?);
    Some(match key {
        "ArrowUp" => (row.saturating_sub(1), column),
        "ArrowDown" => ((row + 1).min(last_row), column),
        "ArrowLeft" => (row, column.saturating_sub(1)),
        "ArrowRight" => (row, (column + 1).min(last_column)),
        "Home" => (row, 0),
        "End" => (row, last_column),
        "PageUp" => (0, column),
        "PageDown" => (last_row, column),
        _ => return None,
    })
}

/// Heads and rows.
fn grid(cells: &Cells, current: RwSignal<(usize, usize)>) -> AnyView {
    let heads = cells.columns.iter().map(|(way, labels)| {
        view! { <th scope="colgroup" colspan=labels.len().to_string()>{way.clone()}</th> }
    });
    let labels = cells.columns.iter().flat_map(|(_, labels)| labels.clone());
    let labels = labels.map(|label| view! { <th scope="col">{label}</th> });
    let rows = cells.rows.iter().enumerate().map(|(row, (name, line))| {
        let line = line.iter().enumerate().map(|(column, cell)| {
            let tint = cell.run.as_ref().map(|run| cells.tint(run.accuracy));
            view! { <td>{cell_view(cell.clone(), tint, (row, column), current)}</td> }
        });
        view! { <tr><th scope="row">{name.clone()}</th>{line.collect_view()}</tr> }
    });
    view! {
        <thead>
            <tr><th scope="col" rowspan="2">"Model, data, adapter"</th>{heads.collect_view()}</tr>
            <tr>{labels.collect_view()}</tr>
        </thead>
        <tbody>{rows.collect_view()}</tbody>
    }
    .into_any()
}

/// One cell: a button that shows its experiment.
fn cell_view(
    cell: Cell,
    tint: Option<String>,
    place: (usize, usize),
    current: RwSignal<(usize, usize)>,
) -> AnyView {
    let room = expect_context::<LoraRoom>();
    let (words, text, name) = match cell.run {
        Some(run) => {
            let accuracy = percent(run.accuracy);
            let words =
                format!("{}: accuracy {accuracy} %, {} contradictions", cell.place, run.contradictions);
            (words, accuracy, run.name)
        }
        None => (format!("{}: – not run", cell.place), "–".into(), String::new()),
    };
    let own = name.clone();
    let chosen = move || !own.is_empty() && room.settings.with(|settings| settings.chosen == own);
    let choose = move |_| {
        current.set(place);
        if !name.is_empty() {
            // A second time puts it away.
            room.settings.update(|settings| {
                settings.chosen = if settings.chosen == name { String::new() } else { name.clone() };
            });
        }
    };
    view! {
        <button type="button" aria-label=words aria-pressed=move || chosen().to_string() aria-disabled=tint.is_none().to_string()
            data-cell=format!("{}-{}", place.0, place.1) tabindex=move || if current.get() == place { "0" } else { "-1" }
            style:background-color=tint.unwrap_or_default() on:click=choose>{text}</button>
    }
    .into_any()
}

//! A grid of experiments: one stop of Tab, and arrow keys within.

use leptos::html::Table;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// The part of the accent in the colour of the least and of the greatest cell, in percent.
const TINTS: (f64, f64) = (4.0, 42.0);

/// One cell.
#[derive(Clone, PartialEq)]
pub(crate) struct Cell {
    /// What it says to whoever does not see it.
    pub(crate) words: String,
    pub(crate) text: String,
    /// What is chosen by it, and its value; none where there is nothing to choose.
    pub(crate) run: Option<(String, f64)>,
}

/// The cells that are shown, row by row, with the words beside rows and above columns.
#[derive(Clone, PartialEq)]
pub(crate) struct Cells {
    /// A way of storing weights, and the seeds below it.
    pub(crate) columns: Vec<(String, Vec<String>)>,
    pub(crate) rows: Vec<(String, Vec<Cell>)>,
}

impl Cells {
    /// The least and the greatest value.
    pub(crate) fn ends(&self) -> Option<(f64, f64)> {
        let cells = || self.rows.iter().flat_map(|(_, cells)| cells);
        let values = || cells().filter_map(|cell| cell.run.as_ref()).map(|(_, value)| *value);
        values().reduce(f64::min).zip(values().reduce(f64::max))
    }
}

/// The colour of a value between two others.
fn tint(value: f64, (low, high): (f64, f64)) -> String {
    let part = if high > low { (value - low) / (high - low) } else { 0.5 };
    let tint = TINTS.0 + (TINTS.1 - TINTS.0) * part;
    format!("color-mix(in srgb, var(--accent) {tint:.0}%, var(--raised))")
}

/// The grid under a heading with this identity.
#[component]
pub(crate) fn Grid(
    heading: &'static str,
    cells: Memo<Option<Cells>>,
    /// What is chosen; empty for nothing.
    #[prop(into)]
    chosen: Signal<String>,
    choose: Callback<String>,
) -> impl IntoView {
    let table = NodeRef::<Table>::new();
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
    let cell = move |cell: &Cell, place: (usize, usize), ends: (f64, f64)| {
        let Cell { words, text, run } = cell.clone();
        let colour = run.as_ref().map(|(_, value)| tint(*value, ends));
        let key = run.map_or_else(String::new, |(key, _)| key);
        let own = key.clone();
        let is_chosen = move || !own.is_empty() && chosen.with(|chosen| *chosen == own);
        let press = move |_| {
            current.set(place);
            if !key.is_empty() {
                // A second time puts it away.
                let is_chosen = chosen.with_untracked(|chosen| *chosen == key);
                choose.run(if is_chosen { String::new() } else { key.clone() });
            }
        };
        view! {
            <button type="button" aria-label=words aria-pressed=move || is_chosen().to_string() aria-disabled=colour.is_none().to_string()
                data-cell=format!("{}-{}", place.0, place.1) tabindex=move || if current.get() == place { "0" } else { "-1" }
                style:background-color=colour.unwrap_or_default() on:click=press>{text}</button>
        }
    };
    view! {
        <div class="table-scroll">
            <table class="matrix" role="grid" aria-labelledby=heading node_ref=table on:keydown=press>
                {move || cells.get().map(|cells| body(&cells, cell))}
            </table>
        </div>
    }
    .into_any()
}

/// Builds the head and the rows of the table; `cell` builds one from its data, its row and column, and the ends of the scale.
fn body<Built: IntoView + 'static>(
    cells: &Cells,
    cell: impl Fn(&Cell, (usize, usize), (f64, f64)) -> Built,
) -> AnyView {
    let ends = cells.ends().unwrap_or((0.0, 1.0));
    let heads = cells.columns.iter().map(|(way, labels)| {
        view! { <th scope="colgroup" colspan=labels.len().to_string()>{way.clone()}</th> }
    });
    let labels = cells.columns.iter().flat_map(|(_, labels)| labels.clone());
    let labels = labels.map(|label| view! { <th scope="col">{label}</th> });
    let rows = cells.rows.iter().enumerate().map(|(row, (name, line))| {
        let line =
            line.iter().enumerate().map(|(column, one)| view! { <td>{cell(one, (row, column), ends)}</td> });
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

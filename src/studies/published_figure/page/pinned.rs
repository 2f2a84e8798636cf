//! Run A: pinned by the reader, drawn under whatever is shown later, and set against it number by number.

use super::PageFigure;
use super::state::FigureState;
use crate::kit::page::local_storage as kept;
use crate::kit::page::state::Lab;
use crate::kit::page::table::{DataTable, Rows};
use crate::kit::protocol::{Found, Imported, Stopped};
use crate::kit::record::difference::{Difference, differences};
use crate::kit::record::table::cell;
use crate::kit::room::Room;
use bk_plot::plot::readable;
use leptos::prelude::*;
use serde::Serialize;
use std::sync::Arc;

/// Key under which pinned runs are kept in the browser's store.
const KEY: &str = "bk-lab.pinned";

/// Significant digits of a number in the table.
const DIGITS: usize = 6;

/// Pinned runs outlive the tab, as imported records do.
pub fn keep_pinned(lab: Lab) {
    let take = move |imported: Result<Imported, Stopped>| {
        for Found { room, document } in imported.into_iter().flat_map(|imported| imported.records) {
            if let Some(room) = Room::named(&room, lab.rooms()) {
                lab.entrance(room).pinned.set(Some(document));
            }
        }
    };
    let records =
        move || lab.rooms().iter().filter_map(|info| lab.entrance(info.room).pinned.get()).collect();
    kept::keep(lab, KEY, "What was pinned", take, records);
}

/// The buttons that pin and unpin run A, and what it is.
pub(crate) fn pin_controls<Figure: PageFigure>(lab: Lab, state: FigureState<Figure>) -> AnyView {
    let pinned = Signal::derive(move || {
        let name = state.pinned.with(|pinned| pinned.as_ref().map(name))?;
        Some(if state.is_compared() {
            format!("Run A is {name}. What is shown now is run B.")
        } else {
            format!(
                "Run A is {name}. Change a setting or import files, and it stays on the figure beside them."
            )
        })
    });
    let pin =
        Callback::new(move |wanted: bool| state.pin(lab, state.runs().into_iter().next().filter(|_| wanted)));
    view! { <PinControls pinned pin /> }.into_any()
}

/// The same for any figure: what is said of run A, if there is one, and what pins or unpins it.
#[component]
fn PinControls(pinned: Signal<Option<String>>, pin: Callback<bool>) -> impl IntoView {
    let is_pinned = move || pinned.with(Option::is_some);
    view! {
        <div class="actions" role="group" aria-label="Compare two runs">
            <button type="button" on:click=move |_| pin.run(true)>{move || if is_pinned() { "Pin this run as A instead" } else { "Pin this run as A" }}</button>
            <button type="button" hidden=move || !is_pinned() on:click=move |_| pin.run(false)>"Unpin run A"</button>
        </div>
        <p class="hint" role="status">{pinned}</p>
    }
    .into_any()
}

/// A run in a few words.
fn name<Figure: PageFigure>(run: &Figure) -> String {
    let files = run.manifest().files.join(", ");
    let origin = run.provenance().label();
    match (run.config(), files.as_str()) {
        (Some(config), "") => format!("{origin}, {}", setting(config)),
        (None, "") => origin.to_owned(),
        (_, files) => format!("{files} ({origin})"),
    }
}

/// What tells a simulation from others of its kind: the seed, and whatever is not as published.
fn setting<Config: Serialize + Default>(config: &Config) -> String {
    let fields = |config| serde_json::to_value(config).unwrap_or_default();
    let (all, published) = (fields(config), fields(&Config::default()));
    let told = all
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| *key == "seed" || published.get(key) != Some(value));
    let told: Vec<String> = told
        .map(|(key, value)| {
            let value = value.to_string().replace(',', ", ");
            format!("{} {}", key.replace('_', " "), value.trim_matches(['[', ']']))
        })
        .collect();
    told.join("; ")
}

/// For each run B a table of what differs from run A.
pub(crate) fn differences_view<Figure: PageFigure>(state: FigureState<Figure>) -> AnyView {
    let compared = Signal::derive(move || {
        let Some(a) = state.pinned.get().filter(|_| state.is_compared()) else { return vec![] };
        let runs = state.runs().into_iter().filter(|run| *run != a);
        let compare = |b: Figure| {
            let caption = format!("Run B, {}, against run A, {}", name(&b), name(&a));
            (caption, differences(&a.quantities(), &b.quantities()))
        };
        runs.map(compare).collect()
    });
    view! { <Differences compared /> }.into_any()
}

/// The tables of any figure, with their captions.
#[component]
fn Differences(compared: Signal<Vec<(String, Vec<Difference>)>>) -> impl IntoView {
    let tables = move || {
        let tables = compared.get().into_iter().map(|(caption, differences)| {
            view! { <DataTable caption rows=Signal::stored(rows(differences)) /> }
        });
        tables.collect_view()
    };
    view! {
        <section class="record" hidden=move || compared.with(Vec::is_empty)>
            <h2>"Differences between the runs"</h2>
            <p class="origin">"Both runs on the same points; with several evaluations of a point, their means. B − A is how much more run B has."</p>
            {tables}
        </section>
    }
    .into_any()
}

fn rows(differences: Vec<Difference>) -> Rows {
    let headings = ["Model", "At", "Quantity", "A", "B", "B − A", "Relative"];
    let number = |value: Option<f64>| cell(value, |value| readable(value, DIGITS));
    let row = move |difference: &Difference| {
        vec![
            difference.model.label().to_owned(),
            difference.place.clone(),
            difference.name.to_owned(),
            number(difference.a),
            number(difference.b),
            number(difference.absolute()),
            cell(difference.relative(), |part| format!("{:+.2} %", 100.0 * part)),
        ]
    };
    Rows {
        headings: headings.map(str::to_owned).to_vec(),
        count: differences.len(),
        row: Arc::new(move |index| row(&differences[index])),
    }
}

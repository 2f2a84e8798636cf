//! All modes over many seeds: how to ask, and what came of it.

use super::{grid_rows, no_rows};
use crate::kit::page::controls::Field;
use crate::kit::page::download;
use crate::kit::page::state::Lab;
use crate::kit::page::table::{DataTable, Rows};
use crate::kit::record::document;
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::record::{ComparisonConfig, ModeComparison};
use leptos::prelude::*;

/// The buttons and the tables.
pub(crate) fn view(room: QuantizeRoom) -> AnyView {
    let modes = room.modes;
    let rows = move |rows: fn(&ModeComparison) -> Rows| {
        Signal::derive(move || modes.record.with(|record| record.as_deref().map_or_else(no_rows, rows)))
    };
    view! {
        <Asking />
        <DataTable caption="Error of G end to end over seeds, in %" rows=rows(|record| grid_rows(record.error_table())) />
        <DataTable caption="Errors divided, seed by seed" rows=rows(|record| grid_rows(record.ratio_table())) />
    }
    .into_any()
}

/// How many seeds, start, stop, how far it is, and the record as a file.
#[component]
pub(crate) fn Asking() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<QuantizeRoom>();
    let modes = room.modes;
    let share = move || {
        modes.progress.get().map_or(0.0, |progress| progress.done as f64 / progress.total.max(1) as f64)
    };
    let idle = move || modes.asked.with(Option::is_none);
    let nothing = move || modes.record.with(Option::is_none);
    let save = move |_| {
        if let Some(record) = modes.record.get_untracked() {
            download::json(lab, "quantize-modes.json", document::to_json(&[record]));
        }
    };
    let shown = move || {
        modes.record.with(|record| {
            let ModeComparison { provenance, manifest, config, .. } = record.as_deref()?;
            let ComparisonConfig { sites, group, first_seed, seeds } = config;
            let last = first_seed.saturating_add(seeds.saturating_sub(1));
            let what = format!(
                " Seeds {first_seed} to {last}, {sites} sites, groups of {group}. {}",
                manifest.origin
            );
            Some(
                view! { <p role="status"><strong class="provenance">{provenance.label()}</strong>{what}</p> },
            )
        })
    };
    view! {
        <div class="controls">
            <Field label="Number of seeds" hint="1 to 1000, from the seed of the settings on" expected="a whole number"
                value=Signal::derive(move || room.view.with(|view| view.seeds))
                set=Callback::new(move |seeds| room.view.update(|view| view.seeds = seeds)) />
        </div>
        <div class="actions" role="group" aria-label="Comparison over seeds">
            <button type="button" class="primary" disabled=move || !idle() on:click=move |_| room.compare(lab)>{move || format!("Compare over {} seeds", room.view.with(|view| view.seeds))}</button>
            <button type="button" disabled=idle on:click=move |_| modes.stop(lab)>"Stop comparing"</button>
            <button type="button" disabled=nothing on:click=save>"Comparison as JSON"</button>
        </div>
        <progress max="1" aria-label="Progress of the comparison" hidden=idle prop:value=share></progress>
        {shown}
    }
    .into_any()
}

//! What the runs come to: accuracy against bytes, tests over seeds in words and numbers, and the published ones beside.

use super::{MeasuredRoom, key};
use crate::kit::data_files::DataFormat;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::record::table::exact;
use crate::studies::lora::measured::figure as adaptation;
use crate::studies::lora::measured::record::{Adaptation, Run};
use bk_plot::export::Table;
use leptos::prelude::*;
use std::sync::Arc;

/// The figure.
pub(crate) fn accuracy(lab: Lab, room: MeasuredRoom) -> AnyView {
    let measured = Memo::new(move |_| room.settings.with(|settings| settings.measured.clone()));
    let draw = Signal::derive(move || {
        let (shown, measured) = (room.shown(), measured.get());
        Some::<DrawView>(Arc::new(move |view, layout| {
            let runs: Vec<&Run> = shown.runs.iter().filter(|run| measured.admits(&run.arm)).collect();
            adaptation::accuracy(&runs, chance(&shown, &runs), shown.provenance, view, layout)
        }))
    });
    let manifest = Callback::new(move |()| room.manifest(lab));
    let data = Callback::new(move |format| {
        let manifest = manifest.run(())?;
        let shown = untrack(|| room.shown());
        let table = table(&shown, shown.runs.iter().filter(|run| measured.get_untracked().admits(&run.arm)));
        Some(match format {
            DataFormat::Csv => table.csv(Some(&manifest)),
            DataFormat::Latex => table.latex(Some(&manifest)),
            DataFormat::Json => manifest,
        })
    });
    view! {
        <div hidden=move || room.shown().runs.is_empty()>
            <FigureView draw view=room.view stem="quantized-lora-measured" aspect=0.5 manifest data />
        </div>
    }
    .into_any()
}

/// What chance recognises, where that is the same for all runs.
fn chance(record: &Adaptation, runs: &[&Run]) -> Option<f64> {
    let mut chances = runs.iter().map(|run| record.above_chance(run).0);
    let first = chances.next()?;
    chances.all(|other| other == first).then_some(first)
}

/// The numbers of the figure.
fn table<'run>(record: &Adaptation, runs: impl Iterator<Item = &'run Run>) -> Table {
    let rows = runs.map(|run| {
        vec![
            key(&run.arm),
            record.provenance.label().into(),
            run.held_out.accuracy().to_string(),
            run.base_bytes.to_string(),
            run.trained_bytes.to_string(),
            exact(run.memory.map(|memory| memory.bytes)),
            run.trajectory.losses.len().to_string(),
        ]
    });
    let columns =
        ["Run", "Data", "Accuracy", "Bytes of base", "Bytes trained", "Bytes a step takes", "Steps"];
    Table {
        caption: format!("Accuracy against bytes. Data: {}.", record.provenance.label()),
        columns: columns.map(String::from).into(),
        rows: rows.collect(),
    }
}

/// Words and tables.
#[component]
pub(crate) fn Results() -> impl IntoView {
    let room = expect_context::<MeasuredRoom>();
    view! {
        {move || room.explained.get().map(|explained| {
            let shown = untrack(|| room.shown());
            let tables = explained.tables.clone().into_iter().map(|grid| view! { <GridTable grid /> });
            view! {
                <section class="record">
                    <h2>{format!("Data: {}", shown.provenance.label())}</h2>
                    <p class="origin">"What was measured here, seed against the same seed, and beside it what the published simulation draws: nobody measured that."</p>
                    <ul class="sentences">{explained.sentences.clone().into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view()}</ul>
                    {tables.collect_view()}
                </section>
            }
        })}
    }
    .into_any()
}

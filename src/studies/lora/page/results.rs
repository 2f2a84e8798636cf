//! What the study comes to: accuracy against what is stored, claims, and tables, each with what it says.

use super::{LoraRoom, Shown, accuracy};
use crate::kit::data_files::DataFormat;
use crate::kit::page::claims::Claims;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::record::table::exact;
use crate::studies::lora::figure as lora;
use crate::studies::lora::published::size::MEGABYTE;
use crate::studies::lora::record::Experiment;
use bk_plot::export::Table;
use leptos::prelude::*;
use std::sync::Arc;

/// The experiments that the filter admits, with the bytes that they store in truth.
fn admitted<'study>(
    shown: &'study Shown,
    filter: &super::axes::Filter,
) -> Vec<(&'study Experiment, Option<u64>)> {
    let stored = shown.evidence.stored.iter().copied();
    shown.study.experiments.iter().zip(stored).filter(|(run, _)| filter.admits(&run.config)).collect()
}

/// The figure.
#[component]
pub(crate) fn Accuracy() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<LoraRoom>();
    let filter = Memo::new(move |_| room.settings.with(|settings| settings.filter.clone()));
    let draw = Signal::derive(move || {
        let (shown, filter) = (room.shown.get()?, filter.get());
        Some::<DrawView>(Arc::new(move |view, layout| {
            lora::accuracy(&admitted(&shown, &filter), shown.study.provenance, view, layout)
        }))
    });
    let manifest = Callback::new(move |()| room.manifest(lab));
    let data = Callback::new(move |format| {
        let (shown, manifest) = (room.shown.get_untracked()?, manifest.run(())?);
        let table = table(&shown, &filter.get_untracked());
        Some(match format {
            DataFormat::Csv => table.csv(Some(&manifest)),
            DataFormat::Latex => table.latex(Some(&manifest)),
            DataFormat::Json => manifest,
        })
    });
    view! { <FigureView draw view=room.view stem="vit-lora" aspect=0.55 manifest data /> }.into_any()
}

/// The numbers of the figure.
fn table(shown: &Shown, filter: &super::axes::Filter) -> Table {
    let rows = admitted(shown, filter).into_iter().map(|(run, stored)| {
        vec![
            run.config.name.clone(),
            shown.study.provenance.label().into(),
            run.config.storage().label().into(),
            accuracy(run).to_string(),
            exact(stored.map(|bytes| bytes as f64 / MEGABYTE)),
            run.quantization_analysis.quantized_model_memory_mb.to_string(),
            run.model_metrics.lora_parameters.to_string(),
        ]
    });
    let columns = [
        "Experiment",
        "Data",
        "Weights",
        "Accuracy",
        "Stored in truth, MB",
        "Model as stated, MB",
        "Parameters of adapters as stated",
    ];
    Table {
        caption: format!("Accuracy against what is stored. Data: {}.", shown.study.provenance.label()),
        columns: columns.map(String::from).into(),
        rows: rows.collect(),
    }
}

/// Claims and tables.
#[component]
pub(crate) fn Results() -> impl IntoView {
    let room = expect_context::<LoraRoom>();
    view! {
        {move || room.shown.get().map(|shown| {
            let evidence = &shown.evidence;
            // A dozen tables are a long way to scroll: each says what it is, and opens where it is asked for.
            let tables = evidence.tables.clone().into_iter().enumerate().map(|(place, table)| {
                let rows = table.grid.rows.len() as u64 + table.grid.omitted;
                view! {
                    <details class="fold" open=place == 0>
                        <summary>{table.grid.heading.clone()}" "<small>{format!("{rows} {}", if rows == 1 { "row" } else { "rows" })}</small></summary>
                        <p class="explanation">{table.explanation}</p>
                        <GridTable grid=table.grid />
                    </details>
                }
            });
            view! {
                <section class="record">
                    <h2>{format!("Data: {}", shown.study.provenance.label())}</h2>
                    <p class="origin">{shown.study.provenance.meaning()}</p>
                    <Claims rows=evidence.claims.clone() />
                    {tables.collect_view()}
                </section>
            }
        })}
    }
    .into_any()
}

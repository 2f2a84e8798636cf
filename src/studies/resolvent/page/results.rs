//! What the resolvent room shows of a panel: how it was computed, the figures, the numbers.

use super::ResolventRoom;
use super::explanations;
use crate::kit::page::download;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::{DataTable, Rows};
use crate::kit::record::document;
use crate::studies::resolvent::figure::ResolventFigure;
use crate::studies::resolvent::record::{Panel, Resolvent};
use bk_resolvent::Backend;
use leptos::prelude::*;
use std::sync::Arc;

/// Digits of the numbers in the tables.
const DIGITS: usize = 6;

/// Everything below the controls, for every panel; only the one that is asked for is seen.
#[component]
pub(crate) fn Results() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<ResolventRoom>();
    let earlier = move || !room.is_current() && room.record().is_some() && room.running.get().is_none();
    let progress = move || room.running.get().and_then(|_| room.progress.get());
    let share =
        move || progress().map_or(0.0, |progress| progress.done as f64 / progress.total.max(1) as f64);
    view! {
        <div class="glance" aria-live="polite">
            {move || room.record().map(|record| view! { <Report record /> })}
            <Show when=earlier>
                <p class="hint earlier">"The result below belongs to the earlier settings."</p>
            </Show>
        </div>
        <div class="progress" hidden=move || progress().is_none()>
            <progress max="1" aria-label="Progress of the computation" prop:value=share></progress>
            <span>{move || progress().map(|progress| format!("{} of {} units of work", progress.done, progress.total))}</span>
        </div>
        {Panel::ALL.map(|panel| panel_view(lab, panel)).collect_view()}
    }
}

/// Figures, explanation and numbers of a panel.
fn panel_view(lab: Lab, panel: Panel) -> AnyView {
    let room = expect_context::<ResolventRoom>();
    let record = Signal::derive(move || room.record_of(panel));
    let manifest = Callback::new(move |()| {
        let record = record.get_untracked()?.manifest_only();
        document::to_json(&[record]).ok()
    });
    let figures = ResolventFigure::of(panel).iter().enumerate().map(|(index, &figure)| {
        let view = if index == 0 { room.view_of(panel) } else { RwSignal::default() };
        let draw = Signal::derive(move || {
            record.get().map(|record| -> DrawView {
                Arc::new(move |view, layout| figure.draw(&record, view, layout))
            })
        });
        view! {
            <div>
                <h2>{figure.heading()}</h2>
                <FigureView draw view stem=figure.stem() aspect=figure.aspect() manifest />
            </div>
        }
    });
    let save = move |_| {
        if let Some(record) = record.get_untracked() {
            download::json(lab, "resolvent.json", document::to_json(&[record]));
        }
    };
    view! {
        <section class="stack" hidden=move || room.panel.get() != panel aria-label=panel.title()>
            {explanations::explanation(panel)}
            <div class="pair">
                <div class="stack">{figures.collect_view()}</div>
                <div class="stack">
                    {move || record.get().map(|record| {
                        let caption = record.finding.numbers().caption();
                        view! { <DataTable caption rows=Signal::stored(rows(record)) /> }
                    })}
                    <div class="actions" role="group" aria-label="Take this data away">
                        <button type="button" disabled=move || record.with(Option::is_none) on:click=save>"Record JSON"</button>
                    </div>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// Which back end ran, where, how long, and what there is to say of the whole.
#[component]
fn Report(record: Arc<Resolvent>) -> impl IntoView {
    let adapter = record.report.adapter.as_ref();
    let machine = match (record.report.backend, adapter) {
        (Backend::Gpu, Some(adapter)) => {
            let software = if adapter.software { ", a software adapter" } else { "" };
            format!("WebGPU in single precision on {} ({}{software})", adapter.name, adapter.backend)
        }
        (Backend::Gpu, None) => "WebGPU in single precision".into(),
        (Backend::F32, _) => "the CPU in single precision".into(),
        (Backend::F64, _) => "the CPU in double precision, the reference itself".into(),
    };
    let facts = record
        .finding
        .numbers()
        .facts()
        .into_iter()
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <p><strong class="provenance">{record.provenance.label()}</strong>" Computed by "<b class="backend">{machine}</b>", because "{record.report.reason.clone()}"."</p>
        <dl class="facts">
            <div><dt>"Time"</dt><dd>{format!("{:.1} ms", record.wall_seconds * 1e3)}</dd></div>
            {facts.collect_view()}
        </dl>
    }
}

/// The numbers of a record, row by row.
fn rows(record: Arc<Resolvent>) -> Rows {
    let numbers = record.finding.numbers();
    let (headings, count) = (numbers.headings(), numbers.rows());
    let row = move |index: usize| record.finding.numbers().row(index, DIGITS);
    Rows { headings, count, row: Arc::new(row) }
}

//! How fast the kernels are in this browser: measured when the reader asks, in the worker, on one thread.

use super::ResolventRoom;
use crate::kit::context::Progress;
use crate::kit::page::download;
use crate::kit::page::state::Lab;
use crate::kit::page::table::{DataTable, Rows};
use crate::kit::protocol::{RequestId, Stopped};
use crate::kit::record::document;
use crate::kit::record::table::Grid;
use crate::studies::resolvent::speed::record::{Config, Speed};
use leptos::prelude::*;
use std::sync::Arc;

/// The state of the measurement.
#[derive(Clone, Copy, Default)]
pub(crate) struct SpeedState {
    /// The last record.
    record: RwSignal<Option<Arc<Speed>>>,
    running: RwSignal<Option<RequestId>>,
    progress: RwSignal<Option<Progress>>,
    trouble: RwSignal<Option<String>>,
}

impl SpeedState {
    fn run(self, lab: Lab) {
        self.trouble.set(None);
        let watch = move |progress| self.progress.set(Some(progress));
        let id = lab.ask_and_watch(&Config::default(), vec![], watch, move |measured| self.take(measured));
        self.running.set(Some(id));
    }

    fn take(self, measured: Result<Speed, Stopped>) {
        match measured {
            Ok(record) => self.record.set(Some(Arc::new(record))),
            Err(Stopped::Failed(sentence)) => self.trouble.set(Some(sentence)),
            Err(Stopped::Cancelled) => {
                let sentence = match self.record.with_untracked(Option::is_some) {
                    true => "Stopped. What is shown is the earlier measurement.",
                    false => "Stopped before anything was measured.",
                };
                self.trouble.set(Some(sentence.into()));
            }
        }
        self.running.set(None);
        self.progress.set(None);
    }
}

/// The panel: a button, progress, and the last measurement as a table.
#[component]
pub(crate) fn SpeedPanel() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let state = expect_context::<ResolventRoom>().speed;
    let is_running = move || state.running.get().is_some();
    let share = move || {
        state.progress.get().map_or(0.0, |progress| progress.done as f64 / progress.total.max(1) as f64)
    };
    let stop = move |_| {
        if let Some(id) = state.running.get_untracked() {
            lab.cancel(id);
        }
    };
    let save = move |_| {
        if let Some(record) = state.record.get_untracked() {
            download::json(lab, "speed.json", document::to_json(&[record]));
        }
    };
    view! {
        <section class="stack" aria-labelledby="speed-title">
            <h2 id="speed-title">"Speed in this browser"</h2>
            <p class="explanation">"The kernels compute 16 sequences of f32, or 8 of f64, side by side in the processor’s vector registers. Here they are timed on one thread beside a plain loop in JavaScript that does the same, in double precision, one site after the other; each result is compared with the loop’s. Of a GPU, transfer to it and back is part of the time."</p>
            <div class="actions">
                <button type="button" disabled=is_running on:click=move |_| state.run(lab)>"Measure the speed"</button>
                <button type="button" disabled=move || !is_running() on:click=stop>"Stop measuring"</button>
                <button type="button" disabled=move || state.record.with(Option::is_none) on:click=save>"Speed record JSON"</button>
            </div>
            <div class="progress" hidden=move || !is_running()>
                <progress max="1" aria-label="Progress of the measurement" prop:value=share></progress>
                <span>{move || state.progress.get().map(|progress| format!("{} of {} rounds", progress.done, progress.total))}</span>
            </div>
            <p role="status">{move || state.trouble.get()}</p>
            {move || state.record.get().map(|record| {
                let Grid { heading, columns, rows, .. } = record.table();
                let rows = Rows { headings: columns, count: rows.len(), row: Arc::new(move |index| rows[index].clone()) };
                view! {
                    <p class="explanation"><strong class="provenance">{record.provenance.label()}</strong>" "{heading}"."</p>
                    <DataTable caption=Speed::TITLE rows=Signal::stored(rows) />
                }
            })}
        </section>
    }
}

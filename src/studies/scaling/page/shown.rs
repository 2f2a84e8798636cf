//! What was found, as a figure, statements and tables.

use super::settings::Study;
use super::state::{LadderRoom, StudyState};
use crate::kit::page::controls::Choice;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::findings;
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::record::document;
use crate::kit::record::table::Grid;
use crate::studies::scaling::data_files as data;
use crate::studies::scaling::figure::contexts::Trace;
use crate::studies::scaling::record::Ladder;
use leptos::prelude::*;
use std::sync::Arc;

/// The resolvent alone at the longest published length, exact beside published.
const RESOLVENT: &str = "#/resolvent?v=1&panel=published&sites=1048576";

/// Figures, statements and tables of a study.
pub(crate) fn view(lab: Lab, room: LadderRoom, state: StudyState) -> AnyView {
    let record = Memo::new(move |_| state.shown());
    let shown = match state.study {
        Study::Efficiency => view! {
            {figure(lab, room, state, record)}
            {statements(record, state.study)}
            {table(record, Ladder::costs_table)}
            {table(record, Ladder::exits_table)}
            {table(record, Ladder::sparsity_table)}
        }
        .into_any(),
        Study::Stability => view! {
            <p class="explanation">"A tab ends far below the published million tokens; the resolvent alone does not: "<a href=RESOLVENT>"it is computed for 1,048,576 sites in its own room, exact beside published."</a></p>
            {trace(room)}
            {figure(lab, room, state, record)}
            {statements(record, state.study)}
            {table(record, Ladder::stability_table)}
        }
        .into_any(),
    };
    view! {
        {origin(record)}
        {shown}
    }
    .into_any()
}

/// Where the numbers come from, or that there are none yet, and what has to be said before they are read.
fn origin(record: Memo<Arc<Ladder>>) -> AnyView {
    let label = move || record.with(|record| record.provenance.label());
    let says = move || {
        record.with(|record| match (record.rungs.is_empty(), record.manifest.files.as_slice()) {
            (true, _) => {
                "No model has been trained with these settings yet. Press “Measure it here”.".to_owned()
            }
            (false, []) => record.manifest.origin.clone(),
            (false, files) => format!("“{}”. {}", files.join(", "), record.manifest.origin),
        })
    };
    let warnings = move || {
        let warnings = record.with(|record| record.warnings());
        warnings.into_iter().map(|warning| view! { <p class="caution">{warning}</p> }).collect_view()
    };
    view! {
        <p class="explanation"><strong class="provenance">{label}</strong>" "{says}</p>
        {warnings}
    }
    .into_any()
}

/// Which curves are shown.
fn trace(room: LadderRoom) -> AnyView {
    const TRACES: [(&str, &str); 2] = [("loss", "loss"), ("norm", "norm of its derivatives")];
    let value = Signal::derive(move || TRACES[room.settings.with(|settings| settings.trace as usize)].0);
    let set = Callback::new(move |chosen: String| {
        let trace = if chosen == TRACES[1].0 { Trace::Norm } else { Trace::Loss };
        room.settings.update(|settings| settings.trace = trace);
    });
    view! { <div class="options"><Choice label="Shown against steps" options=TRACES.to_vec() value set /></div> }
        .into_any()
}

/// The figure of a study, with its files.
fn figure(lab: Lab, room: LadderRoom, state: StudyState, record: Memo<Arc<Ladder>>) -> AnyView {
    let is_stability = state.study == Study::Stability;
    let shown = Memo::new(move |_| room.settings.with(|settings| settings.trace));
    let draw = Signal::derive(move || {
        let (record, trace) = (record.get(), shown.get());
        (!record.rungs.is_empty()).then(|| -> DrawView {
            Arc::new(move |view, layout| match is_stability {
                true => crate::studies::scaling::figure::contexts::draw(&record, trace, view, layout),
                false => crate::studies::scaling::figure::costs::draw(&record, view, layout),
            })
        })
    });
    let manifest = Callback::new(move |()| {
        let record = record.get_untracked();
        document::view_to_json(&untrack(|| lab.fragment(crate::studies::scaling::ROOM)), &[record]).ok()
    });
    let data = Callback::new(move |format| {
        Some(data::write(&record.get_untracked(), is_stability, format, &manifest.run(())?))
    });
    let nothing = move || record.with(|record| record.rungs.is_empty());
    view! {
        <div hidden=nothing>
            <FigureView draw view=state.view stem=state.study.stem() aspect=0.62 manifest data />
        </div>
    }
    .into_any()
}

/// The published statements, judged.
fn statements(record: Memo<Arc<Ladder>>, study: Study) -> AnyView {
    let findings = Memo::new(move |_| {
        record.with(|record| match (record.rungs.is_empty(), study) {
            (true, _) => vec![],
            (false, Study::Efficiency) => crate::studies::efficiency::measured::findings(record),
            (false, Study::Stability) => crate::studies::stability::measured::findings(record),
        })
    });
    findings::table(findings, "one of the published checks")
}

/// A table of the record, where it has rows.
fn table(record: Memo<Arc<Ladder>>, of: fn(&Ladder) -> Grid) -> AnyView {
    let grid = Memo::new(move |_| record.with(|record| of(record)));
    (move || grid.with(|grid| (!grid.rows.is_empty()).then(|| view! { <GridTable grid=grid.clone() /> })))
        .into_any()
}

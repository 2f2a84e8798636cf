//! What was found, as figures, statements and tables.

use super::LadderRoom;
use crate::export::data;
use crate::figure::models::{self, Trace};
use crate::figure::{Layout, Scene, View};
use crate::lab::page::figure_view::{DrawView, FigureView};
use crate::lab::page::findings;
use crate::lab::page::state::Lab;
use crate::lab::page::table::GridTable;
use crate::lab::permalink::Room;
use crate::published::judgement::Finding;
use crate::published::{efficiency, stability};
use crate::record::document;
use crate::record::ladder::Ladder;
use crate::record::table::Grid;
use leptos::prelude::*;
use std::sync::Arc;

/// The resolvent alone at the longest published length, exact beside published.
const RESOLVENT: &str = "#/resolvent?v=1&panel=published&sites=1048576";

/// The stage of the measured half.
pub(in crate::lab::page) fn view(lab: Lab, ladder: LadderRoom) -> AnyView {
    let record = Memo::new(move |_| ladder.shown());
    let origin = move || {
        let says = |record: &Ladder| match record.rungs.is_empty() {
            true => {
                "No model has been trained with these settings yet. Press “Train and measure here”.".into()
            }
            false => record.manifest.origin.clone(),
        };
        let (label, origin) = record.with(|record| (record.provenance.label(), says(record)));
        view! { <p><strong class="provenance">{label}</strong>" "{origin}</p> }
    };
    let warnings = move || {
        let warnings = record.with(|record| record.warnings());
        warnings.into_iter().map(|warning| view! { <p class="caution">{warning}</p> }).collect_view()
    };
    let statements = |of: fn(&Ladder) -> Vec<Finding>| {
        findings::table(Memo::new(move |_| record.with(|record| of(record))), "one of the published checks")
    };
    let shown = match ladder.room {
        Room::Stability => view! {
            <p class="explanation">"Models of one size are trained for contexts of several lengths, as many tokens a step for all. The loss of every step and the norm of its derivatives before clipping are kept; a step whose loss or derivatives are not finite is left out and counted. A tab ends far below the published million tokens; the resolvent alone does not: "<a href=RESOLVENT>"it is computed for 1,048,576 sites in its own room, exact beside published."</a></p>
            {figure(lab, ladder, record, "measured-loss", true, |record, view, layout| models::contexts(record, Trace::Loss, view, layout))}
            {figure(lab, ladder, record, "measured-norms", true, |record, view, layout| models::contexts(record, Trace::Norm, view, layout))}
            {statements(stability::measured::findings)}
            {table(record, Ladder::stability_table)}
        }
        .into_any(),
        _ => view! {
            <p class="explanation">"Models of several widths and depths are trained on as many tokens of the same text. The operations of a token are counted completely, the routers, recursions and scans too. A token that exits early is spared its experts and what is made of its resolvent, but not the recursion through its site, which every later token needs. Learned sparsity computes the whole diagonal before it leaves sites of it out, and adds two networks."</p>
            {figure(lab, ladder, record, "measured-efficiency", false, models::ladder)}
            {statements(efficiency::measured::findings)}
            {table(record, Ladder::costs_table)}
            {table(record, Ladder::exits_table)}
            {table(record, Ladder::sparsity_table)}
        }
        .into_any(),
    };
    view! {
        <div class="glance" aria-live="polite">{origin}{warnings}</div>
        {shown}
    }
    .into_any()
}

/// A figure of the record, with its files.
fn figure(
    lab: Lab,
    ladder: LadderRoom,
    record: Memo<Arc<Ladder>>,
    stem: &'static str,
    of_lengths: bool,
    draw: fn(&Ladder, &View, &Layout) -> Scene,
) -> AnyView {
    let drawn = Signal::derive(move || {
        let record = record.get();
        Some::<DrawView>(Arc::new(move |view, layout| draw(&record, view, layout)))
    });
    let manifest = Callback::new(move |()| {
        let record = record.get_untracked();
        document::view_to_json(&untrack(|| lab.fragment(ladder.room)), &[&*record]).ok()
    });
    let data = Callback::new(move |format| {
        Some(data::ladder(&record.get_untracked(), of_lengths, format, &manifest.run(())?))
    });
    let nothing = move || record.with(|record| record.rungs.is_empty());
    view! {
        <div hidden=nothing>
            <FigureView draw=drawn view=RwSignal::new(View::default()) stem aspect=0.62 manifest data />
        </div>
    }
    .into_any()
}

/// A table of the record, where it has rows.
fn table(record: Memo<Arc<Ladder>>, of: fn(&Ladder) -> Grid) -> AnyView {
    let grid = Memo::new(move |_| record.with(|record| of(record)));
    (move || grid.with(|grid| (!grid.rows.is_empty()).then(|| view! { <GridTable grid=grid.clone() /> })))
        .into_any()
}

//! How fragile a figure's checks are: the same simulation with other seeds, and with its widths in other
//! orders and choices.

use super::PageFigure;
use super::state::FigureState;
use crate::kit::page::controls::Field;
use crate::kit::page::download;
use crate::kit::page::state::Lab;
use crate::kit::page::table::{DataTable, Rows};
use crate::kit::record::document;
use crate::studies::published_figure::fragility::record as fragility;
use crate::studies::published_figure::fragility::record::{Count, FIRST_SEED, Fragility, SEEDS, Tally};
use leptos::prelude::*;
use std::sync::Arc;

/// What a number of seeds is.
const WHOLE: &str = "a whole number from 0 to 4294967295";

/// The section of a room.
pub(crate) fn fragility<Figure: PageFigure>(lab: Lab, state: FigureState<Figure>) -> AnyView {
    let (first, seeds) = (RwSignal::new(FIRST_SEED), RwSignal::new(SEEDS));
    let count = move |_| {
        let subject = Figure::subject(state.settings.with_untracked(|of| of.config.clone()));
        let (first_seed, seeds) = (first.get_untracked(), seeds.get_untracked());
        state.count_checks(lab, fragility::Config { subject, first_seed, seeds });
    };
    let stop = move |_| {
        if let Some(id) = state.counting.get_untracked() {
            lab.cancel(id);
        }
    };
    let share = move || {
        state.counted.get().map_or(0.0, |progress| progress.done as f64 / progress.total.max(1) as f64)
    };
    let save = move |_| {
        if let Some(record) = state.fragility.get_untracked() {
            download::json(lab, &format!("{}-fragility.json", Figure::STEM), document::to_json(&[record]));
        }
    };
    view! {
        <section class="record">
            <h2>"How fragile are the checks?"</h2>
            <p class="explanation">"Count how often each check holds over a range of seeds, with the settings above. What the noise decides holds for some seeds; what the formula decides holds for all or for none."</p>
            <div class="controls">
                <Field label="First seed" hint="0 to 4294967295" expected=WHOLE value=first.into() set=Callback::new(move |seed| first.set(seed)) />
                <Field label="Number of seeds" hint="1 to 1000000, one after another" expected=WHOLE value=seeds.into() set=Callback::new(move |count| seeds.set(count)) />
            </div>
            <div class="actions">
                <button type="button" disabled=move || state.counting.get().is_some() on:click=count>{move || format!("Try {} seeds", seeds.get())}</button>
                <button type="button" disabled=move || state.counting.get().is_none() on:click=stop>"Stop counting"</button>
                <button type="button" disabled=move || state.fragility.with(Option::is_none) on:click=save>"Count as JSON"</button>
            </div>
            <progress max="1" aria-label="Progress of the count" hidden=move || state.counting.get().is_none() prop:value=share></progress>
            {move || state.fragility.get().map(|record| view! {
                <p class="fragility" role="status">{sentence(&record)}</p>
                <DataTable caption="How often each check holds" rows=Signal::stored(rows(record)) />
            })}
        </section>
    }
    .into_any()
}

/// The count in words.
fn sentence(record: &Fragility) -> String {
    let all =
        |tally: &Tally, of: &str| format!("All checks hold in {} of {} {of}.", tally.all_held, tally.runs);
    let seeds = all(&record.seeds, "seeds");
    match &record.arrangements {
        Some(arrangements) => {
            format!("{seeds} {}", all(arrangements, "orders and choices of the widths with the present seed"))
        }
        None => seeds,
    }
}

/// The count check by check.
fn rows(record: Fragility) -> Rows {
    let mut headings =
        vec!["Check".to_owned(), "Threshold".into(), "Seeds".into(), "Values over seeds".into()];
    if record.arrangements.is_some() {
        headings.push("Orders and choices".into());
    }
    let count = record.seeds.checks.len();
    let row = move |index: usize| {
        let check: &Count = &record.seeds.checks[index];
        let held = |count: &Count| format!("{} of {}", count.held, count.tried);
        let mut cells = vec![
            check.statement.clone(),
            format!("{} {}", check.threshold, check.unit),
            held(check),
            format!("{:.2} to {:.2} {}", check.lowest, check.highest, check.unit),
        ];
        if let Some(arrangements) = &record.arrangements {
            let same = arrangements.checks.iter().find(|other| other.key == check.key);
            cells.push(same.map_or("–".into(), held));
        }
        cells
    };
    Rows { headings, count, row: Arc::new(row) }
}

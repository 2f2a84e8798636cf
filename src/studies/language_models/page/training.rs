//! Learning, and what was learned: the curve while it grows, and the measurement on held-out text.

use super::state::ModelsRoom;
use crate::kit::page::download;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::page::table::{DataTable, Rows};
use crate::kit::record::document;
use crate::studies::language_models::figure::training;
use crate::studies::language_models::messages::Shelved;
use crate::studies::language_models::record::LanguageModel;
use bk_plot::View;
use leptos::prelude::*;
use std::sync::Arc;

/// Curve, numbers, record.
pub(crate) fn view(lab: Lab, room: ModelsRoom) -> AnyView {
    let draw = Signal::derive(move || {
        let model = room.model()?;
        let counted = model.baselines?;
        Some::<DrawView>(Arc::new(move |view, layout| {
            let Shelved { config, trajectory, entropy, .. } = &*model;
            let curve = training::Curve {
                architecture: &config.architecture,
                steps: config.recipe.steps,
                trajectory,
                baselines: &counted,
                entropy: *entropy,
            };
            training::draw(&curve, view, layout)
        }))
    });
    let record = move || room.model().and_then(|model| model.measured.clone());
    let manifest = Callback::new(move |()| {
        let record = untrack(record)?;
        document::to_json(&[record.as_ref()]).ok()
    });
    let save = move |_| {
        if let Some(record) = untrack(record) {
            download::json(lab, "language-model.json", document::to_json(&[record.as_ref()]));
        }
    };
    let measurable = move || {
        room.is_idle() && room.model().is_some_and(|model| model.baselines.is_some() && model.steps > 0)
    };
    view! {
        <div class="glance" aria-live="polite">{move || record().map(|record| report(&record))}</div>
        <div class="pair">
            <div hidden=move || draw.with(Option::is_none)>
                <FigureView draw view=RwSignal::new(View::default()) stem="language-model-training" aspect=0.55 manifest />
            </div>
            <div class="stack">
                <p class="hint" role="status">{move || room.model().map(|model| progress(&model))}</p>
                {move || record().map(|record| view! { <GridTable grid=record.table() /> })}
                {move || room.model().map(steps)}
            </div>
        </div>
        <div class="actions" role="group" aria-label="Take this data away">
            <button type="button" disabled=move || !measurable() on:click=move |_| room.measure(lab)>"Measure on held-out text"</button>
            <button type="button" disabled=move || record().is_none() on:click=save>"Record JSON"</button>
        </div>
    }
    .into_any()
}

/// How far training is.
fn progress(model: &Shelved) -> String {
    let (steps, total) = (model.steps, model.config.recipe.steps);
    if model.is_halved() {
        return format!("Stored at FP16 after {steps} steps.");
    }
    if model.quantized {
        return format!("Quantized after {steps} steps; it runs from its codes.");
    }
    let Some(loss) = model.trajectory.losses.last() else {
        return format!("Not trained yet; {total} steps to take.");
    };
    format!("{steps} of {total} steps; the last batch lost {loss:.3} nats a token.")
}

/// What was measured, and what has to be said before it may be read.
fn report(record: &LanguageModel) -> AnyView {
    let facts = [
        ("Perplexity, held out", format!("{:.3}", record.held_out.perplexity())),
        ("Bits a byte", crate::kit::record::table::cell(record.bits_a_byte(), |bits| format!("{bits:.3}"))),
        ("Stored", record.storage()),
        ("Largest leak", format!("{:.1e}", record.largest_leak)),
    ];
    let facts = facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    let warnings = record.warnings().into_iter().map(|warning| view! { <p class="caution">{warning}</p> });
    view! {
        <p><strong class="provenance">{record.provenance.label()}</strong>" "{record.title()}</p>
        {warnings.collect_view()}
        <dl class="facts measured">{facts.collect_view()}</dl>
    }
    .into_any()
}

/// Every step in numbers.
fn steps(model: Arc<Shelved>) -> AnyView {
    let headings = ["Step", "Loss, nats", "Norm of the gradient"].map(String::from).into();
    let count = model.trajectory.losses.len();
    let row = move |step: usize| {
        let trajectory = &model.trajectory;
        let value = |values: &[f32]| values.get(step).map_or("–".into(), |value| format!("{value:.4}"));
        vec![(step + 1).to_string(), value(&trajectory.losses), value(&trajectory.norms)]
    };
    let rows = Rows { headings, count, row: Arc::new(row) };
    view! { <DataTable caption="Loss and gradient, step by step" rows=Signal::stored(rows) /> }.into_any()
}

//! Training: its buttons, and every step in numbers.

use super::{headings, no_rows, table};
use crate::kit::page::state::Lab;
use crate::kit::page::table::{DataTable, Rows};
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::record::{Config, Quantize, Reading};
use leptos::prelude::*;
use std::sync::Arc;

/// What stands beside the curve of the loss.
pub(crate) fn numbers(room: QuantizeRoom) -> AnyView {
    view! {
        <TrainingButtons />
        {table(room, "Loss and gradient", |record, _, _| training_rows(record))}
        {as_published(room)}
    }
    .into_any()
}

/// The published training of the same core, beside one with a gradient.
fn as_published(room: QuantizeRoom) -> AnyView {
    let exact = move || room.config.with(|config| config.reading == Reading::Exact);
    let rows = Signal::derive(move || {
        let wanted = room.config.with(Config::trained_as_published);
        room.published_training
            .done
            .with(|done| {
                let (_, record) = done.first().filter(|(_, record)| record.config == wanted)?;
                training_rows(record)
            })
            .unwrap_or_else(no_rows)
    });
    view! { <Show when=exact><DataTable caption="As published: the loss of ten forward passes, and no gradient" rows /></Show> }
        .into_any()
}

/// Train, stop, and how far it is.
#[component]
fn TrainingButtons() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<QuantizeRoom>();
    let trainable =
        move || room.record.with(|record| record.as_ref().is_some_and(|record| !record.is_complete()));
    let says = move || {
        room.record.with(|record| {
            let record = record.as_ref()?;
            let Some(training) = &record.training else {
                return Some("This mode does not train. Choose QAT, or what is to be trained.".to_owned());
            };
            let gradient = training
                .gradient
                .last()
                .map_or(String::new(), |gradient| format!("; largest derivative {gradient:.3e}"));
            Some(format!("{} of {} steps{gradient}", training.loss.len(), record.config.steps))
        })
    };
    view! {
        <div class="actions" role="group" aria-label="Training">
            <button type="button" class="primary" disabled=move || room.training.get() || !trainable() on:click=move |_| { room.train(lab); room.train_as_published(lab) }>"Train"</button>
            <button type="button" disabled=move || !room.training.get() on:click=move |_| room.stop()>"Stop training"</button>
        </div>
        <p class="hint" role="status">{says}</p>
    }
}

fn training_rows(record: &Quantize) -> Option<Rows> {
    let training = record.training.clone()?;
    let count = training.loss.len();
    let row = move |step: usize| {
        vec![
            (step + 1).to_string(),
            format!("{:.4}", training.loss[step]),
            training.gradient.get(step).map_or("–".into(), |gradient| format!("{gradient:.3e}")),
        ]
    };
    Some(Rows { headings: headings(["Step", "Loss, %", "Largest derivative"]), count, row: Arc::new(row) })
}

//! Further training with quantization: what is asked for.

use super::state::WidthsRoom;
use crate::kit::page::controls::{Choice, Field, Finite};
use crate::kit::page::state::Lab;
use bk_models::Format;
use leptos::prelude::*;

/// What a model may be trained with: everything that rounds to so few levels that training can help.
const FORMATS: [Format; 4] = [Format::Int4, Format::Nf4, Format::Int3, Format::Int2];

/// Format, steps, rate, and the button.
pub(crate) fn controls(lab: Lab, room: WidthsRoom) -> AnyView {
    let tuning = move || room.settings.with(|settings| settings.tuning);
    let format = Signal::derive(move || tuning().format.label());
    let set_format = Callback::new(move |chosen: String| {
        let found = FORMATS.into_iter().find(|format| format.label() == chosen);
        room.settings.update(|settings| settings.tuning.format = found.unwrap_or(settings.tuning.format));
    });
    let can_tune = move || {
        let is_ready = room.model().is_some_and(|model| model.baselines.is_some() && model.steps > 0);
        let is_complete = room.chosen.get().and_then(|key| room.is_tuned(key, tuning())) == Some(true);
        room.is_idle() && is_ready && !is_complete
    };
    view! {
        <div class="options">
            <Choice label="Trained with" options=FORMATS.map(|format| (format.label(), format.label())).to_vec() value=format set=set_format />
            <Field label="Further steps" hint="with quantization, and as many without" expected="a whole number"
                value=Signal::derive(move || tuning().steps)
                set=Callback::new(move |steps| room.settings.update(|settings| settings.tuning.steps = steps)) />
            <Field label="Learning rate" hint="its greatest; it falls along a cosine" expected="a number"
                value=Signal::derive(move || Finite(tuning().learning_rate))
                set=Callback::new(move |Finite(rate)| room.settings.update(|settings| settings.tuning.learning_rate = rate)) />
        </div>
        <div class="actions" role="group" aria-label="Training with quantization">
            <button type="button" class="primary" disabled=move || !can_tune() on:click=move |_| room.tune(lab)>"Train with quantization"</button>
        </div>
    }
    .into_any()
}

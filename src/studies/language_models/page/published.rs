//! The published recipe: its sizes, and what is wrong with them.

use super::mixed;
use super::state::ModelsRoom;
use crate::kit::page::controls::Field;
use crate::kit::page::download;
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::record::document;
use crate::studies::language_models::mixed_precision::record::Config;
use leptos::prelude::*;

/// Sizes, and the tables of what comes of them.
pub(crate) fn view(lab: Lab, room: ModelsRoom) -> AnyView {
    let field = move |label, hint, read: fn(&Config) -> usize, write: fn(&mut Config, usize)| {
        let value = Signal::derive(move || room.settings.with(|settings| read(&settings.precision)));
        let set = Callback::new(move |number| {
            room.settings.update(|settings| write(&mut settings.precision, number))
        });
        view! { <Field label hint expected="a whole number" value set /> }
    };
    let save = move |_| {
        if let Some(record) = room.published.get_untracked() {
            download::json(lab, "mixed-precision-published.json", document::to_json(&[record]));
        }
    };
    view! {
        <div class="options">
            {mixed::assignment(room)}
            {field("Vocabulary", "1000 was published; the famous 6.00 × holds for it alone", |config| config.vocabulary, |config, value| config.vocabulary = value)}
            {field("Width", "128 was published", |config| config.width, |config, value| config.width = value)}
            {field("Blocks", "4 were published", |config| config.layers, |config, value| config.layers = value)}
            {field("Experts", "4 were published", |config| config.experts, |config, value| config.experts = value)}
        </div>
        <div class="actions" role="group" aria-label="The published recipe">
            <button type="button" class="primary" disabled=move || !room.is_idle() on:click=move |_| room.publish(lab)>"Run the published recipe"</button>
            <button type="button" disabled=move || room.published.with(Option::is_none) on:click=save>"Record JSON"</button>
        </div>
        {move || room.published.get().map(|record| view! {
            <p><strong class="provenance">{record.provenance.label()}</strong>" "{record.manifest.origin.clone()}</p>
            {record.published_table().map(|grid| view! { <GridTable grid /> })}
            <GridTable grid=record.layer_table() />
        })}
    }
    .into_any()
}

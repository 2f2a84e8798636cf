//! The room of files: what was imported that is no figure's data, as tables.

use crate::kit::page::files::{ImportButton, ImportFolderButton};
use crate::kit::page::room_handle::{Host, restore};
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::permalink;
use crate::kit::record::Table;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a link to this room restores: nothing.
#[derive(Default, Serialize, Deserialize)]
struct NoSettings {}

/// The room.
#[component]
pub(crate) fn TablesView() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let entrance = lab.entrance(crate::studies::files::ROOM);
    let host = Host {
        address: Signal::stored(permalink::to_room(crate::studies::files::ROOM)),
        restore: Callback::new(|link| restore(&link, |NoSettings {}| {})),
        take: Callback::new(move |(document, arrival)| entrance.take(lab, document, arrival)),
    };
    entrance.open(lab, crate::studies::files::ROOM, host);
    let tables = Memo::new(move |_| {
        let documents = entrance.imported.get();
        documents.iter().filter_map(|document| lab.record(document)).collect::<Vec<Table>>()
    });
    view! {
        <section class="room" hidden=move || lab.room.get() != crate::studies::files::ROOM aria-labelledby="files-title">
            <header class="intro">
                <h1 id="files-title">"Files"</h1>
                <p>"Result files of the two published projects, and whatever shares their forms. What belongs to a figure is drawn in its room; everything else is shown here as it is, with what is known of its origin. Nothing leaves this machine."</p>
            </header>
            <form class="controls" aria-label="Files" on:submit=|event| event.prevent_default()>
                <ImportButton />
                <ImportFolderButton />
                <button type="button" disabled=move || tables.with(Vec::is_empty) on:click=move |_| entrance.imported.set(vec![])>"Forget these files"</button>
            </form>
            <div class="stage">
                <Show when=move || tables.with(Vec::is_empty)>
                    <p>"There are no tables yet. Drop files or folders anywhere on this page, or choose them with the buttons."</p>
                </Show>
                {move || tables.get().into_iter().map(|table| view! { <Sheet table /> }).collect_view()}
            </div>
        </section>
    }
}

/// One file.
#[component]
fn Sheet(table: Table) -> impl IntoView {
    let Table { provenance, manifest, title, grids } = table;
    view! {
        <section class="record">
            <h2>{title}</h2>
            <p><strong class="provenance">{provenance.label()}</strong>" "{manifest.files.join(", ")}</p>
            <p class="origin">{manifest.origin}</p>
            {grids.into_iter().map(|grid| view! { <GridTable grid /> }).collect_view()}
        </section>
    }
}

/// Builds the room.
pub fn room() -> AnyView {
    view! { <TablesView /> }.into_any()
}

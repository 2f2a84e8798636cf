//! Files that come to the page: by button, by drop, and what was imported before, kept until it is forgotten.

use super::folders::{Gift, Given};
use super::local_storage;
use super::room_handle::Arrival;
use super::state::{Lab, Tone};
use crate::kit::import::{ImportError, Problem, admit};
use crate::kit::protocol::{Found, Import, Imported, Stopped};
use crate::kit::record::Document;
use crate::kit::room::{Room, Shown};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, File, HtmlInputElement};

/// Key under which imported records are kept in the browser's store.
const KEY: &str = "bk-lab.imported";

/// So many records, or errors, are told of one by one.
const MOST_ANNOUNCED: usize = 3;

/// Reads files and sends them to the worker; their records are added to what is there.
pub(crate) fn import(lab: Lab, gift: Gift) {
    leptos::task::spawn_local(async move {
        let files = gift.files().await;
        if files.is_empty() {
            lab.notify(
                Tone::Trouble,
                "There was no file in that. Drop result files (JSON), folders of them or exported figures, or choose them with the button.",
            );
            return;
        }
        let (mut names, mut buffers, mut size) = (Vec::new(), Vec::new(), 0);
        for Given { name, file } in files {
            match read(&file, &mut size).await {
                Ok(buffer) => {
                    names.push(name);
                    buffers.push(buffer);
                }
                Err(problem) => lab.notify(Tone::Trouble, ImportError { file: name, problem }.to_string()),
            }
        }
        if !names.is_empty() {
            lab.ask(&Import { names }, buffers, move |imported| take(lab, imported, true));
        }
    });
}

/// A file's content, unless it is too large to be worth reading.
pub(crate) async fn read(file: &File, read: &mut u64) -> Result<ArrayBuffer, Problem> {
    admit(file.size() as u64, read)?;
    let content = JsFuture::from(file.array_buffer()).await;
    content
        .ok()
        .and_then(|content| content.dyn_into().ok())
        .ok_or_else(|| Problem::Unreadable("the browser could not open it".into()))
}

/// Takes what the worker made of the files to the rooms.
fn take(lab: Lab, imported: Result<Imported, Stopped>, is_new: bool) {
    let Imported { records, views, errors } = match imported {
        Ok(imported) => imported,
        Err(stopped) => return lab.tell(stopped),
    };
    tell_of_errors(lab, errors);
    // The settings of figures come first: what they simulate need not be imported.
    views.iter().for_each(|view| lab.follow_or_tell(view));
    let many = records.len() > MOST_ANNOUNCED;
    if is_new && many {
        tell_of_many(lab, &records);
    }
    let arrival = Arrival { is_new, is_told: is_new && !many, is_restored: !views.is_empty() };
    for Found { room, document } in records {
        // The others are restored, which their rooms tell of, and which is to be seen.
        let shown = shown(lab, &document);
        let Some(room) = Room::named(&room, lab.rooms()) else { continue };
        let (is_kept, is_welcome) = (shown.is_some_and(|of| of.kept.is_some()), shown.is_some());
        if arrival.is_told && is_welcome && !(arrival.is_restored && is_kept) {
            welcome(lab, &document);
        }
        if arrival.is_told || is_new && !is_welcome {
            lab.room.set(room);
        }
        lab.entrance(room).receive(document, arrival);
    }
}

/// Returns the row of the table for the records of a document's kind; `None` for those that only restore settings.
fn shown(lab: Lab, document: &Document) -> Option<&'static Shown> {
    lab.records().iter().find(|shown| shown.study == document.study)
}

/// Returns the kinds of records that the browser keeps, each with its name in a sentence.
fn kept(lab: Lab) -> impl Iterator<Item = (&'static Shown, &'static str)> {
    lab.records().iter().filter_map(|shown| Some((shown, shown.kept?)))
}

/// Says why files were not imported: each in its sentence while they are few.
fn tell_of_errors(lab: Lab, mut errors: Vec<String>) {
    if errors.len() > MOST_ANNOUNCED {
        let more = errors.len() - 1;
        errors.truncate(1);
        errors[0] += &format!(" {more} more of these files were not imported either.");
    }
    errors.into_iter().for_each(|error| lab.notify(Tone::Trouble, error));
}

/// Says what many records are, and leads to the room of most of them.
fn tell_of_many(lab: Lab, records: &[Found]) {
    let count = |study: &str| records.iter().filter(|of| of.document.study == study).count();
    let kinds: Vec<_> = kept(lab).map(|(shown, what)| (shown.room, what, count(shown.study))).collect();
    let parts: Vec<String> = kinds
        .iter()
        .filter(|(.., count)| *count > 0)
        .map(|(_, what, count)| format!("{count} {what}"))
        .collect();
    let sentence = format!("{} data sets were imported: {}.", records.len(), parts.join(", "));
    lab.notify(Tone::Information, sentence);
    if let Some((room, ..)) = kinds.into_iter().max_by_key(|(.., count)| *count) {
        lab.room.set(room);
    }
}

/// Says what was imported.
pub(crate) fn welcome(lab: Lab, document: &Document) {
    let files = document.manifest.files.join(", ");
    let name = if files.is_empty() { "A record of this lab".to_owned() } else { format!("“{files}”") };
    let (provenance, origin) = (document.provenance.label(), &document.manifest.origin);
    lab.notify(Tone::Information, format!("{name} was imported: {provenance}. {origin}"));
}

/// Imported records outlive the tab: they are kept in the browser's store and read again like any file.
pub(crate) fn keep_imported(lab: Lab) {
    let records = move || {
        let documents = kept(lab).flat_map(|(shown, _)| lab.entrance(shown.room).kept());
        documents.filter(|document| shown(lab, document).is_some_and(|of| of.kept.is_some())).collect()
    };
    local_storage::keep(lab, KEY, "What was imported", move |imported| take(lab, imported, false), records);
}

/// The button that opens the system's file chooser.
#[component]
pub(crate) fn ImportButton() -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        <label class="button import primary">
            "Import result files…"
            <input type="file" multiple=true accept=".json,.png,.svg,.pdf,.eps,.csv,.tex" on:change=move |event| take_choice(lab, &event) />
        </label>
    }
}

/// The button that opens the system's chooser of folders.
#[component]
pub(crate) fn ImportFolderButton() -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        <label class="button import primary">
            "Import a folder…"
            <input type="file" prop:webkitdirectory=true on:change=move |event| take_choice(lab, &event) />
        </label>
    }
}

/// A button that takes one file, which is read and handed over with its name.
pub(crate) fn chosen_file(
    label: &'static str,
    kinds: &'static str,
    take: impl Fn(String, ArrayBuffer) + Clone + 'static,
) -> AnyView {
    let lab = expect_context::<Lab>();
    let choose = move |event: Event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            let take = take.clone();
            leptos::task::spawn_local(async move {
                match read(&file, &mut 0).await {
                    Ok(content) => take(file.name(), content),
                    Err(problem) => {
                        lab.notify(Tone::Trouble, ImportError { file: file.name(), problem }.to_string());
                    }
                }
            });
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <label class="button import">
            {format!("{label}…")}
            <input type="file" accept=kinds on:change=choose />
        </label>
    }
    .into_any()
}

fn take_choice(lab: Lab, event: &Event) {
    let input: HtmlInputElement = event_target(event);
    import(lab, Gift::of_choice(input.files()));
    // The same file may be chosen again.
    input.set_value("");
}

//! Files that come to the page: by button, by drop, and what was imported before, kept until it is forgotten.

use super::kept;
use super::published::PageFigure;
use super::state::{Lab, Tone};
use crate::import::{ImportError, LARGEST_FILE, Problem};
use crate::lab::permalink::Room;
use crate::lab::protocol::{Answer, Task};
use crate::record::fragility::{Fragility, Subject};
use crate::record::{Manifest, Provenance, Record, Table};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

/// Key under which imported records are kept in the browser's store.
const KEY: &str = "bk-lab.imported";

/// Reads files and sends them to the worker; their records are added to what is there.
pub(super) fn import(lab: Lab, files: Option<FileList>) {
    let files: Vec<File> =
        files.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.get(index))).collect();
    if files.is_empty() {
        lab.notify(
            Tone::Trouble,
            "There was no file in that. Drop result files (JSON) or exported figures, or choose them with the button.",
        );
        return;
    }
    leptos::task::spawn_local(async move {
        let (mut names, mut buffers) = (Vec::new(), Vec::new());
        for file in files {
            match read(&file).await {
                Ok(buffer) => {
                    names.push(file.name());
                    buffers.push(buffer);
                }
                Err(problem) => {
                    lab.notify(Tone::Trouble, ImportError { file: file.name(), problem }.to_string())
                }
            }
        }
        if !names.is_empty() {
            lab.ask(Task::Import { names }, buffers, move |answer| take(lab, answer, true));
        }
    });
}

/// A file's content, unless it is too large to be worth reading.
async fn read(file: &File) -> Result<ArrayBuffer, Problem> {
    let size = file.size() as u64;
    if size > LARGEST_FILE {
        return Err(Problem::TooLarge(size));
    }
    let content = JsFuture::from(file.array_buffer()).await;
    content
        .ok()
        .and_then(|content| content.dyn_into().ok())
        .ok_or_else(|| Problem::Unreadable("the browser could not open it".into()))
}

/// Takes what the worker made of the files into the rooms.
fn take(lab: Lab, answer: Answer, announce: bool) {
    match answer {
        Answer::Records { records, views, errors } => {
            for error in errors {
                lab.notify(Tone::Trouble, error);
            }
            // The settings of figures come first: what they simulate need not be imported.
            views.iter().for_each(|view| lab.follow_or_tell(view));
            let restored = !views.is_empty();
            for record in records {
                match record {
                    Record::Robustness(record) => take_figure(lab, record, restored, announce),
                    Record::Efficiency(record) => take_figure(lab, record, restored, announce),
                    Record::Stability(record) => take_figure(lab, record, restored, announce),
                    Record::Fragility(record) => take_fragility(lab, record),
                    Record::Table(record) => take_table(lab, record, announce),
                    Record::Quantize(record) => {
                        let grids = vec![record.error_table(), record.byte_table()];
                        let (title, manifest) = (record.title(), record.manifest);
                        let table = Table { provenance: record.provenance, manifest, title, grids };
                        take_table(lab, table, announce);
                    }
                    Record::Resolvent(record) => {
                        lab.resolvent.config.set(record.config.clone());
                        lab.room.set(Room::Resolvent);
                        lab.notify(
                            Tone::Information,
                            "The settings of that record were restored; the resolvent is computed anew.",
                        );
                    }
                }
            }
        }
        Answer::Failed(sentence) => lab.notify(Tone::Trouble, sentence),
        Answer::Ready | Answer::Progress(_) | Answer::Cancelled | Answer::File { .. } => {}
    }
}

/// Takes a record into the room of its figure, and leads there; nothing is to be taken where the settings were
/// restored that give the record.
fn take_figure<Figure: PageFigure>(lab: Lab, record: Figure, restored: bool, announce: bool) {
    if restored && Figure::state(&lab).simulates(&record) {
        lab.notify(
            Tone::Information,
            "The settings of that figure were restored, and its simulation was run again.",
        );
        return;
    }
    if announce {
        welcome(lab, record.provenance(), record.manifest(), Figure::ROOM);
    }
    Figure::state(&lab).add(record, announce);
}

/// Takes a count of checks to the figure it belongs to.
fn take_fragility(lab: Lab, record: Fragility) {
    match record.config.subject {
        Subject::Robustness(_) => {
            lab.room.set(Room::Robustness);
            lab.robustness.show_fragility(record);
        }
        Subject::Efficiency(_) => {
            lab.room.set(Room::Efficiency);
            lab.efficiency.show_fragility(record);
        }
    }
}

/// Takes what is no figure's data into the room of files.
fn take_table(lab: Lab, record: Table, announce: bool) {
    if announce {
        welcome(lab, record.provenance, &record.manifest, Room::Files);
    }
    lab.tables.update(|tables| {
        if !tables.contains(&record) {
            tables.push(record);
        }
    });
}

/// Says what was imported, and leads to where it is shown.
fn welcome(lab: Lab, provenance: Provenance, manifest: &Manifest, room: Room) {
    let files = manifest.files.join(", ");
    let name = if files.is_empty() { "A record of this lab".to_owned() } else { format!("“{files}”") };
    lab.notify(
        Tone::Information,
        format!("{name} was imported: {}. {}", provenance.label(), manifest.origin),
    );
    lab.room.set(room);
}

/// Imported records outlive the tab: they are kept in the browser's store and read again like any file.
pub(super) fn keep_imported(lab: Lab) {
    let records = move || {
        [
            lab.robustness.imported_records(),
            lab.efficiency.imported_records(),
            lab.stability.imported_records(),
            lab.tables.get().into_iter().map(Record::Table).collect(),
        ]
        .concat()
    };
    kept::keep(lab, KEY, "What was imported", move |answer| take(lab, answer, false), records);
}

/// The button that opens the system's file chooser.
#[component]
pub(super) fn ImportButton() -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        <label class="button import">
            "Import result files…"
            <input type="file" multiple=true accept=".json,.png,.svg,.pdf,.eps" on:change=move |event| {
                let input: web_sys::HtmlInputElement = event_target(&event);
                import(lab, input.files());
                // The same file may be chosen again.
                input.set_value("");
            } />
        </label>
    }
}

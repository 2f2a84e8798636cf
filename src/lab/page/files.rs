//! Files that come to the page: by button, by drop, and what was imported before, kept until it is forgotten.

use super::state::{Lab, Tone};
use crate::import::{ImportError, LARGEST_FILE, Problem};
use crate::lab::browser::to_buffer;
use crate::lab::permalink::Room;
use crate::lab::protocol::{Answer, Task};
use crate::record::{Record, Robustness, document};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

/// Key under which imported records are kept in the browser's store.
const KEY: &str = "bk-lab.imported";

/// The browser's store, where it is allowed.
pub(super) fn browser_store() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// Reads files and sends them to the worker; their records are added to what is there.
pub(super) fn import(lab: Lab, files: Option<FileList>) {
    let files: Vec<File> =
        files.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.get(index))).collect();
    if files.is_empty() {
        lab.notify(
            Tone::Trouble,
            "There was no file in that. Drop result files (JSON), or choose them with the button.",
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
        Answer::Records { records, errors } => {
            for error in errors {
                lab.notify(Tone::Trouble, error);
            }
            for record in records {
                match record {
                    Record::Robustness(record) => take_robustness(lab, record, announce),
                    Record::Efficiency(_)
                    | Record::Stability(_)
                    | Record::Fragility(_)
                    | Record::Table(_) => lab.notify(
                        Tone::Trouble,
                        "This page does not show that yet; the command line bklab does.",
                    ),
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
        Answer::Ready | Answer::Progress(_) | Answer::Cancelled => {}
    }
}

fn take_robustness(lab: Lab, record: Robustness, announce: bool) {
    if announce {
        let files = record.manifest.files.join(", ");
        let name =
            if files.is_empty() { "A record of this lab".to_owned() } else { format!("“{files}”") };
        lab.notify(
            Tone::Information,
            format!("{name} was imported: {}. {}", record.provenance.label(), record.manifest.origin),
        );
        lab.room.set(Room::Robustness);
    }
    lab.robustness.add(record, announce);
}

/// Imported records outlive the tab: they are kept in the browser's store and read again like any file.
pub(super) fn keep_imported(lab: Lab) {
    let kept = browser_store().and_then(|store| store.get_item(KEY).ok().flatten());
    if let Some(json) = kept {
        let names = vec!["what was imported here before".to_owned()];
        lab.ask(Task::Import { names }, vec![to_buffer(json.as_bytes())], move |answer| {
            take(lab, answer, false)
        });
    }
    Effect::new(move |previous: Option<usize>| {
        let records = lab.robustness.imported.get();
        let Some(store) = browser_store() else { return records.len() };
        if records.is_empty() {
            // The first run comes before the kept records are back.
            if previous.is_some() {
                let _ = store.remove_item(KEY);
            }
            return 0;
        }
        let records: Vec<Record> = records.into_iter().map(Record::Robustness).collect();
        let kept = document::to_json(&records).ok().and_then(|json| store.set_item(KEY, &json).ok());
        if kept.is_none() {
            lab.notify(Tone::Trouble, "What was imported is too large to be kept in this browser: it is gone when the tab closes. Keep the files.");
        }
        records.len()
    });
}

/// The button that opens the system's file chooser.
#[component]
pub(super) fn ImportButton() -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        <label class="button import">
            "Import result files…"
            <input type="file" multiple=true accept=".json,application/json" on:change=move |event| {
                let input: web_sys::HtmlInputElement = event_target(&event);
                import(lab, input.files());
                // The same file may be chosen again.
                input.set_value("");
            } />
        </label>
    }
}

//! Files that come to the page: by button, by drop, and what was imported before, kept until it is forgotten.

use super::folders::{Gift, Given};
use super::kept;
use super::published::PageFigure;
use super::state::{Lab, Tone};
use crate::import::{ImportError, Problem, admit};
use crate::lab::permalink::Room;
use crate::lab::protocol::{Import, Imported, Stopped};
use crate::record::fragility::{Fragility, Subject};
use crate::record::language_model::LanguageModel;
use crate::record::mixed::Mixed;
use crate::record::quantize::ModeComparison;
use crate::record::{Manifest, Provenance, Record, Speed, Table};
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
pub(super) fn import(lab: Lab, gift: Gift) {
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
pub(super) async fn read(file: &File, read: &mut u64) -> Result<ArrayBuffer, Problem> {
    admit(file.size() as u64, read)?;
    let content = JsFuture::from(file.array_buffer()).await;
    content
        .ok()
        .and_then(|content| content.dyn_into().ok())
        .ok_or_else(|| Problem::Unreadable("the browser could not open it".into()))
}

/// How records come into the rooms.
#[derive(Clone, Copy)]
struct Arrival {
    /// Given by the reader just now, and so to be shown; not kept from an earlier visit.
    is_new: bool,
    /// Told of one by one.
    is_told: bool,
    /// The settings of a figure came with them.
    is_restored: bool,
}

/// Takes what the worker made of the files into the rooms.
fn take(lab: Lab, imported: Result<Imported, Stopped>, is_new: bool) {
    match imported {
        Ok(Imported { records, views, errors }) => {
            tell_of_errors(lab, errors);
            // The settings of figures come first: what they simulate need not be imported.
            views.iter().for_each(|view| lab.follow_or_tell(view));
            let many = records.len() > MOST_ANNOUNCED;
            if is_new && many {
                tell_of_many(lab, &records);
            }
            let arrival = Arrival { is_new, is_told: is_new && !many, is_restored: !views.is_empty() };
            for record in records {
                match record {
                    Record::Robustness(record) => take_figure(lab, record, arrival),
                    Record::Efficiency(record) => take_figure(lab, record, arrival),
                    Record::Stability(record) => take_figure(lab, record, arrival),
                    Record::Fragility(record) => take_fragility(lab, record),
                    Record::Table(record) => take_table(lab, record, arrival),
                    Record::Quantize(record) => lab.quantize.open(lab, *record),
                    Record::ModeComparison(record) => take_comparison(lab, *record, arrival),
                    Record::Lora(study) => lab.lora.open(lab, *study),
                    Record::Speed(record) => {
                        let (title, grids) = (Speed::TITLE.into(), vec![record.table()]);
                        let Speed { provenance, manifest, .. } = *record;
                        take_table(lab, Table { provenance, manifest, title, grids }, arrival);
                    }
                    Record::LanguageModel(record) => {
                        let (title, grids) = (record.title(), vec![record.table()]);
                        let LanguageModel { provenance, manifest, .. } = *record;
                        take_table(lab, Table { provenance, manifest, title, grids }, arrival);
                    }
                    Record::Mixed(record) => {
                        let grids = [
                            record.published_table(),
                            Some(record.points_table()),
                            Some(record.layer_table()),
                        ];
                        let (title, grids) = (record.title(), grids.into_iter().flatten().collect());
                        let Mixed { provenance, manifest, .. } = *record;
                        take_table(lab, Table { provenance, manifest, title, grids }, arrival);
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
        Err(stopped) => lab.tell(stopped),
    }
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
fn tell_of_many(lab: Lab, records: &[Record]) {
    let count = |kind: fn(&Record) -> bool| records.iter().filter(|record| kind(record)).count();
    let kinds = [
        (Room::Robustness, "for the robustness figure", count(|r| matches!(r, Record::Robustness(_)))),
        (Room::Efficiency, "for the efficiency figure", count(|r| matches!(r, Record::Efficiency(_)))),
        (Room::Stability, "for the stability figure", count(|r| matches!(r, Record::Stability(_)))),
        (Room::Files, "as tables, in the room Files", count(|r| matches!(r, Record::Table(_)))),
    ];
    let parts: Vec<String> = kinds
        .iter()
        .filter(|(_, _, count)| *count > 0)
        .map(|(_, what, count)| format!("{count} {what}"))
        .collect();
    let sentence = format!("{} data sets were imported: {}.", records.len(), parts.join(", "));
    lab.notify(Tone::Information, sentence);
    if let Some((room, ..)) = kinds.iter().max_by_key(|(_, _, count)| *count) {
        lab.room.set(*room);
    }
}

/// Takes a record into the room of its figure, and leads there; nothing is to be taken where the settings were
/// restored that give the record.
fn take_figure<Figure: PageFigure>(lab: Lab, record: Figure, arrival: Arrival) {
    if arrival.is_restored && Figure::state(&lab).simulates(&record) {
        lab.notify(
            Tone::Information,
            "The settings of that figure were restored, and its simulation was run again.",
        );
        return;
    }
    if arrival.is_told {
        welcome(lab, record.provenance(), record.manifest(), Figure::ROOM);
    }
    Figure::state(&lab).add(record, arrival.is_new);
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
        Subject::Stability(_) => {
            lab.room.set(Room::Stability);
            lab.stability.show_fragility(record);
        }
    }
}

/// Takes a comparison of modes into the quantization room.
fn take_comparison(lab: Lab, record: ModeComparison, arrival: Arrival) {
    if arrival.is_told {
        welcome(lab, record.provenance, &record.manifest, Room::Quantization);
    }
    lab.quantize.show_modes(record);
}

/// Takes what is no figure's data into the room of files.
fn take_table(lab: Lab, record: Table, arrival: Arrival) {
    if arrival.is_told {
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
    kept::keep(lab, KEY, "What was imported", move |imported| take(lab, imported, false), records);
}

/// The button that opens the system's file chooser.
#[component]
pub(super) fn ImportButton() -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        <label class="button import">
            "Import result files…"
            <input type="file" multiple=true accept=".json,.png,.svg,.pdf,.eps,.csv,.tex" on:change=move |event| take_choice(lab, &event) />
        </label>
    }
}

/// The button that opens the system's chooser of folders.
#[component]
pub(super) fn ImportFolderButton() -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        <label class="button import">
            "Import a folder…"
            <input type="file" prop:webkitdirectory=true on:change=move |event| take_choice(lab, &event) />
        </label>
    }
}

/// A button that takes one file, which is read and handed over with its name.
pub(super) fn chosen_file(
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

//! The models that come with the lab: listed beside the page, and fetched when one is opened; and what the command line
//! measured of them.

use super::state::WidthsRoom;
use crate::kit::page::shipped::fetch;
use crate::kit::page::state::{Lab, Tone};
use crate::kit::record::Provenance;
use crate::studies::language_models::messages::{HandleModel, Shelved};
use crate::studies::robustness::measured::record::Widths;
use bk_models::corpus::Text;
use leptos::prelude::*;
use serde::Deserialize;
use std::sync::Arc;

/// Where the models are, beside the page.
const CHECKPOINTS: &str = "checkpoints/";
/// The list of them.
const INDEX: &str = "checkpoints/index.json";
/// What the command line measured of them.
pub(crate) const RECORD: &str = "checkpoints/widths.json";
/// Where the texts are that they were trained on.
const TEXTS: &str = "data/";

/// A model of the list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Entry {
    /// Its file.
    pub(crate) file: String,
    /// What it is.
    pub(crate) label: String,
    /// The seed of its training.
    pub(crate) seed: u32,
    /// How large the file is.
    pub(crate) bytes: usize,
}

/// What comes with the lab.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Shipped {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// Nothing, or what cannot be read.
    Absent,
    /// These.
    Here(Vec<Entry>),
}

impl WidthsRoom {
    /// Looks what comes with the lab.
    pub(crate) fn list_shipped(self, lab: Lab) {
        leptos::task::spawn_local(async move {
            let found = match fetch(INDEX).await {
                Ok(bytes) => serde_json::from_slice::<Vec<Entry>>(&js_sys::Uint8Array::new(&bytes).to_vec())
                    .map_err(|error| lab.tell_unreadable(&error)),
                Err(_) => Err(()),
            };
            let entries = found.ok().filter(|entries| !entries.is_empty());
            self.shipped.set(entries.map_or(Shipped::Absent, Shipped::Here));
        });
    }

    /// Puts a model that comes with the lab on the shelf, with its text.
    pub(crate) fn open_shipped(self, lab: Lab, file: String) {
        self.trouble.set(None);
        leptos::task::spawn_local(async move {
            match fetch(&format!("{CHECKPOINTS}{file}")).await {
                Ok(bytes) => {
                    let task = (HandleModel::Open(Some(file)), vec![bytes]);
                    self.handle(lab, task, move |model| self.fetch_text(lab, model));
                }
                Err(sentence) => self.trouble.set(Some(sentence)),
            }
        });
    }

    /// Gives a model its text, where that lies beside the page.
    fn fetch_text(self, lab: Lab, model: Arc<Shelved>) {
        let Text::File { name, .. } = &model.config.text else { return };
        let (name, key) = (name.clone(), model.key);
        leptos::task::spawn_local(async move {
            match fetch(&format!("{TEXTS}{name}")).await {
                Ok(bytes) => self.handle(lab, (HandleModel::GiveText(key), vec![bytes]), |_| {}),
                Err(sentence) => self.trouble.set(Some(sentence)),
            }
        });
    }
}

impl Lab {
    fn tell_unreadable(self, error: &serde_json::Error) {
        let sentence = format!("The list of models that come with the lab cannot be read: {error}.");
        self.notify(Tone::Trouble, sentence);
    }
}

/// Says that a record was measured by the command line, and how.
pub(crate) fn measured_natively(mut record: Widths) -> Widths {
    record.provenance = Provenance::Shipped;
    let seeds = record.groups().iter().map(|group| group.models.len()).max().unwrap_or(0);
    let seeds = if seeds == 1 { "one seed".into() } else { format!("up to {seeds} seeds") };
    let (by, how) = (&record.manifest.application, &record.manifest.origin);
    record.manifest.origin = format!("Measured natively by {by}, {seeds} a model. {how}");
    record
}

//! What the page knows of a room whose code it may not have: the address that leads there, a link that waits for the
//! room to open, and the records that came for it, each as its document.

use super::state::Lab;
use crate::lab::permalink::{self, Link, LinkError, Restored, Room};
use crate::record::Document;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How a record comes into a room.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    /// Given by the reader just now, and so to be shown; not kept from an earlier visit.
    pub(super) is_new: bool,
    /// Told of one by one.
    pub(super) is_told: bool,
    /// The settings of a figure came with it.
    pub(super) is_restored: bool,
}

/// What a room does once it is open.
#[derive(Clone, Copy)]
pub(super) struct Host {
    /// The fragment that restores the room as it is.
    pub(super) address: Signal<String>,
    /// Restores what a link says, and hands back the keys nobody knows.
    pub(super) restore: Callback<Link, Result<Vec<String>, LinkError>>,
    /// Takes a record in.
    pub(super) take: Callback<(Document, Arrival)>,
}

/// The entrance of a room.
#[derive(Clone, Copy, Default)]
pub(super) struct Entrance {
    /// The room, once it is open.
    host: RwSignal<Option<Host>>,
    /// The fragment of a link that waits for the room to open, and the room that was shown before.
    waiting: RwSignal<Option<(String, Room)>>,
    /// Records that came for the room, and were not yet taken in.
    arrived: RwSignal<Vec<(Document, Arrival)>>,
    /// What was imported, to be kept.
    pub(super) imported: RwSignal<Vec<Document>>,
    /// Run A of a figure, with which the others are compared.
    pub(super) pinned: RwSignal<Option<Document>>,
}

impl Entrance {
    /// The room is open: links and records go to it from now on, beginning with those that waited.
    pub(super) fn open(self, lab: Lab, room: Room, host: Host) {
        self.host.set(Some(host));
        if let Some((fragment, before)) = self.waiting.try_update(Option::take).flatten() {
            lab.follow_at_last(room, &fragment, before);
        }
        Effect::new(move || {
            if self.arrived.with(|arrived| !arrived.is_empty()) {
                let arrived = self.arrived.try_update(std::mem::take).unwrap_or_default();
                arrived.into_iter().for_each(|arrived| untrack(|| host.take.run(arrived)));
            }
        });
    }

    /// Whether a link waits for the room to open.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.with(Option::is_some)
    }

    /// The fragment that leads to a room as it is, or as a link wants it.
    pub(super) fn fragment(&self, room: Room) -> String {
        if let Some((fragment, _)) = self.waiting.get().filter(|(fragment, _)| !fragment.is_empty()) {
            return fragment;
        }
        match self.host.get() {
            Some(host) => host.address.get(),
            None => permalink::to_room(room),
        }
    }

    /// Restores what a link says; `None` as long as the room is not open. The link then waits for it.
    pub(super) fn restore(
        &self,
        link: Link,
        fragment: &str,
        before: Room,
    ) -> Option<Result<Vec<String>, LinkError>> {
        let host = self.host.get_untracked();
        if host.is_none() {
            self.waiting.set(Some((fragment.to_owned(), before)));
        }
        host.map(|host| host.restore.run(link))
    }

    /// Hands a record to the room, as soon as it is open.
    pub(super) fn receive(&self, document: Document, arrival: Arrival) {
        self.arrived.update(|arrived| arrived.push((document, arrival)));
    }

    /// What was imported, taken in or not.
    pub(super) fn kept(&self) -> Vec<Document> {
        let arrived = self.arrived.get().into_iter().map(|(document, _)| document);
        self.imported.get().into_iter().chain(arrived).collect()
    }

    /// Keeps a record, once.
    pub(super) fn keep(&self, document: Document) {
        self.imported.update(|documents| {
            if !documents.contains(&document) {
                documents.push(document);
            }
        });
    }
}

/// Sets what a link restores, and hands back the keys nobody knows.
pub(super) fn restore<Config>(link: &Link, set: impl FnOnce(Config)) -> Result<Vec<String>, LinkError>
where
    Config: Serialize + DeserializeOwned + Default,
{
    let Restored { config, unknown } = link.restore()?;
    set(config);
    Ok(unknown)
}

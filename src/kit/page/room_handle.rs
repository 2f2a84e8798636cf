//! What the page knows of a room whose code it may not have: the address that leads there, a link that waits for the
//! room to open, and the records that came for it, each as its document.

use super::files::welcome;
use super::state::Lab;
use crate::kit::permalink;
use crate::kit::permalink::{Link, LinkError, Restored};
use crate::kit::record::Document;
use crate::kit::room::Room;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How a record comes into a room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    /// Given by the reader just now, and so to be shown; not kept from an earlier visit.
    pub(crate) is_new: bool,
    /// Told of one by one.
    pub(crate) is_told: bool,
    /// The settings of a figure came with it.
    pub(crate) is_restored: bool,
}

/// What a room does once it is open.
#[derive(Clone, Copy)]
pub(crate) struct Host {
    /// The fragment that restores the room as it is.
    pub(crate) address: Signal<String>,
    /// Restores what a link says, and hands back the keys nobody knows.
    pub(crate) restore: Callback<Link, Result<Vec<String>, LinkError>>,
    /// Takes a record in.
    pub(crate) take: Callback<(Document, Arrival)>,
}

/// The entrance of a room.
#[derive(Clone, Copy, Default)]
pub(crate) struct Entrance {
    /// The room, once it is open.
    host: RwSignal<Option<Host>>,
    /// The fragment of a link that waits for the room to open, and the room that was shown before.
    waiting: RwSignal<Option<(String, Room)>>,
    /// Records that came for the room, and were not yet taken in.
    arrived: RwSignal<Vec<(Document, Arrival)>>,
    /// What was imported, to be kept.
    pub(crate) imported: RwSignal<Vec<Document>>,
    /// Run A of a figure, with which the others are compared.
    pub(crate) pinned: RwSignal<Option<Document>>,
}

impl Entrance {
    /// The room is open: links and records go to it from now on, beginning with those that waited.
    pub(crate) fn open(self, lab: Lab, room: Room, host: Host) {
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

    /// Whether something that the reader asked for waits for the room to open.
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_waiting() || self.arrived.with(|arrived| arrived.iter().any(|(_, arrival)| arrival.is_new))
    }

    /// Whether a link waits for the room to open.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.with(Option::is_some)
    }

    /// The fragment that leads to a room as it is, or as a link wants it.
    pub(crate) fn fragment(&self, room: Room) -> String {
        if let Some((fragment, _)) = self.waiting.get().filter(|(fragment, _)| !fragment.is_empty()) {
            return fragment;
        }
        match self.host.get() {
            Some(host) => host.address.get(),
            None => permalink::to_room(room),
        }
    }

    /// Restores what a link says; `None` as long as the room is not open. The link then waits for it.
    pub(crate) fn restore(
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
    pub(crate) fn receive(&self, document: Document, arrival: Arrival) {
        self.arrived.update(|arrived| arrived.push((document, arrival)));
    }

    /// What was imported, taken in or not.
    pub(crate) fn kept(&self) -> Vec<Document> {
        let arrived = self.arrived.get().into_iter().map(|(document, _)| document);
        self.imported.get().into_iter().chain(arrived).collect()
    }

    /// Takes a record in that is to be kept, once; says so where the settings of a figure were expected to give it.
    pub(crate) fn take(&self, lab: Lab, document: Document, arrival: Arrival) {
        if arrival.is_told && arrival.is_restored {
            welcome(lab, &document);
        }
        self.imported.update(|documents| {
            if !documents.contains(&document) {
                documents.push(document);
            }
        });
    }
}

/// Sets what a link restores, and hands back the keys nobody knows.
pub(crate) fn restore<Config>(link: &Link, set: impl FnOnce(Config)) -> Result<Vec<String>, LinkError>
where
    Config: Serialize + DeserializeOwned + Default,
{
    let Restored { config, unknown } = link.restore()?;
    set(config);
    Ok(unknown)
}

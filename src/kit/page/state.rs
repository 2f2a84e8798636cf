//! What the page knows: one handle, copied to wherever it is needed.

use super::Table;
use super::client::Client;
use super::room_handle::Entrance;
use super::theme;
use crate::kit::context::Progress;
use crate::kit::permalink;
use crate::kit::permalink::LinkError;
use crate::kit::protocol::{RequestId, Stopped, Task};
use crate::kit::record::{Document, Filed};
use crate::kit::room::{Room, RoomInfo, Shown};
use bk_plot::Theme;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// How grave a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something went well or is worth knowing.
    Information,
    /// Something failed.
    Trouble,
}

/// A sentence for the reader that stays until it is dismissed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Notice {
    pub(crate) number: u32,
    pub(crate) tone: Tone,
    pub(crate) sentence: String,
}

/// More notices than this bury one another; the oldest go first.
const MOST_NOTICES: usize = 4;

/// The state of the page.
#[derive(Clone, Copy)]
pub struct Lab {
    client: StoredValue<Client, LocalStorage>,
    /// Sentences for the reader, oldest first.
    pub(crate) notices: RwSignal<Vec<Notice>>,
    /// The theme the reader chose.
    pub(crate) theme_choice: RwSignal<theme::Choice>,
    /// The theme that is shown.
    pub(crate) theme: Memo<Theme>,
    /// The room that is shown.
    pub(crate) room: RwSignal<Room>,
    table: StoredValue<Table>,
    entrances: StoredValue<Vec<Entrance>>,
}

impl Lab {
    /// The state of a page that has just been opened; starts the worker.
    pub(crate) fn open(worker_url: String, table: Table) -> Self {
        let notices = RwSignal::new(Vec::new());
        let (theme_choice, theme) = theme::signals();
        let client = Client::start(worker_url, move |sentence| push(notices, Tone::Trouble, sentence));
        Lab {
            client: StoredValue::new_local(client),
            notices,
            theme_choice,
            theme,
            room: RwSignal::new(table.rooms[0].room),
            table: StoredValue::new(table),
            entrances: StoredValue::new(table.rooms.iter().map(|_| Entrance::default()).collect()),
        }
    }

    /// Shows a sentence.
    pub(crate) fn notify(&self, tone: Tone, sentence: impl Into<String>) {
        push(self.notices, tone, sentence.into());
    }

    /// Asks the worker for something that comes at once, or not; see [`Client::ask`].
    pub(crate) fn ask<Asked: Task>(
        &self,
        task: &Asked,
        buffers: Vec<ArrayBuffer>,
        take: impl FnOnce(Result<Asked::Outcome, Stopped>) + 'static,
    ) -> RequestId {
        self.ask_and_watch(task, buffers, |_| {}, take)
    }

    /// Asks the worker for something that takes a while; see [`Client::ask`].
    pub(crate) fn ask_and_watch<Asked: Task>(
        &self,
        task: &Asked,
        buffers: Vec<ArrayBuffer>,
        watch: impl Fn(Progress) + 'static,
        take: impl FnOnce(Result<Asked::Outcome, Stopped>) + 'static,
    ) -> RequestId {
        self.client().ask(task, buffers, watch, take)
    }

    /// Says why nothing came of a task; whoever stopped it knows.
    pub(crate) fn tell(&self, stopped: Stopped) {
        if let Stopped::Failed(sentence) = stopped {
            self.notify(Tone::Trouble, sentence);
        }
    }

    /// The worker.
    pub(crate) fn client(&self) -> Client {
        self.client.with_value(Client::clone)
    }

    /// Asks the worker to stop.
    pub(crate) fn cancel(&self, id: RequestId) {
        self.client().cancel(id);
    }

    /// The entrance of a room.
    pub(crate) fn entrance(&self, room: Room) -> Entrance {
        let place = self.rooms().iter().position(|info| info.room == room).unwrap_or_default();
        self.entrances.with_value(|entrances| entrances[place])
    }

    /// Returns the rooms, in the order of the navigation.
    pub(crate) fn rooms(&self) -> &'static [RoomInfo] {
        self.table.with_value(|table| table.rooms)
    }

    /// Returns which room takes in which records.
    pub(crate) fn records(&self) -> &'static [Shown] {
        self.table.with_value(|table| table.records)
    }

    /// The record of a document; one that cannot be read is told of.
    pub(crate) fn record<Kind: Filed>(&self, document: &Document) -> Option<Kind> {
        let opened = document.open();
        opened.map_err(|error| self.notify(Tone::Trouble, format!("A record cannot be read: {error}."))).ok()
    }

    /// The fragment that restores a room as it is.
    pub(crate) fn fragment(&self, room: Room) -> String {
        self.entrance(room).fragment(room)
    }

    /// Goes where the address bar says.
    pub(crate) fn follow_address(&self) {
        let fragment = window().location().hash().unwrap_or_default();
        if fragment != self.fragment(self.room.get_untracked()) {
            self.follow_or_tell(&fragment);
        }
    }

    /// Goes where a link leads; one that cannot be followed is reported and changes nothing.
    pub(crate) fn follow_or_tell(&self, fragment: &str) {
        if let Err(error) = self.follow(fragment) {
            self.notify(Tone::Trouble, error.to_string());
        }
    }

    fn follow(&self, fragment: &str) -> Result<(), LinkError> {
        self.room.set(self.restore(fragment, self.room.get_untracked())?);
        Ok(())
    }

    /// Follows a link that waited for its room to open; where that is not possible, what was shown `before` is shown
    /// again.
    pub(crate) fn follow_at_last(&self, room: Room, fragment: &str, before: Room) {
        if let Err(error) = self.restore(fragment, before) {
            if self.room.get_untracked() == room {
                self.room.set(before);
            }
            self.notify(Tone::Trouble, error.to_string());
        }
    }

    /// Restores what a link says, or lets it wait for its room to open; hands back the room.
    fn restore(&self, fragment: &str, before: Room) -> Result<Room, LinkError> {
        let link = permalink::parse(fragment, self.rooms(), self.rooms()[0].room)?;
        let room = link.room;
        let unknown = self.entrance(room).restore(link, fragment, before).transpose()?;
        self.tell_of_unknown(unknown.unwrap_or_default());
        Ok(room)
    }

    fn tell_of_unknown(&self, unknown: Vec<String>) {
        if !unknown.is_empty() {
            let sentence = format!(
                "This link also sets {}, which this lab does not know; the rest was restored.",
                unknown.join(", ")
            );
            self.notify(Tone::Trouble, sentence);
        }
    }

    /// Keeps the address bar in step with what is shown, without adding to the history.
    pub(crate) fn keep_address(self) {
        Effect::new(move |previous: Option<Option<String>>| {
            let (room, previous) = (self.room.get(), previous.flatten());
            // What a link asks for is not yet known to be possible.
            if self.entrance(room).is_waiting() {
                return previous;
            }
            let fragment = self.fragment(room);
            // The first time would overwrite a link that could not be followed.
            if previous.is_some_and(|previous| previous != fragment) {
                let history = window().history();
                let _ = history
                    .map(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&fragment)));
            }
            Some(fragment)
        });
    }
}

fn push(notices: RwSignal<Vec<Notice>>, tone: Tone, sentence: String) {
    notices.update(|notices| {
        let number = notices.last().map_or(1, |last| last.number + 1);
        notices.push(Notice { number, tone, sentence });
        if notices.len() > MOST_NOTICES {
            notices.remove(0);
        }
    });
}

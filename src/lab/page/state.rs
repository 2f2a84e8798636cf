//! What the page knows: one handle, copied to wherever it is needed.

use super::client::Client;
use super::lora::LoraSettings;
use super::published::FigureState;
use super::quantize::QuantizeRoom;
use super::resolvent::ResolventRoom;
use super::theme;
use crate::figure::Theme;
use crate::lab::permalink::{self, Link, LinkError, Room};
use crate::lab::protocol::{Answer, RequestId, Task};
use crate::record::{Efficiency, Robustness, Stability, Table};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

/// How grave a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Something went well or is worth knowing.
    Information,
    /// Something failed.
    Trouble,
}

/// A sentence for the reader that stays until it is dismissed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Notice {
    pub(super) number: u32,
    pub(super) tone: Tone,
    pub(super) sentence: String,
}

/// More notices than this bury one another; the oldest go first.
const MOST_NOTICES: usize = 4;

/// What a link to a room without settings restores.
#[derive(Default, Serialize, Deserialize)]
struct NoSettings {}

/// The state of the page.
#[derive(Clone, Copy)]
pub(super) struct Lab {
    client: StoredValue<Client, LocalStorage>,
    /// Sentences for the reader, oldest first.
    pub(super) notices: RwSignal<Vec<Notice>>,
    /// The theme the reader chose.
    pub(super) theme_choice: RwSignal<theme::Choice>,
    /// The theme that is shown.
    pub(super) theme: Memo<Theme>,
    /// The room that is shown.
    pub(super) room: RwSignal<Room>,
    /// The room of the robustness figure.
    pub(super) robustness: FigureState<Robustness>,
    /// The room of the efficiency figure.
    pub(super) efficiency: FigureState<Efficiency>,
    /// The room of the stability figure.
    pub(super) stability: FigureState<Stability>,
    /// The room of the resolvent.
    pub(super) resolvent: ResolventRoom,
    /// The room of the quantized core.
    pub(super) quantize: QuantizeRoom,
    /// The room of quantized LoRA.
    pub(super) lora: LoraSettings,
    /// Imported files that are no figure's data.
    pub(super) tables: RwSignal<Vec<Table>>,
}

impl Lab {
    /// The state of a page that has just been opened; starts the worker.
    pub(super) fn open(worker_url: String) -> Self {
        let notices = RwSignal::new(Vec::new());
        let (theme_choice, theme) = theme::signals();
        let client = Client::start(worker_url, move |sentence| push(notices, Tone::Trouble, sentence));
        Lab {
            client: StoredValue::new_local(client),
            notices,
            theme_choice,
            theme,
            room: RwSignal::new(Room::default()),
            robustness: FigureState::default(),
            efficiency: FigureState::default(),
            stability: FigureState::default(),
            resolvent: ResolventRoom::default(),
            quantize: QuantizeRoom::default(),
            lora: LoraSettings::default(),
            tables: RwSignal::default(),
        }
    }

    /// Shows a sentence.
    pub(super) fn notify(&self, tone: Tone, sentence: impl Into<String>) {
        push(self.notices, tone, sentence.into());
    }

    /// Asks the worker; see [`Client::ask`].
    pub(super) fn ask(
        &self,
        task: Task,
        buffers: Vec<ArrayBuffer>,
        listener: impl Fn(Answer) + 'static,
    ) -> RequestId {
        self.client.with_value(Client::clone).ask(task, buffers, listener)
    }

    /// Asks the worker to stop.
    pub(super) fn cancel(&self, id: RequestId) {
        self.client.with_value(Client::clone).cancel(id);
    }

    /// The fragment that restores a room as it is.
    pub(super) fn fragment(&self, room: Room) -> String {
        match room {
            Room::Robustness => permalink::to_fragment(room, &self.robustness.linked()),
            Room::Efficiency => permalink::to_fragment(room, &self.efficiency.linked()),
            Room::Stability => permalink::to_fragment(room, &self.stability.linked()),
            Room::Resolvent => self.resolvent.address(),
            Room::Quantization => permalink::to_fragment(room, &self.quantize.view.get()),
            Room::Lora => permalink::to_fragment(room, &self.lora.linked()),
            Room::Files => permalink::to_fragment(room, &NoSettings {}),
        }
    }

    /// Goes where the address bar says.
    pub(super) fn follow_address(&self) {
        let fragment = window().location().hash().unwrap_or_default();
        if fragment != self.fragment(self.room.get_untracked()) {
            self.follow_or_tell(&fragment);
        }
    }

    /// Goes where a link leads; one that cannot be followed is reported and changes nothing.
    pub(super) fn follow_or_tell(&self, fragment: &str) {
        if let Err(error) = self.follow(fragment) {
            self.notify(Tone::Trouble, error.to_string());
        }
    }

    fn follow(&self, fragment: &str) -> Result<(), LinkError> {
        let link = permalink::parse(fragment)?;
        let unknown = match link.room {
            Room::Robustness => restore(&link, |linked| self.robustness.follow(linked))?,
            Room::Efficiency => restore(&link, |linked| self.efficiency.follow(linked))?,
            Room::Stability => restore(&link, |linked| self.stability.follow(linked))?,
            Room::Resolvent => self.resolvent.follow(&link)?,
            Room::Quantization => restore(&link, |view| self.quantize.view.set(view))?,
            Room::Lora => restore(&link, |linked| self.lora.follow(linked))?,
            Room::Files => link.restore::<NoSettings>()?.unknown,
        };
        self.room.set(link.room);
        if !unknown.is_empty() {
            let sentence = format!(
                "This link also sets {}, which this lab does not know; the rest was restored.",
                unknown.join(", ")
            );
            self.notify(Tone::Trouble, sentence);
        }
        Ok(())
    }

    /// Keeps the address bar in step with what is shown, without adding to the history.
    pub(super) fn keep_address(self) {
        Effect::new(move |previous: Option<String>| {
            let fragment = self.fragment(self.room.get());
            // The first run would overwrite a link that could not be followed.
            if previous.is_some_and(|previous| previous != fragment) {
                let history = window().history();
                let _ = history
                    .map(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&fragment)));
            }
            fragment
        });
    }
}

/// Sets what a link restores, and hands back the keys nobody knows.
fn restore<Config>(link: &Link, set: impl FnOnce(Config)) -> Result<Vec<String>, LinkError>
where
    Config: Serialize + DeserializeOwned + Default,
{
    let restored = link.restore()?;
    set(restored.config);
    Ok(restored.unknown)
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

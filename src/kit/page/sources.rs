//! Whose numbers a room of measurements shows: those that this tab measured, those that come with the lab, or those of a
//! file.

use super::shipped;
use super::state::{Lab, Tone};
use crate::kit::record::{Document, Filed};
use crate::kit::room::Room;
use leptos::prelude::*;
use std::sync::Arc;

/// Whose numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Measured in this tab, or in an earlier one of this browser.
    Here,
    /// Measured by the command line, and shipped with the lab.
    Native,
    /// Of a file, by its place among those that were opened.
    File(usize),
}

/// The records that were not measured in this tab, and what the reader chose.
pub(crate) struct Sources<Kind: Send + Sync + 'static> {
    /// The record that comes with the lab.
    pub(crate) native: RwSignal<Option<Arc<Kind>>>,
    /// The records of files, the newest last.
    opened: Memo<Vec<Arc<Kind>>>,
    /// Whose numbers are to be shown; none where nobody has chosen.
    pub(crate) chosen: RwSignal<Option<Source>>,
}

// Signals are handles: they are copied whatever they hold.
impl<Kind: Send + Sync + 'static> Clone for Sources<Kind> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Kind: Send + Sync + 'static> Copy for Sources<Kind> {}

impl<Kind: Filed + PartialEq + Send + Sync + 'static> Sources<Kind> {
    /// Of the records that are imported for a room, those that are admitted.
    pub(crate) fn open(lab: Lab, room: Room, admits: impl Fn(&Kind) -> bool + Send + Sync + 'static) -> Self {
        let imported = lab.entrance(room).imported;
        let admitted = move |document: &Document| lab.record(document).filter(&admits).map(Arc::new);
        let opened = move |_: Option<&_>| {
            imported.with(|documents| documents.iter().filter_map(&admitted).collect::<Vec<_>>())
        };
        Sources { native: RwSignal::default(), opened: Memo::new(opened), chosen: RwSignal::default() }
    }

    /// Shows the record of a file that has just been taken in.
    pub(crate) fn show(self, document: &Document) {
        let Ok(record) = document.open::<Kind>() else { return };
        let place = self.opened.with_untracked(|opened| opened.iter().position(|other| **other == record));
        if let Some(place) = place {
            self.chosen.set(Some(Source::File(place)));
        }
    }

    /// Whose numbers are shown. Where nobody has chosen: what was measured here, and before anything was, what comes with
    /// the lab, if it is `wanted`.
    pub(crate) fn shown(self, wanted: impl FnOnce(&Kind) -> bool, is_here: impl FnOnce() -> bool) -> Source {
        let chosen = self.chosen.get().filter(|source| match source {
            Source::Here => true,
            Source::Native => self.native.with(Option::is_some),
            Source::File(place) => self.opened.with(|opened| opened.len() > *place),
        });
        chosen.unwrap_or_else(|| {
            let is_native = self.native.with(|native| native.as_deref().is_some_and(wanted));
            if is_native && !is_here() { Source::Native } else { Source::Here }
        })
    }

    /// The record of a source other than what was measured here.
    pub(crate) fn record(self, source: Source) -> Option<Arc<Kind>> {
        match source {
            Source::Here => None,
            Source::Native => self.native.get(),
            Source::File(place) => self.opened.with(|opened| opened.get(place).cloned()),
        }
    }

    /// Fetches what the command line measured, and marks it as that; a copy of the lab may come without.
    pub(crate) fn fetch_native(self, lab: Lab, path: &'static str, mark: fn(Kind) -> Kind) {
        leptos::task::spawn_local(async move {
            match shipped::record(path).await {
                Ok(record) => self.native.set(record.map(mark).map(Arc::new)),
                Err(sentence) => lab.notify(Tone::Trouble, sentence),
            }
        });
    }

    /// Buttons that choose whose numbers are shown, where there is a choice.
    pub(crate) fn choice(self, lab: Lab, room: Room, shown: Memo<Source>) -> AnyView {
        let button = move |source: Source, name: String| {
            view! {
                <button type="button" class="choose" aria-pressed=move || (shown.get() == source).to_string() on:click=move |_| self.chosen.set(Some(source))>{name}</button>
            }
        };
        let files = move || {
            let name = |record: &Arc<Kind>| format!("“{}”", record.manifest().files.join(", "));
            let names: Vec<String> = self.opened.with(|opened| opened.iter().map(name).collect());
            names
                .into_iter()
                .enumerate()
                .map(|(place, name)| button(Source::File(place), name))
                .collect_view()
        };
        let is_native = move || self.native.with(Option::is_some);
        let is_file = move || self.opened.with(|opened| !opened.is_empty());
        let forget = move |_| {
            self.chosen.set(None);
            lab.entrance(room).imported.set(vec![]);
        };
        view! {
            <div class="actions small shelf" role="group" aria-label="Whose numbers are shown" hidden=move || !is_native() && !is_file()>
                {button(Source::Here, "Measured here".into())}
                <Show when=is_native>{button(Source::Native, "Measured natively, comes with the lab".into())}</Show>
                {files}
                <Show when=is_file><button type="button" class="quiet" on:click=forget>"Forget these files"</button></Show>
            </div>
        }
        .into_any()
    }
}

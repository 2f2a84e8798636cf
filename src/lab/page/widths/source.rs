//! Whose numbers are shown: those that this tab measured, those that come with the lab, or those of a file.

use super::state::WidthsRoom;
use crate::lab::page::state::Lab;
use crate::model::corpus::Text;
use crate::record::Document;
use crate::record::widths::Widths;
use leptos::prelude::*;
use std::sync::Arc;

/// Whose numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Measured in this tab, or in an earlier one of this browser.
    Here,
    /// Measured by the command line, and shipped with the lab.
    Native,
    /// Of a file, by its place among those that were opened.
    File(usize),
}

/// The records of documents; one that cannot be read is told of.
pub(super) fn records(lab: Lab, documents: &[Document]) -> Vec<Arc<Widths>> {
    documents.iter().filter_map(|document| lab.record(document)).map(Arc::new).collect()
}

impl WidthsRoom {
    /// Whose numbers are shown. Where nobody has chosen: what was measured here, and before anything was, what comes with
    /// the lab, if it was measured by the same settings.
    pub(super) fn shown_source(&self) -> Source {
        let chosen = self.source.get().filter(|source| match source {
            Source::Here => true,
            Source::Native => self.native.with(Option::is_some),
            Source::File(place) => self.opened.with(|opened| opened.len() > *place),
        });
        chosen.unwrap_or_else(|| {
            let config = self.settings.with(|settings| settings.config.clone());
            let alike = |native: &Arc<Widths>| native.config.measures_alike(&config);
            let is_native = self.native.with(|native| native.as_ref().is_some_and(alike));
            if is_native && self.record().is_none() { Source::Native } else { Source::Here }
        })
    }

    /// The record that is shown, of one text where it has models of several; none where there is none.
    pub(super) fn shown(&self) -> Option<Arc<Widths>> {
        let record = self.shown_whole()?;
        let texts = texts(&record);
        if texts.len() < 2 {
            return Some(record);
        }
        let text = self.shown_text(&texts)?;
        let mut record = Arc::unwrap_or_clone(record);
        record.models.retain(|model| model.text == text);
        Some(Arc::new(record))
    }

    /// The text whose models are shown: the one that was chosen, else the first.
    fn shown_text(&self, texts: &[Text]) -> Option<Text> {
        let chosen = self.text.get().filter(|text| texts.contains(text));
        chosen.or_else(|| texts.first().cloned())
    }

    fn shown_whole(&self) -> Option<Arc<Widths>> {
        match self.shown_source() {
            Source::Here => self.record(),
            Source::Native => self.native.get(),
            Source::File(place) => self.opened.with(|opened| opened.get(place).cloned()),
        }
    }

    /// How far what was measured here is from what comes with the lab, in a sentence.
    pub(super) fn agreement(&self) -> Option<String> {
        let found = self.record()?.agreement(&*self.native.get()?)?;
        Some(found.sentence())
    }
}

/// The texts of a record's models, in their order.
fn texts(record: &Widths) -> Vec<Text> {
    let mut found: Vec<Text> = vec![];
    for model in &record.models {
        if !found.contains(&model.text) {
            found.push(model.text.clone());
        }
    }
    found
}

/// Buttons that choose the text where there are several: perplexities on different texts have nothing to do with each other.
fn text_choice(room: WidthsRoom) -> AnyView {
    let button = move |text: Text, is_shown: bool| {
        let name = match &text {
            Text::Language { tokens } => format!("On the embedded language, {tokens} tokens"),
            Text::Uniform { symbols, .. } => format!("On {symbols} random symbols"),
            Text::File { name, .. } => format!("On “{name}”"),
        };
        view! {
            <button type="button" class="choose" aria-pressed=is_shown.to_string() on:click=move |_| room.text.set(Some(text.clone()))>{name}</button>
        }
    };
    let buttons = move || {
        let texts = room.shown_whole().map(|record| texts(&record)).filter(|texts| texts.len() > 1)?;
        let shown = room.shown_text(&texts);
        let buttons = texts.into_iter().map(|text| {
            let is_shown = shown.as_ref() == Some(&text);
            button(text, is_shown)
        });
        Some(
            view! { <div class="actions small shelf" role="group" aria-label="Text">{buttons.collect_view()}</div> },
        )
    };
    buttons.into_any()
}

/// Buttons that choose whose numbers are shown, where there is a choice.
pub(super) fn choice(lab: Lab, room: WidthsRoom) -> AnyView {
    let shown = Memo::new(move |_| room.shown_source());
    let button = move |source: Source, name: String| {
        view! {
            <button type="button" class="choose" aria-pressed=move || (shown.get() == source).to_string() on:click=move |_| room.source.set(Some(source))>{name}</button>
        }
    };
    let files = move || {
        let name = |record: &Arc<Widths>| format!("“{}”", record.manifest.files.join(", "));
        let names: Vec<String> = room.opened.with(|opened| opened.iter().map(name).collect());
        names.into_iter().enumerate().map(|(place, name)| button(Source::File(place), name)).collect_view()
    };
    let is_native = move || room.native.with(Option::is_some);
    let is_file = move || room.opened.with(|opened| !opened.is_empty());
    let forget = move |_| {
        room.source.set(None);
        lab.entrance(crate::lab::permalink::Room::Widths).imported.set(vec![]);
    };
    view! {
        <div class="actions small shelf" role="group" aria-label="Whose numbers are shown" hidden=move || !is_native() && !is_file()>
            {button(Source::Here, "Measured here".into())}
            <Show when=is_native>{button(Source::Native, "Measured natively, comes with the lab".into())}</Show>
            {files}
            <Show when=is_file><button type="button" class="quiet" on:click=forget>"Forget these files"</button></Show>
        </div>
        {text_choice(room)}
        {move || room.agreement().map(|sentence| view! { <p class="hint" role="status">{sentence}</p> })}
    }
    .into_any()
}

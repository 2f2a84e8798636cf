//! Whose numbers are shown, and on which text.

use super::state::WidthsRoom;
use crate::kit::page::sources::Source;
use crate::kit::page::state::Lab;
use crate::studies::robustness::measured::record::Widths;
use bk_models::corpus::Text;
use leptos::prelude::*;
use std::sync::Arc;

impl WidthsRoom {
    /// Whose numbers are shown: what comes with the lab only if it was measured by the same settings.
    pub(crate) fn shown_source(&self) -> Source {
        let alike =
            |native: &Widths| self.settings.with(|settings| native.config.measures_alike(&settings.config));
        self.sources.shown(alike, || self.record().is_some())
    }

    /// The record that is shown, of one text where it has models of several; none where there is none.
    pub(crate) fn shown(&self) -> Option<Arc<Widths>> {
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
            other => self.sources.record(other),
        }
    }

    /// How far what was measured here is from what comes with the lab, in a sentence.
    pub(crate) fn agreement(&self) -> Option<String> {
        let found = self.record()?.agreement(&*self.sources.native.get()?)?;
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
pub(crate) fn choice(lab: Lab, room: WidthsRoom) -> AnyView {
    let shown = Memo::new(move |_| room.shown_source());
    view! {
        {room.sources.choice(lab, crate::studies::robustness::measured::ROOM, shown)}
        {text_choice(room)}
        {move || room.agreement().map(|sentence| view! { <p class="hint" role="status">{sentence}</p> })}
    }
    .into_any()
}

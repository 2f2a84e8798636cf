//! Light, dark, or as the system has it; the only thing kept in the browser besides imported records.

use super::local_storage::browser_store;
use bk_plot::Theme;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// Key of the choice in the browser's store.
const KEY: &str = "bk-lab.theme";

/// What the reader chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// As the system has it.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Choice {
    pub(crate) const ALL: [Choice; 3] = [Choice::System, Choice::Light, Choice::Dark];

    pub(crate) fn key(self) -> &'static str {
        match self {
            Choice::System => "system",
            Choice::Light => "light",
            Choice::Dark => "dark",
        }
    }

    pub(crate) fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|choice| choice.key() == key).unwrap_or(Choice::System)
    }
}

/// The reader's choice, and the theme it comes to.
pub(crate) fn signals() -> (RwSignal<Choice>, Memo<Theme>) {
    let stored = browser_store().and_then(|store| store.get_item(KEY).ok().flatten());
    let choice = RwSignal::new(Choice::from_key(stored.as_deref().unwrap_or_default()));
    let system_dark = RwSignal::new(false);
    if let Some(query) = window().match_media("(prefers-color-scheme: dark)").ok().flatten() {
        system_dark.set(query.matches());
        let media = query.clone();
        let on_change = Closure::<dyn Fn()>::new(move || system_dark.set(media.matches()));
        query.set_onchange(Some(on_change.as_ref().unchecked_ref()));
        on_change.forget();
    }
    let theme = Memo::new(move |_| match (choice.get(), system_dark.get()) {
        (Choice::Dark, _) | (Choice::System, true) => Theme::Dark,
        _ => Theme::Light,
    });
    Effect::new(move || {
        if let Some(store) = browser_store() {
            // A full or forbidden store costs only the memory of the choice.
            let _ = store.set_item(KEY, choice.get().key());
        }
        let name = if theme.get() == Theme::Dark { "dark" } else { "light" };
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", name);
        }
    });
    (choice, theme)
}

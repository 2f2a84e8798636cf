//! What language models are trained on: the embedded language, random symbols, or a text of the reader's own.

use super::controls::{Choice, Field};
use super::files::chosen_file;
use bk_models::corpus::{SYMBOLS, Text};
use js_sys::ArrayBuffer;
use leptos::prelude::*;

/// Byte pairs and bytes that a text of the reader's is taken apart into, unless told otherwise.
const VOCABULARY: usize = 1024;

/// Tokens of an embedded text, unless told otherwise.
const TOKENS: usize = 400_000;

/// Symbols of a text that nothing can be known of, unless told otherwise.
const DRAWN: usize = 16;

const TEXTS: [(&str, &str); 3] =
    [("language", "embedded language"), ("uniform", "random symbols"), ("file", "a text of yours")];

/// How many tokens there are in a text.
pub(crate) fn vocabulary(text: &Text) -> usize {
    match text {
        Text::Language { .. } => SYMBOLS.len(),
        Text::Uniform { symbols, .. } => *symbols,
        Text::File { vocabulary, .. } => *vocabulary,
    }
}

/// A file in the place of a text: taken apart as the one before, if that was a file too.
pub(crate) fn of_file(name: String, before: &Text) -> Text {
    let vocabulary = match before {
        Text::File { vocabulary, .. } => *vocabulary,
        _ => VOCABULARY,
    };
    Text::File { name, vocabulary }
}

/// The fields that set a text; `choose` takes a file of the reader's.
pub(crate) fn fields(
    text: Signal<Text>,
    set: Callback<Text>,
    choose: Callback<(String, ArrayBuffer)>,
) -> AnyView {
    let kind = Memo::new(move |_| {
        text.with(|text| match text {
            Text::Language { .. } => 0usize,
            Text::Uniform { .. } => 1,
            Text::File { .. } => 2,
        })
    });
    let set_kind = Callback::new(move |chosen: String| {
        set.run(match chosen.as_str() {
            "uniform" => Text::Uniform { symbols: DRAWN, tokens: TOKENS },
            "file" => of_file(String::new(), &text.get_untracked()),
            _ => Text::Language { tokens: TOKENS },
        });
    });
    let number =
        move |label: &'static str, hint, read: fn(&Text) -> usize, write: fn(&mut Text, usize)| -> AnyView {
            let value = Signal::derive(move || text.with(read));
            let set = Callback::new(move |number| {
                let mut text = text.get_untracked();
                write(&mut text, number);
                set.run(text);
            });
            view! { <Field label hint expected="a whole number" value set /> }.into_any()
        };
    let file = move || {
        text.with(|text| match text {
            Text::File { name, .. } if !name.is_empty() => format!("“{name}”"),
            _ => "None chosen yet. It stays in this browser.".to_owned(),
        })
    };
    view! {
        <Choice label="Text" options=TEXTS.to_vec() value=Signal::derive(move || TEXTS[kind.get()].0) set=set_kind />
        <Show when=move || kind.get() < 2>
            {number("Tokens", "5 % validation, 5 % test", |text| match text {
                Text::Language { tokens } | Text::Uniform { tokens, .. } => *tokens,
                Text::File { .. } => 0,
            }, |text, number| if let Text::Language { tokens } | Text::Uniform { tokens, .. } = text {
                *tokens = number;
            })}
        </Show>
        <Show when=move || kind.get() == 1>
            {number("Symbols", "drawn evenly: nothing can be known of the next", vocabulary, |text, number| if let Text::Uniform { symbols, .. } = text {
                *symbols = number;
            })}
        </Show>
        <Show when=move || kind.get() == 2>
            {chosen_file("Choose a text", ".txt,.md,text/*", move |name, bytes| choose.run((name, bytes)))}
            <p class="hint">{file}</p>
            {number("Vocabulary", "byte pairs and bytes that it is taken apart into", vocabulary, |text, number| if let Text::File { vocabulary, .. } = text {
                *vocabulary = number;
            })}
        </Show>
    }
    .into_any()
}

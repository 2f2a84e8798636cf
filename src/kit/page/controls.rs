//! Controls: a labelled number, a number with a slider, a choice, a text. What a person types is kept as
//! typed; what cannot be read is said beside the field, and changes nothing.

use leptos::prelude::*;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

/// A number that a config can hold and a message can carry: JSON knows neither NaN nor infinity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Finite(pub(crate) f64);

impl Display for Finite {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Finite {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Finite).ok_or("not a finite number")
    }
}

/// A list of numbers as a person writes it: with commas or spaces between.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbers<Number>(pub(crate) Vec<Number>);

impl<Number: Display> Display for Numbers<Number> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(Number::to_string).collect();
        formatter.write_str(&numbers.join(", "))
    }
}

impl<Number: FromStr> FromStr for Numbers<Number> {
    type Err = Number::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let items = text.split([',', ' ']).filter(|item| !item.is_empty());
        items.map(str::parse).collect::<Result<_, _>>().map(Numbers)
    }
}

/// A field for a value that is written as text.
#[component]
pub(crate) fn Field<Value>(
    label: &'static str,
    /// What the value means, its unit and range.
    hint: &'static str,
    /// What is expected, to complete the sentence “… is not …”; without it the value's own error is shown.
    #[prop(optional)]
    expected: Option<&'static str>,
    value: Signal<Value>,
    set: Callback<Value>,
) -> impl IntoView
where
    Value: FromStr<Err: Display> + Display + Clone + PartialEq + Send + Sync + 'static,
{
    let trouble = RwSignal::new(None::<String>);
    let typed = RwSignal::new(value.get_untracked().to_string());
    // The field follows the value, except while it says the same in other words (“0.50”).
    Effect::new(move || {
        let value = value.get();
        if typed.with_untracked(|typed| typed.trim().parse().ok() != Some(value.clone())) {
            typed.set(value.to_string());
            trouble.set(None);
        }
    });
    let on_input = move |event| {
        let text = event_target_value(&event);
        match text.trim().parse::<Value>() {
            Ok(new) => {
                trouble.set(None);
                typed.set(text);
                set.run(new);
            }
            Err(error) => {
                let sentence = expected.map(|expected| format!("“{}” is not {expected}.", text.trim()));
                trouble.set(Some(sentence.unwrap_or_else(|| error.to_string())));
                typed.set(text);
            }
        }
    };
    let (described, troubled) = (next_id(), next_id());
    view! {
        <div class="field">
            <label>
                <span class="label">{label}</span>
                <input type="text" inputmode="text" autocomplete="off" spellcheck="false" prop:value=typed
                    aria-describedby=format!("{described} {troubled}")
                    aria-invalid=move || trouble.with(Option::is_some).to_string() on:input=on_input />
            </label>
            <span class="hint" id=described>{hint}</span>
            <span class="trouble" id=troubled role="alert">{trouble}</span>
        </div>
    }
}

/// How long something will take, in words.
pub(crate) fn time_left(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 90.0 => format!("about {seconds:.0} s left"),
        seconds if seconds < 5400.0 => format!("about {:.0} minutes left", seconds / 60.0),
        seconds => format!("about {:.1} hours left", seconds / 3600.0),
    }
}

/// An identifier for an element that another one refers to.
pub(crate) fn next_id() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("note-{}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// A slider for a number between two ends.
#[component]
pub(crate) fn Slider(
    label: &'static str,
    from: f64,
    to: f64,
    step: f64,
    value: Signal<f64>,
    set: Callback<f64>,
) -> impl IntoView {
    view! {
        <input class="slider" type="range" aria-label=label min=from max=to step=step
            prop:value=move || value.get().to_string()
            on:input=move |event| {
                if let Ok(value) = event_target_value(&event).parse() {
                    set.run(value);
                }
            } />
    }
}

/// A choice between named options.
#[component]
pub(crate) fn Choice(
    label: &'static str,
    /// Keys and names.
    options: Vec<(&'static str, &'static str)>,
    value: Signal<&'static str>,
    set: Callback<String>,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="label">{label}</span>
            <select prop:value=value on:change=move |event| set.run(event_target_value(&event))>
                {options.into_iter().map(|(key, name)| view! { <option value=key selected=move || value.get() == key>{name}</option> }).collect_view()}
            </select>
        </label>
    }
}

/// What an axis is narrowed to: one of its values, or all where the text is empty.
#[component]
pub(crate) fn Narrow(
    label: &'static str,
    options: Signal<Vec<String>>,
    value: Signal<String>,
    set: Callback<String>,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="label">{label}</span>
            <select on:change=move |event| set.run(event_target_value(&event))>
                <option value="" selected=move || value.with(String::is_empty)>"all"</option>
                {move || options.get().into_iter().map(|option| {
                    let (key, own) = (option.clone(), option.clone());
                    view! { <option value=key selected=move || value.with(|value| *value == own)>{option}</option> }
                }).collect_view()}
            </select>
        </label>
    }
    .into_any()
}

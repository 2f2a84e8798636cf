//! How models are measured.

use super::state::WidthsRoom;
use crate::kit::page::controls::{Choice, Field};
use crate::studies::robustness::measured::record::Config;
use leptos::prelude::*;

const RULES: [(&str, &str); 2] =
    [("absolute-maximum", "absolute maximum"), ("least-squares", "least squared error")];
const YES: [(&str, &str); 2] = [("yes", "yes"), ("no", "no")];

/// The settings.
#[component]
pub(crate) fn Controls() -> impl IntoView {
    let room = expect_context::<WidthsRoom>();
    let read = move |read: fn(&Config) -> usize| {
        Signal::derive(move || room.settings.with(|settings| read(&settings.config)))
    };
    let write = move |write: fn(&mut Config, usize)| {
        Callback::new(move |value| room.settings.update(|settings| write(&mut settings.config, value)))
    };
    let rule = Signal::derive(move || {
        let rule = room.settings.with(|settings| settings.config.rule.to_string());
        RULES.iter().map(|(key, _)| *key).find(|key| *key == rule).unwrap_or_default()
    });
    let set_rule = Callback::new(move |chosen: String| {
        if let Ok(rule) = chosen.parse() {
            room.settings.update(|settings| settings.config.rule = rule);
        }
    });
    let whether = move |label, read: fn(&Config) -> bool, write: fn(&mut Config, bool)| {
        let value = Signal::derive(move || {
            YES[usize::from(!room.settings.with(|settings| read(&settings.config)))].0
        });
        let set = Callback::new(move |chosen: String| {
            room.settings.update(|settings| write(&mut settings.config, chosen == YES[0].0));
        });
        view! { <Choice label options=YES.to_vec() value set /> }
    };
    view! {
        <form class="controls" aria-label="Settings" on:submit=|event| event.prevent_default()>
            <Choice label="Scale rule" options=RULES.to_vec() value=rule set=set_rule />
            <Field label="Weights per scale" hint="group size along a row" expected="a whole number"
                value=read(|config| config.group) set=write(|config, group| config.group = group) />
            <Field label="Held-out tokens" hint="measured on, at most" expected="a whole number"
                value=read(|config| config.tokens) set=write(|config, tokens| config.tokens = tokens) />
            {whether("Round what the BK core computes, too", |config| config.core, |config, core| config.core = core)}
            {whether("Quantize single parts, too", |config| config.parts, |config, parts| config.parts = parts)}
            <p class="trouble" role="alert">{room.trouble}</p>
            <button type="button" on:click=move |_| room.settings.update(|settings| settings.config = Config::default())>"Start over"</button>
        </form>
    }
    .into_any()
}

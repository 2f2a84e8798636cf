//! Shows what each panel says of itself: words, examples, and the mathematics in MathML.

use crate::kit::permalink;
use crate::studies::resolvent::panels::definition::Part;
use crate::studies::resolvent::record::{Config, Panel};
use leptos::prelude::*;

/// What a panel shows, above its figures, with settings worth trying.
pub(crate) fn explanation(panel: Panel) -> AnyView {
    let words = &panel.definition().words;
    view! {
        <p class="explanation">{words.text}</p>
        <p class="examples">
            "Try: "
            {(words.examples)().into_iter().map(|(name, config)| {
                view! { <a href=permalink::to_fragment(crate::studies::resolvent::ROOM, &Config { panel, ..config })>{name}</a> }
            }).collect_view()}
        </p>
    }
    .into_any()
}

/// The mathematics of a panel.
pub(crate) fn formula(panel: Panel) -> AnyView {
    let words = &panel.definition().words;
    let parts = words.parts.iter().map(|&part| match part {
        Part::Text(text) => view! { <p>{text}</p> }.into_any(),
        Part::Formula(content) => view! { <math display="block" inner_html=content></math> }.into_any(),
    });
    view! {
        <details class="formula" open>
            <summary>{words.summary}</summary>
            {parts.collect_view()}
        </details>
    }
    .into_any()
}

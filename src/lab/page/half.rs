//! The halves of a room that shows what was published, and what is measured here.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A half of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Half {
    /// What was published.
    #[default]
    Published,
    /// What is measured here.
    Measured,
}

impl Half {
    const ALL: [Half; 2] = [Half::Published, Half::Measured];

    fn title(self) -> &'static str {
        match self {
            Half::Published => "As published",
            Half::Measured => "Measured here",
        }
    }
}

/// Links to both halves, of which one is shown; `fragment` leads to one.
pub(super) fn halves(shown: Signal<Half>, fragment: Callback<Half, String>) -> AnyView {
    let link = move |to: Half| {
        let current = move || (shown.get() == to).then_some("page");
        view! { <a href=move || fragment.run(to) aria-current=current>{to.title()}</a> }
    };
    view! { <nav class="panels" aria-label="Panels">{Half::ALL.map(link).collect_view()}</nav> }.into_any()
}

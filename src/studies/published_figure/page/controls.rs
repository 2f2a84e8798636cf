//! The controls of a figure's room: which data, the simulation's settings, files.

use super::PageFigure;
use super::pinned::pin_controls;
use super::state::FigureState;
use super::state::{Settings, Source};
use crate::kit::page::controls::{Choice, Field};
use crate::kit::page::files::ImportButton;
use crate::kit::page::state::Lab;
use bk_plot::View;
use leptos::prelude::*;

/// The settings of the simulation and the source of the data.
pub(crate) fn controls<Figure: PageFigure>(lab: Lab, state: FigureState<Figure>) -> AnyView {
    let source = Signal::derive(move || state.settings.with(|of| of.source.key()));
    let set_source =
        Callback::new(move |key: String| state.settings.update(|of| of.source = Source::from_key(&key)));
    let restore = move |_| {
        state.settings.update(|of| *of = Settings { source: of.source, ..Settings::default() });
        state.view.set(View::default());
    };
    view! {
        <form class="controls" aria-label="Settings" on:submit=|event| event.prevent_default()>
            <Choice label="Data" options=Source::ALL.to_vec() value=source set=set_source />
            <Field label="Seed" hint="of NumPy’s legacy generator; 42 was published" expected="a whole number from 0 to 4294967295"
                value=Signal::derive(move || state.settings.with(|of| *Figure::seed(&mut of.config.clone())))
                set=Callback::new(move |seed| state.settings.update(|of| *Figure::seed(&mut of.config) = seed)) />
            {Figure::fields(state)}
            <p class="trouble" role="alert">{state.trouble}</p>
            <button type="button" on:click=restore>"Published settings"</button>
            {pin_controls(lab, state)}
            <ImportButton />
            <Show when=move || state.imported.with(|records| !records.is_empty())>
                <button type="button" on:click=move |_| state.forget()>"Forget imported files"</button>
            </Show>
        </form>
    }
    .into_any()
}

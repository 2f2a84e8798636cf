//! The room of measured robustness: trained models are stored in every width and run, point after point, in this tab.

mod controls;
mod course;
mod measuring;
mod settings;
mod shipped;
mod source;
mod state;
mod statements;
mod store;
mod tuning;

use super::figure::training_lengths::Quantity;
use super::record::Widths;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::permalink;
use crate::kit::record::table::Grid;
use crate::kit::record::{Provenance, document};
use crate::studies::robustness::measured::data_files as data;
use bk_plot::{Layout, Scene, View};
use controls::Controls;
use leptos::prelude::*;
use settings::{Panel, Settings};
use state::WidthsRoom;
use std::sync::Arc;

/// The room.
#[component]
pub(crate) fn WidthsView() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = WidthsRoom::open(lab);
    provide_context(room);
    let record = Memo::new(move |_| room.shown());
    let panel = Memo::new(move |_| room.settings.with(|settings| settings.panel));
    let courses = Memo::new(move |_| room.shown_courses());
    let stack = move |which: Panel, content: AnyView| {
        view! { <section class="stack" hidden=move || panel.get() != which aria-label=which.title()>{origin(record, true)}{content}</section> }
    };
    let link = move || lab.fragment(crate::studies::robustness::ROOM);
    view! {
        <section class="room" hidden=move || lab.room.get() != crate::studies::robustness::measured::ROOM aria-labelledby="widths-title">
            <header class="intro">
                <h1 id="widths-title">"Measured robustness"</h1>
                <p>"The published figure is a formula plus noise. Here trained models are quantized and run on held-out text, and the published claims are tested on them. " <a href=link>"The published figure is taken apart in its own room."</a></p>
            </header>
            <Controls />
            <div class="stage">
                {panels(room, panel)}
                {store::shelf(lab, room)}
                {source::choice(lab, room)}
                {stack(Panel::Figure, view! { {overview(room, record)} {table(record, Widths::points_table)} }.into_any())}
                {stack(Panel::Statements, statements::view(record))}
                {stack(Panel::Places, view! { {drawn(record, Widths::places_table, super::figure::component_sensitivity::draw, "where-the-loss-comes-from")} {table(record, Widths::places_table)} }.into_any())}
                <section class="stack" hidden=move || panel.get() != Panel::Lengths aria-label=Panel::Lengths.title()>
                    {course::controls(lab, room)}
                    {origin(courses, false)}
                    {drawn(courses, Widths::lengths_table, perplexity, "perplexity-by-length")}
                    {drawn(courses, Widths::lengths_table, change, "loss-by-length")}
                    {table(courses, Widths::lengths_table)}
                </section>
                {stack(Panel::Tuning, view! { {tuning::controls(lab, room)} {drawn(record, Widths::tuned_table, super::figure::fine_tuning::draw, "further-training")} {table(record, Widths::tuned_table)} }.into_any())}
                {stack(Panel::Leak, table(record, Widths::leak_table))}
                {stack(Panel::Models, table(record, Widths::models_table))}
            </div>
            <aside class="notes">{formulas()}</aside>
        </section>
    }
    .into_any()
}

/// Where the numbers of a panel come from, or that there are none yet.
fn origin(record: Memo<Option<Arc<Widths>>>, warns: bool) -> AnyView {
    let provenance = move || {
        record.with(|record| record.as_ref().map_or(Provenance::Measured, |record| record.provenance))
    };
    let says = move || match record.get() {
        None => {
            "No model has been measured with these settings yet. Choose one, and press “Measure it here”."
                .to_owned()
        }
        Some(record) => match record.manifest.files.as_slice() {
            [] => record.manifest.origin.clone(),
            files => format!("“{}”. {}", files.join(", "), record.manifest.origin),
        },
    };
    let warnings = move || {
        let warnings =
            record.with(|record| record.as_ref().filter(|_| warns).map(|record| record.warnings()));
        warnings
            .unwrap_or_default()
            .into_iter()
            .map(|warning| view! { <p class="caution">{warning}</p> })
            .collect_view()
    };
    view! {
        <p class="explanation"><strong class="provenance">{move || provenance().label()}</strong>" "{says}</p>
        {warnings}
    }
    .into_any()
}

/// Links to the panels, and what the present one says.
fn panels(room: WidthsRoom, panel: Memo<Panel>) -> AnyView {
    let link = move |to: Panel| {
        let fragment = move || {
            room.settings.with(|settings| {
                permalink::to_fragment(
                    crate::studies::robustness::measured::ROOM,
                    &Settings { panel: to, ..settings.clone() },
                )
            })
        };
        view! { <a href=fragment aria-current=move || (panel.get() == to).then_some("page")>{to.title()}</a> }
    };
    view! {
        <nav class="panels" aria-label="Panels">{Panel::ALL.map(link).collect_view()}</nav>
        <p class="explanation">{move || panel.get().explanation()}</p>
    }
    .into_any()
}

/// A table of a record, where it has rows.
fn table(record: Memo<Option<Arc<Widths>>>, of: fn(&Widths) -> Grid) -> AnyView {
    let grid = move || record.get().map(|record| of(&record)).filter(|grid| !grid.rows.is_empty());
    (move || grid().map(|grid| view! { <GridTable grid /> })).into_any()
}

/// The figure of all formats, with the published simulation behind it.
fn overview(room: WidthsRoom, record: Memo<Option<Arc<Widths>>>) -> AnyView {
    let draw = Signal::derive(move || {
        let (record, published) = (record.get()?, room.published.get());
        Some::<DrawView>(Arc::new(move |view, layout| {
            super::figure::bit_widths::draw(&record, published.as_deref(), view, layout)
        }))
    });
    figure(record, draw, "measured-robustness")
}

/// A figure of a record, where the table of its numbers has rows.
fn drawn(
    record: Memo<Option<Arc<Widths>>>,
    of: fn(&Widths) -> Grid,
    paint: fn(&Widths, &View, &Layout) -> Scene,
    stem: &'static str,
) -> AnyView {
    let draw = Signal::derive(move || {
        let record = record.get().filter(|record| !of(record).rows.is_empty())?;
        Some::<DrawView>(Arc::new(move |view, layout| paint(&record, view, layout)))
    });
    figure(record, draw, stem)
}

/// Perplexity along trainings.
fn perplexity(record: &Widths, view: &View, layout: &Layout) -> Scene {
    super::figure::training_lengths::draw(record, Quantity::Perplexity, view, layout)
}

/// What quantization costs along trainings.
fn change(record: &Widths, view: &View, layout: &Layout) -> Scene {
    super::figure::training_lengths::draw(record, Quantity::Change, view, layout)
}

/// A figure, hidden while there is nothing to draw.
fn figure(record: Memo<Option<Arc<Widths>>>, draw: Signal<Option<DrawView>>, stem: &'static str) -> AnyView {
    let manifest = Callback::new(move |()| document::to_json(&[record.get_untracked()?]).ok());
    let written =
        Callback::new(move |format| Some(data::write(&*record.get_untracked()?, format, &manifest.run(())?)));
    view! {
        <div hidden=move || draw.with(Option::is_none)>
            <FigureView draw view=RwSignal::new(View::default()) stem aspect=0.62 manifest data=written />
        </div>
    }
    .into_any()
}

/// The mathematics beside the figures.
fn formulas() -> AnyView {
    view! {
        <details class="formula" open>
            <summary>"What is computed"</summary>
            <p>"Numbers of a row that share a group share a scale s; each is stored as the code of the nearest level:"</p>
            <math display="block" inner_html="<mrow><mi>q</mi><mo>=</mo><mi>round</mi><mo>(</mo><mi>x</mi><mo>/</mo><mi>s</mi><mo>)</mo><mo>,</mo><mspace width='1em'/><mover><mi>x</mi><mo>^</mo></mover><mo>=</mo><mi>q</mi><mi>s</mi></mrow>"></math>
            <p>"By the absolute maximum, the largest number of a group lies on the outermost level; by the least squared error, s is what the rounded numbers deviate least with. Which of two models suffers more from 2 bits may depend on this choice alone. NF4 has its own table of levels and blocks of 64."</p>
            <p>"The perplexity is exp(mean loss) over the held-out tokens; each sequence begins without context. Intervals are Student’s t over seeds; two models are compared by Welch’s test."</p>
        </details>
    }
    .into_any()
}

/// Builds the room.
pub fn room() -> AnyView {
    view! { <WidthsView /> }.into_any()
}

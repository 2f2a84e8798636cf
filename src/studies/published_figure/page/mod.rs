//! The rooms of the published figures: one layout for all, and a file for what is peculiar to each.

mod controls;
mod evidence;
mod fragility;
mod pinned;
pub(crate) mod state;

pub use pinned::keep_pinned;
use state::FigureState;

use evidence::{Evidence, Glance, Records};

use crate::kit::claims::PublishedFigure;
use crate::kit::data_files as data;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::Rows;
use crate::kit::protocol::Parcel;
use crate::kit::protocol::Task;
use crate::kit::record::difference::Quantities;
use crate::kit::record::document;
use crate::kit::room::Room;
use crate::studies::published_figure::fragility::record::Subject;
use bk_plot::{Layout, Scene, View};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// What the page must know of a published figure beyond its checks and claims.
pub(crate) trait PageFigure:
    PublishedFigure + Quantities + Parcel + PartialEq + Send + Sync + 'static
{
    /// What decides the simulation, and asks for it.
    type Config: Task<Outcome = Self>
        + Clone
        + Default
        + PartialEq
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static;

    /// How the figure is looked at: what changes the picture but not the data.
    type Look: Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Its room.
    const ROOM: Room;
    /// What the room is for, under its heading.
    const INTRODUCTION: &'static str;
    /// How its files are called, without an extension.
    const STEM: &'static str;
    /// How the published script calls its summary.
    const SUMMARY_NAME: &'static str;
    /// What its table of numbers is called.
    const TABLE: &'static str;

    /// The simulation as the subject of a count of what it is checked for.
    fn subject(config: Self::Config) -> Subject;

    /// Draws records over one another.
    fn draw(records: &[&Self], look: &Self::Look, view: &View, layout: &Layout) -> Scene;

    /// What decided the simulation; `None` for other records.
    fn config(&self) -> Option<&Self::Config>;

    /// The seed of the simulation.
    fn seed(config: &mut Self::Config) -> &mut u32;

    /// The numbers of a record.
    fn table(&self) -> Rows;

    /// Where the same was measured, if it was.
    fn elsewhere(_lab: Lab) -> Option<AnyView> {
        None
    }

    /// The fields that set the config, beyond the seed.
    fn fields(state: FigureState<Self>) -> AnyView;

    /// How the simulation makes its numbers.
    fn formula() -> AnyView;
}

/// The look of a figure that has but one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
pub(crate) struct NoLook {}

/// The room of a figure.
pub(crate) fn figure_room<Figure: PageFigure>(lab: Lab) -> AnyView {
    let state = FigureState::<Figure>::open(lab);
    let shown = Memo::new(move |_| state.shown());
    let look = Memo::new(move |_| state.settings.with(|of| of.look.clone()));
    let draw = Signal::derive(move || {
        let (records, look, pinned) = (shown.get(), look.get(), state.is_compared());
        (!records.is_empty()).then(|| -> DrawView {
            Arc::new(move |view, layout| {
                let view = View { pinned, ..view.clone() };
                Figure::draw(&records.iter().collect::<Vec<_>>(), &look, &view, layout)
            })
        })
    });
    let evidence = Signal::derive(move || shown.with(|records| records.iter().map(Evidence::of).collect()));
    let manifest = Callback::new(move |()| {
        document::view_to_json(&untrack(|| lab.fragment(Figure::ROOM)), &shown.get_untracked()).ok()
    });
    let data = Callback::new(move |format| {
        let records = shown.get_untracked();
        Some(data::write(&records.iter().collect::<Vec<_>>(), format, &manifest.run(())?))
    });
    let title = format!("{}-title", Figure::ROOM.key());
    let heading = title.clone();
    view! {
        <section class="room" hidden=move || lab.room.get() != Figure::ROOM aria-labelledby=title>
            <header class="intro">
                <h1 id=heading>{Figure::TITLE}</h1>
                <p>{Figure::INTRODUCTION}" "{Figure::elsewhere(lab)}</p>
            </header>
            {controls::controls::<Figure>(lab, state)}
            <div class="stage">
                <Glance evidence />
                <FigureView draw view=state.view stem=Figure::STEM aspect=0.62 manifest data />
                {pinned::differences_view(state)}
                <Records evidence />
                {fragility::fragility::<Figure>(lab, state)}
            </div>
            <aside class="notes">{Figure::formula()}</aside>
        </section>
    }
    .into_any()
}

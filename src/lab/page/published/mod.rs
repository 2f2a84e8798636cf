//! The rooms of the published figures: one layout for all, and a file for what is peculiar to each.

mod controls;
mod evidence;
pub(super) mod robustness;
mod state;

pub(super) use state::FigureState;

use super::figure_view::{Draw, FigureView};
use super::state::Lab;
use super::table::Rows;
use crate::figure::{Layout, Scene};
use crate::lab::permalink::Room;
use crate::lab::protocol::Task;
use crate::published::PublishedFigure;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// What the page must know of a published figure beyond its checks and claims.
pub(super) trait PageFigure: PublishedFigure + PartialEq + Send + Sync + 'static {
    /// What decides the simulation.
    type Config: Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;

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

    /// The state of its room.
    fn state(lab: &Lab) -> FigureState<Self>;

    /// Asks for the simulation.
    fn task(config: Self::Config) -> Task;

    /// Draws records over one another.
    fn draw(records: &[&Self], layout: &Layout) -> Scene;

    /// The numbers of a record.
    fn table(&self) -> Rows;

    /// The fields that set the config.
    fn fields(state: FigureState<Self>) -> AnyView;

    /// How the simulation makes its numbers.
    fn formula() -> AnyView;
}

/// The room of a figure.
pub(super) fn figure_room<Figure: PageFigure>(lab: Lab) -> impl IntoView {
    let state = Figure::state(&lab);
    let shown = Memo::new(move |_| state.shown());
    let draw = Signal::derive(move || {
        let records = shown.get();
        (!records.is_empty()).then(|| -> Draw {
            Arc::new(move |layout| Figure::draw(&records.iter().collect::<Vec<_>>(), layout))
        })
    });
    let title = format!("{}-title", Figure::ROOM.key());
    let heading = title.clone();
    view! {
        <section class="room" hidden=move || lab.room.get() != Figure::ROOM aria-labelledby=title>
            <header class="intro">
                <h1 id=heading>{Figure::TITLE}</h1>
                <p>{Figure::INTRODUCTION}</p>
            </header>
            {controls::controls::<Figure>(state)}
            <div class="stage">
                {evidence::glance::<Figure>(shown)}
                <FigureView draw stem=Figure::STEM aspect=0.62 />
                {evidence::records::<Figure>(lab, shown)}
            </div>
            <aside class="notes">{Figure::formula()}</aside>
        </section>
    }
}

//! The room of the quantization robustness figure.

use super::published::degradation;
use super::record::{Config, Point, Robustness, precision_label};
use crate::kit::page::controls::{Field, Numbers};
use crate::kit::page::formulas;
use crate::kit::page::state::Lab;
use crate::kit::page::table::{INTERVAL, Rows};
use crate::kit::record::Model;
use crate::kit::record::comparison::distinct;
use crate::kit::record::table::cell;
use crate::kit::room::Room;
use crate::studies::published_figure::fragility::record::Subject;
use crate::studies::published_figure::page::state::FigureState;
use crate::studies::published_figure::page::{NoLook, PageFigure};
use bk_plot::{Layout, Scene, View};
use leptos::prelude::*;
use std::sync::Arc;

impl PageFigure for Robustness {
    type Config = Config;
    type Look = NoLook;

    const ROOM: Room = crate::studies::robustness::ROOM;
    const INTRODUCTION: &'static str = "The published figure says that ResNet-BK keeps its perplexity when its weights are quantized, and that Mamba loses it. This room draws that figure again from the published simulation, tests every number on it, and lets you lay results of your own over it.";
    const STEM: &'static str = "quantization-robustness";
    const SUMMARY_NAME: &'static str = "quantization_graph.json";
    const TABLE: &'static str = "Perplexity by bit width";

    fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    fn subject(config: Config) -> Subject {
        Subject::Robustness(config)
    }

    fn draw(records: &[&Self], _look: &NoLook, view: &View, layout: &Layout) -> Scene {
        super::figure::draw(records, view, layout)
    }

    fn elsewhere(lab: Lab) -> Option<AnyView> {
        let link = move || lab.fragment(crate::studies::robustness::measured::ROOM);
        Some(view! { <a href=link>"What trained models do is measured in another room."</a> }.into_any())
    }

    fn seed(config: &mut Config) -> &mut u32 {
        &mut config.seed
    }

    fn table(&self) -> Rows {
        table(self)
    }

    fn fields(state: FigureState<Self>) -> AnyView {
        let settings = state.settings;
        view! {
            <Field label="Bit widths" hint="in the order in which they draw their noise" expected="a list of whole numbers such as 32, 16, 8"
                value=Signal::derive(move || Numbers(settings.with(|of| of.config.bit_widths.clone())))
                set=Callback::new(move |Numbers(widths)| settings.update(|of| of.config.bit_widths = widths)) />
        }
        .into_any()
    }

    fn formula() -> AnyView {
        view! { <formulas::Robustness /> }.into_any()
    }
}

/// The numbers of a record, by falling width: for each model the mean, where there are several runs with its
/// interval, the loss against full precision, and the number of runs.
fn table(record: &Robustness) -> Rows {
    let points = || record.series.iter().flat_map(|series| &series.points);
    let mut widths = distinct(points().map(|point| point.bits).collect());
    widths.reverse();
    let several = points().any(|point| point.runs.len() > 1);
    let others = record.series.iter().map(|series| &series.model);
    let others = others.filter(|model| !Model::PUBLISHED.contains(model));
    let models: Vec<Model> = Model::PUBLISHED.iter().chain(others).cloned().collect();
    let mut headings = vec!["Precision".to_owned()];
    for model in &models {
        headings.push(model.label().to_owned());
        headings.extend(several.then(|| INTERVAL.to_owned()));
        headings.extend(["Loss".into(), "Runs".into()]);
    }
    headings.push("Mamba / ResNet-BK".into());
    let (count, record) = (widths.len(), record.clone());
    let row = move |index: usize| {
        let bits = widths[index];
        let number = |value: Option<f64>| cell(value, |value| format!("{value:.2}"));
        let mut cells = vec![precision_label(bits)];
        for model in &models {
            let point = record.series(model).and_then(|series| series.at(bits));
            cells.push(number(point.map(Point::perplexity)));
            cells.extend(several.then(|| number(point.and_then(Point::confidence))));
            cells.push(cell(degradation(&record, model, bits), |loss| format!("{loss:+.1} %")));
            cells.push(point.map_or(0, |point| point.runs.len()).to_string());
        }
        let [resnetbk, mamba] = Model::PUBLISHED.map(|model| record.perplexity(&model, bits));
        cells.push(number(mamba.zip(resnetbk).map(|(mamba, resnetbk)| mamba / resnetbk)));
        cells
    };
    Rows { headings, count, row: Arc::new(row) }
}

/// Builds the room of the figure.
pub fn room() -> AnyView {
    crate::studies::published_figure::page::figure_room::<Robustness>(expect_context())
}

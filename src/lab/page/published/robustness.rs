//! The room of the quantization robustness figure.

use super::controls::Numbers;
use super::{FigureState, NoLook, PageFigure};
use crate::figure::{self, Layout, Scene, View};
use crate::lab::page::controls::Field;
use crate::lab::page::formulas;
use crate::lab::page::state::Lab;
use crate::lab::page::table::Rows;
use crate::lab::permalink::Room;
use crate::lab::protocol::Task;
use crate::published::robustness::degradation;
use crate::record::Model;
use crate::record::fragility::Subject;
use crate::record::robustness::{Config, Robustness, precision_label};
use leptos::prelude::*;
use std::sync::Arc;

impl PageFigure for Robustness {
    type Config = Config;
    type Look = NoLook;

    const ROOM: Room = Room::Robustness;
    const INTRODUCTION: &'static str = "The published figure says that ResNet-BK keeps its perplexity when its weights are quantized, and that Mamba loses it. This room draws that figure again from the published simulation, tests every number on it, and lets you lay results of your own over it.";
    const STEM: &'static str = "quantization-robustness";
    const SUMMARY_NAME: &'static str = "quantization_graph.json";
    const TABLE: &'static str = "Perplexity by bit width";

    fn state(lab: &Lab) -> FigureState<Self> {
        lab.robustness
    }

    fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    fn task(config: Config) -> Task {
        Task::Robustness(config)
    }

    fn subject(config: Config) -> Option<Subject> {
        Some(Subject::Robustness(config))
    }

    fn draw(records: &[&Self], _look: &NoLook, view: &View, layout: &Layout) -> Scene {
        figure::robustness(records, view, layout)
    }

    fn setting(&self) -> Option<String> {
        self.config.as_ref().map(|config| format!("seed {}", config.seed))
    }

    fn table(&self) -> Rows {
        table(self)
    }

    fn fields(state: FigureState<Self>) -> AnyView {
        let settings = state.settings;
        view! {
            <Field label="Seed" hint="of NumPy’s legacy generator; 42 was published" expected="a whole number from 0 to 4294967295"
                value=Signal::derive(move || settings.with(|of| of.config.seed))
                set=Callback::new(move |seed| settings.update(|of| of.config.seed = seed)) />
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

/// The numbers of a record, by falling width.
fn table(record: &Robustness) -> Rows {
    let mut widths: Vec<u32> =
        record.series.iter().flat_map(|series| &series.points).map(|point| point.bits).collect();
    widths.sort_unstable_by(|a, b| b.cmp(a));
    widths.dedup();
    let record = record.clone();
    let mut headings = vec!["Precision".to_owned()];
    for model in &Model::PUBLISHED {
        headings.extend([model.label().to_owned(), "Loss".into(), "Runs".into()]);
    }
    headings.push("Mamba / ResNet-BK".into());
    let count = widths.len();
    let row = move |index: usize| {
        let bits = widths[index];
        let cell = |value: Option<f64>, digits: usize| {
            value.map_or("–".into(), |value| format!("{value:.digits$}"))
        };
        let mut cells = vec![precision_label(bits)];
        for model in &Model::PUBLISHED {
            let runs =
                record.series(model).and_then(|series| series.at(bits)).map_or(0, |point| point.runs.len());
            let loss = degradation(&record, model, bits).map_or("–".into(), |loss| format!("{loss:+.1} %"));
            cells.extend([cell(record.perplexity(model, bits), 2), loss, runs.to_string()]);
        }
        let [resnetbk, mamba] = Model::PUBLISHED.map(|model| record.perplexity(&model, bits));
        cells.push(cell(mamba.zip(resnetbk).map(|(mamba, resnetbk)| mamba / resnetbk), 2));
        cells
    };
    Rows { headings, count, row: Arc::new(row) }
}

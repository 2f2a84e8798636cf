//! The room of the long-context stability figure.

use super::controls::Numbers;
use super::{FigureState, NoLook, PageFigure};
use crate::figure::{self, Layout, Scene, View};
use crate::lab::page::controls::Field;
use crate::lab::page::formulas;
use crate::lab::page::state::Lab;
use crate::lab::page::table::Rows;
use crate::lab::permalink::Room;
use crate::lab::protocol::Task;
use crate::record::Stability;
use crate::record::fragility::Subject;
use crate::record::stability::{Config, length_label};
use leptos::prelude::*;
use std::sync::Arc;

impl PageFigure for Stability {
    type Config = Config;
    type Look = NoLook;

    const ROOM: Room = Room::Stability;
    const INTRODUCTION: &'static str = "The published figure says that ResNet-BK trains stably up to a million tokens of context while Mamba diverges. This room draws it again from the published simulation, in which it was decided beforehand which curves diverge.";
    const STEM: &'static str = "long-context-stability";
    const SUMMARY_NAME: &'static str = "stability_graph.json";
    const TABLE: &'static str = "Loss by sequence length";

    fn state(lab: &Lab) -> FigureState<Self> {
        lab.stability
    }

    fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    fn task(config: Config) -> Task {
        Task::Stability(config)
    }

    fn subject(_config: Config) -> Option<Subject> {
        None
    }

    fn draw(records: &[&Self], _look: &NoLook, view: &View, layout: &Layout) -> Scene {
        figure::stability(records, view, layout)
    }

    fn setting(&self) -> Option<String> {
        self.config.as_ref().map(|config| format!("seed {}", config.seed))
    }

    fn table(&self) -> Rows {
        let runs = self.series.iter().flat_map(|series| {
            series.points.iter().flat_map(move |point| point.runs.iter().map(move |run| (series, point, run)))
        });
        let rows: Vec<Vec<String>> = runs
            .map(|(series, point, run)| {
                let statistics = run.statistics();
                let cell = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.4}"));
                vec![
                    length_label(point.sequence_length),
                    series.model.label().to_owned(),
                    cell(statistics.map(|statistics| statistics.final_loss)),
                    cell(statistics.and_then(|statistics| statistics.min_loss)),
                    cell(statistics.and_then(|statistics| statistics.mean_loss)),
                    statistics
                        .and_then(|statistics| statistics.num_nan)
                        .map_or("–".to_owned(), |count| count.to_string()),
                    match (run.diverged, run.divergence_step) {
                        (true, Some(step)) => format!("at step {step}"),
                        (true, None) => "yes".into(),
                        (false, _) => "no".into(),
                    },
                ]
            })
            .collect();
        let headings = ["Length", "Model", "Final loss", "Least", "Mean", "NaN", "Diverged"];
        Rows {
            headings: headings.map(str::to_owned).to_vec(),
            count: rows.len(),
            row: Arc::new(move |index| rows[index].clone()),
        }
    }

    fn fields(state: FigureState<Self>) -> AnyView {
        let settings = state.settings;
        view! {
            <Field label="Seed" hint="of NumPy’s legacy generator; 42 was published" expected="a whole number from 0 to 4294967295"
                value=Signal::derive(move || settings.with(|of| of.config.seed))
                set=Callback::new(move |seed| settings.update(|of| of.config.seed = seed)) />
            <Field label="Sequence lengths" hint="in tokens, in the order in which they draw their noise" expected="a list of whole numbers such as 8192, 32768"
                value=Signal::derive(move || Numbers(settings.with(|of| of.config.sequence_lengths.clone())))
                set=Callback::new(move |Numbers(lengths)| settings.update(|of| of.config.sequence_lengths = lengths)) />
            <Field label="Steps" hint="of training; 1000 were published" expected="a whole number"
                value=Signal::derive(move || settings.with(|of| of.config.steps))
                set=Callback::new(move |steps| settings.update(|of| of.config.steps = steps)) />
        }
        .into_any()
    }

    fn formula() -> AnyView {
        view! { <formulas::Stability /> }.into_any()
    }
}

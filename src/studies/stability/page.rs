//! The room of the long-context stability figure.

use super::record::Stability;
use super::record::{Config, Statistics, length_label};
use crate::kit::page::controls::{Field, Numbers};
use crate::kit::page::formulas;
use crate::kit::page::state::Lab;
use crate::kit::page::table::{INTERVAL, Rows};
use crate::kit::permalink::to_room;
use crate::kit::record::table::cell;
use crate::kit::room::Room;
use crate::studies::published_figure::fragility::record::Subject;
use crate::studies::published_figure::page::state::FigureState;
use crate::studies::published_figure::page::{NoLook, PageFigure};
use bk_plot::{Layout, Scene, View};
use leptos::prelude::*;
use std::sync::Arc;

impl PageFigure for Stability {
    type Config = Config;
    type Look = NoLook;

    const ROOM: Room = crate::studies::stability::ROOM;
    const INTRODUCTION: &'static str = "The published figure says that ResNet-BK trains stably up to a million tokens of context while Mamba diverges. This room draws it again from the published simulation, in which it was decided beforehand which curves diverge.";
    const STEM: &'static str = "long-context-stability";
    const SUMMARY_NAME: &'static str = "stability_graph.json";
    const TABLE: &'static str = "Loss by sequence length";

    fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    fn subject(config: Config) -> Subject {
        Subject::Stability(config)
    }

    fn draw(records: &[&Self], _look: &NoLook, view: &View, layout: &Layout) -> Scene {
        super::figure::draw(records, view, layout)
    }

    fn elsewhere(lab: Lab) -> Option<AnyView> {
        let link = move || {
            let there = lab.fragment(crate::studies::scaling::ROOM);
            // As it was left; a room in which nobody has set anything begins with efficiency.
            if there == to_room(crate::studies::scaling::ROOM) { there + "&study=stability" } else { there }
        };
        Some(view! { <a href=link>"How trained models fare at several contexts is measured in another room."</a> }.into_any())
    }

    fn seed(config: &mut Config) -> &mut u32 {
        &mut config.seed
    }

    fn table(&self) -> Rows {
        let several = self.series.iter().flat_map(|series| &series.points).any(|point| point.runs.len() > 1);
        let points = self.series.iter().flat_map(|series| series.points.iter().map(move |of| (series, of)));
        let rows: Vec<Vec<String>> = points
            .flat_map(|(series, point)| {
                let place = [length_label(point.sequence_length), series.model.label().to_owned()];
                let runs = point.runs.iter().enumerate().map(|(index, run)| {
                    let name = run.seed.map_or(format!("no. {}", index + 1), |seed| format!("seed {seed}"));
                    let divergence = divergence(run.diverged, run.divergence_step);
                    (name, run.statistics(), None, divergence)
                });
                let mean = (point.runs.len() > 1).then(|| {
                    let divergence = divergence(point.diverged(), point.divergence_step());
                    let name = format!("mean of {}", point.runs.len());
                    (name, point.statistics(), point.confidence(), divergence)
                });
                let row = move |(name, statistics, half, divergence): (_, Option<Statistics>, _, _)| {
                    let number = |value: Option<f64>| cell(value, |value| format!("{value:.4}"));
                    let mut cells = place.to_vec();
                    cells.extend(several.then_some(name));
                    cells.push(number(statistics.map(|of| of.final_loss)));
                    cells.extend(several.then(|| number(half)));
                    cells.push(number(statistics.and_then(|of| of.min_loss)));
                    cells.push(number(statistics.and_then(|of| of.mean_loss)));
                    cells.push(cell(statistics.and_then(|of| of.num_nan), |count| count.to_string()));
                    cells.push(divergence);
                    cells
                };
                runs.chain(mean).map(row).collect::<Vec<_>>()
            })
            .collect();
        let run = several.then_some("Run");
        let headings = ["Length", "Model"].into_iter().chain(run).chain(["Final loss"]);
        let headings =
            headings.chain(several.then_some(INTERVAL)).chain(["Least", "Mean", "NaN", "Diverged"]);
        Rows {
            headings: headings.map(str::to_owned).collect(),
            count: rows.len(),
            row: Arc::new(move |index| rows[index].clone()),
        }
    }

    fn fields(state: FigureState<Self>) -> AnyView {
        let settings = state.settings;
        view! {
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

/// Whether a run diverged, and from which step on.
fn divergence(diverged: bool, step: Option<u64>) -> String {
    match (diverged, step) {
        (true, Some(step)) => format!("at step {step}"),
        (true, None) => "yes".into(),
        (false, _) => "no".into(),
    }
}

/// Builds the room of the figure.
pub fn room() -> AnyView {
    crate::studies::published_figure::page::figure_room::<Stability>(expect_context())
}

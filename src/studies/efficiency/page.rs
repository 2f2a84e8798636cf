//! The room of the dynamic efficiency figure.

use super::record::Config;
use super::record::Efficiency;
use crate::kit::page::controls::{Choice, Field};
use crate::kit::page::formulas;
use crate::kit::page::state::Lab;
use crate::kit::page::table::{INTERVAL, Rows};
use crate::kit::record::pareto::{Cost, Dominance};
use crate::kit::record::table::cell;
use crate::kit::room::Room;
use crate::studies::published_figure::fragility::record::Subject;
use crate::studies::published_figure::page::PageFigure;
use crate::studies::published_figure::page::state::FigureState;
use bk_plot::{Layout, Scene, View};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How the figure is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Look {
    frontier: Dominance,
}

/// The rules a frontier can be drawn by.
const RULES: [(&str, &str); 2] =
    [("exact", "no worse in both, better in one"), ("published", "as published: better in both")];

impl PageFigure for Efficiency {
    type Config = Config;
    type Look = Look;

    const ROOM: Room = crate::studies::efficiency::ROOM;
    const INTRODUCTION: &'static str = "The published figure says that ResNet-BK needs half the operations of Mamba for the same perplexity. This room draws it again from the published simulation, with the Pareto frontier by the right rule, and shows which pairs of points its numbers compare.";
    const STEM: &'static str = "dynamic-efficiency";
    const SUMMARY_NAME: &'static str = "efficiency_graph.json";
    const TABLE: &'static str = "Operations and perplexity by configuration";

    fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    fn subject(config: Config) -> Subject {
        Subject::Efficiency(config)
    }

    fn draw(records: &[&Self], look: &Look, view: &View, layout: &Layout) -> Scene {
        super::figure::draw(records, look.frontier, view, layout)
    }

    fn elsewhere(lab: Lab) -> Option<AnyView> {
        let link = move || lab.fragment(crate::studies::scaling::ROOM);
        Some(
            view! { <a href=link>"What trained models cost and achieve is measured in another room."</a> }
                .into_any(),
        )
    }

    fn seed(config: &mut Config) -> &mut u32 {
        &mut config.seed
    }

    fn table(&self) -> Rows {
        let several = self.series.iter().flat_map(|series| &series.points).any(|point| point.runs.len() > 1);
        let rows: Vec<Vec<String>> = self
            .series
            .iter()
            .flat_map(|series| {
                let exact = self.frontier(&series.model, Dominance::Exact);
                let published = self.frontier(&series.model, Dominance::Published);
                series.points.iter().enumerate().map(move |(place, point)| {
                    let (cost, confidence) = (point.cost(), point.confidence());
                    let number = |value: f64| format!("{value:.5}");
                    let interval = |of: fn(&Cost) -> f64, unit: f64| {
                        several.then(|| cell(confidence.as_ref().map(of), |half| number(half / unit)))
                    };
                    let on = |frontier: &[usize]| if frontier.contains(&place) { "yes" } else { "no" };
                    let mut cells = vec![point.configuration.clone(), series.model.label().to_owned()];
                    cells.push(number(cost.flops / 1e9));
                    cells.extend(interval(|half| half.flops, 1e9));
                    cells.push(number(cost.perplexity));
                    cells.extend(interval(|half| half.perplexity, 1.0));
                    cells.extend([point.runs.len().to_string(), on(&exact).into(), on(&published).into()]);
                    cells
                })
            })
            .collect();
        let interval = several.then_some(INTERVAL);
        let headings = ["Configuration", "Model", "GFLOPs a token"].into_iter().chain(interval);
        let headings = headings.chain(["Perplexity"]).chain(interval);
        let headings = headings.chain(["Runs", "On its frontier", "by the published rule"]);
        Rows {
            headings: headings.map(str::to_owned).collect(),
            count: rows.len(),
            row: Arc::new(move |index| rows[index].clone()),
        }
    }

    fn fields(state: FigureState<Self>) -> AnyView {
        let settings = state.settings;
        let rule = Signal::derive(move || RULES[settings.with(|of| of.look.frontier) as usize].0);
        let set_rule = Callback::new(move |key: String| {
            let frontier = if key == "published" { Dominance::Published } else { Dominance::Exact };
            settings.update(|of| of.look = Look { frontier });
        });
        view! {
            <Field label="Configurations" hint="of each model; 10 were published" expected="a whole number"
                value=Signal::derive(move || settings.with(|of| of.config.configurations))
                set=Callback::new(move |configurations| settings.update(|of| of.config.configurations = configurations)) />
            <Choice label="A point is dominated if another is" options=RULES.to_vec() value=rule set=set_rule />
        }
        .into_any()
    }

    fn formula() -> AnyView {
        view! { <formulas::Efficiency /> }.into_any()
    }
}

/// Builds the room of the figure.
pub fn room() -> AnyView {
    crate::studies::published_figure::page::figure_room::<Efficiency>(expect_context())
}

//! The quantization room: a BK core on grids of few levels, taken apart step by step.

mod controls;
mod modes;
mod results;
mod series;
mod steps;

use super::messages::Quantization;
use super::record::{ComparisonConfig, Config, ModeComparison, Quantize, Reading, TrainingRun};
use crate::kit::page::room_handle::{Host, restore};
use crate::kit::page::state::{Lab, Tone};
use crate::kit::permalink;
use crate::kit::protocol::{RequestId, Stopped};
use crate::kit::record::{Document, Filed};
use controls::Controls;
use leptos::prelude::*;
use modes::Modes;
use results::Results;
use serde::{Deserialize, Serialize};
use series::Series;
use std::sync::Arc;
use steps::{Step, Tour};

/// Training steps a request: so many take about as long as what every request does beforehand, and the curve is seen
/// to grow.
const STEPS_A_REQUEST: usize = 10;

/// What a link to this room restores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct View {
    #[serde(flatten)]
    config: Config,
    /// The step of the tour.
    step: Step,
    /// The tensor that is looked at: v, Re G or Im G.
    tensor: usize,
    /// The group of it that is looked at.
    shown_group: usize,
    /// How many seeds modes are compared over, from the config's on.
    seeds: u32,
}

impl Default for View {
    fn default() -> Self {
        View {
            config: Config::default(),
            step: Step::default(),
            tensor: 0,
            shown_group: 0,
            seeds: ComparisonConfig::default().seeds,
        }
    }
}

/// The state of the room.
#[derive(Clone, Copy)]
struct QuantizeRoom {
    view: RwSignal<View>,
    config: Memo<Config>,
    record: RwSignal<Option<Arc<Quantize>>>,
    /// The request under way, and what it is for.
    running: RwSignal<Option<(RequestId, Config)>>,
    /// Whether training goes on when a request has come back.
    training: RwSignal<bool>,
    trouble: RwSignal<Option<String>>,
    sweep: Series,
    comparison: Series,
    demonstrations: Series,
    /// The published training, beside the one that is shown.
    published_training: Series,
    modes: Modes,
}

impl QuantizeRoom {
    /// The state of the room that is opened, with what came for it before.
    fn open(lab: Lab) -> Self {
        let view: RwSignal<View> = RwSignal::default();
        let room = QuantizeRoom {
            view,
            config: Memo::new(move |_| view.with(|view| view.config.clone())),
            record: RwSignal::default(),
            running: RwSignal::default(),
            training: RwSignal::default(),
            trouble: RwSignal::default(),
            sweep: Series::default(),
            comparison: Series::default(),
            demonstrations: Series::default(),
            published_training: Series::default(),
            modes: Modes::default(),
        };
        let host = Host {
            address: Signal::derive(move || {
                permalink::to_fragment(crate::studies::quantization::ROOM, &view.get())
            }),
            restore: Callback::new(move |link| restore(&link, |linked| view.set(linked))),
            take: Callback::new(move |(document, _)| room.take_in(lab, document)),
        };
        lab.entrance(crate::studies::quantization::ROOM).open(lab, crate::studies::quantization::ROOM, host);
        room.keep_computed(lab);
        room
    }

    /// Calibrates, quantizes and measures whenever the config changes; training waits for the reader.
    fn keep_computed(self, lab: Lab) {
        let visible = Memo::new(move |_| lab.room.get() == crate::studies::quantization::ROOM);
        Effect::new(move || {
            let config = self.config.get();
            let known = self
                .record
                .with_untracked(|record| record.as_ref().is_some_and(|record| record.config == config));
            let asked = self.running.with_untracked(|running| running.is_some());
            if visible.get() && !known && !asked {
                self.training.set(false);
                self.ask(lab, None, 0);
            }
        });
    }

    /// Asks for the present config, trained up to a step.
    fn ask(self, lab: Lab, training: Option<TrainingRun>, until: usize) {
        let config = self.config.get_untracked();
        let task = Quantization { config: config.clone(), training, until };
        let asked = config.clone();
        let id = lab.ask(&task, vec![], move |quantized| self.take(lab, &asked, quantized));
        self.running.set(Some((id, config)));
    }

    fn take(self, lab: Lab, asked: &Config, quantized: Result<Quantize, Stopped>) {
        // A record that was opened meanwhile is waited for instead.
        if self.running.with_untracked(|running| running.as_ref().is_none_or(|(_, config)| config != asked)) {
            return;
        }
        match quantized {
            Ok(record) => {
                self.record.set(Some(Arc::new(record)));
                self.trouble.set(None);
            }
            Err(stopped) => {
                self.training.set(false);
                if let Stopped::Failed(sentence) = stopped {
                    self.trouble.set(Some(sentence));
                }
            }
        }
        self.running.set(None);
        if *asked != self.config.get_untracked() {
            // The settings were changed meanwhile.
            self.training.set(false);
            self.ask(lab, None, 0);
        } else if self.training.get_untracked() {
            self.train(lab);
        }
    }

    /// Goes on with the training of what is shown, to its end.
    fn train(self, lab: Lab) {
        let Some(record) = self.record.get_untracked() else { return };
        if record.is_complete() || record.config != self.config.get_untracked() {
            return self.training.set(false);
        }
        self.training.set(true);
        if self.running.with_untracked(Option::is_none) {
            let training = record.training.clone();
            let done = training.as_ref().map_or(0, |training| training.loss.len());
            self.ask(lab, training, done + STEPS_A_REQUEST);
        }
    }

    /// Computes what the published code calls training of the same core, which is light.
    fn train_as_published(self, lab: Lab) {
        let config = self.config.get_untracked();
        let published = config.trained_as_published();
        if config.reading == Reading::Exact && !self.published_training.running.get_untracked() {
            self.published_training.start(lab, vec![("as published".to_owned(), published)]);
        }
    }

    /// Compares the modes over as many seeds as were chosen.
    fn compare(self, lab: Lab) {
        let View { config, seeds, .. } = self.view.get_untracked();
        let Config { sites, group, seed: first_seed, .. } = config;
        self.modes.ask(lab, ComparisonConfig { sites, group, first_seed, seeds });
    }

    /// Takes a record of a file in.
    fn take_in(self, lab: Lab, document: Document) {
        if document.study != ModeComparison::STUDY {
            return lab.record(&document).into_iter().for_each(|record| self.restore(lab, record));
        }
        if let Some(record) = lab.record::<ModeComparison>(&document) {
            self.modes.record.set(Some(Arc::new(record)));
            self.view.update(|view| view.step = Step::Seeds);
        }
    }

    /// Stops training after the steps that are under way.
    fn stop(self) {
        self.training.set(false);
    }

    /// Restores the settings of a record, and its training as far as it had come, computed anew.
    fn restore(self, lab: Lab, record: Quantize) {
        let done = record.training.as_ref().map_or(0, |training| training.loss.len());
        self.view.update(|view| view.config = record.config.clone());
        self.ask(lab, record.training, done);
        lab.notify(
            Tone::Information,
            "The settings of that record were restored, and what it trained; everything else is computed anew.",
        );
    }
}

/// The room.
#[component]
pub(crate) fn QuantizeView() -> impl IntoView {
    let lab = expect_context::<Lab>();
    provide_context(QuantizeRoom::open(lab));
    view! {
        <section class="room" hidden=move || lab.room.get() != crate::studies::quantization::ROOM aria-labelledby="quantization-title">
            <header class="intro">
                <h1 id="quantization-title">"Quantization"</h1>
                <p>"A number in 4 bits is one of 16 levels. This room takes a BK core, its potential v and the diagonal G of its resolvent, down to such levels: where they stand, what is stored, what it costs, and what training can win back."</p>
            </header>
            <Controls />
            <div class="stage">
                <Tour />
                <Results />
            </div>
            <aside class="notes">{steps::formulas()}</aside>
        </section>
    }
}

/// Builds the room.
pub fn room() -> AnyView {
    view! { <QuantizeView /> }.into_any()
}

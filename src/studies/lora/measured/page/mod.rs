//! The study as it is run here: what the room knows of it, and how its work goes on.

mod controls;
mod matrix;
mod opened;
mod results;
mod run;

use super::messages::{Action, Adapt, Adapted, Live, Pictures, ReadImages, ShowImages};
use super::record::{Adaptation, Arm, Config, Data, Explained, Run};
use crate::kit::context::Progress;
use crate::kit::page::state::Lab;
use crate::kit::protocol::{RequestId, Stopped};
use crate::kit::record::document;
use crate::studies::lora::page::Settings;
use bk_plot::View;
use controls::Controls;
use js_sys::{ArrayBuffer, Date};
use leptos::prelude::*;
use matrix::Matrix;
use results::Results;
use run::Chosen;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Training comes back this often, so that the grid is seen to fill and a pause is heard.
const SECONDS_A_REQUEST: f64 = 0.5;

/// What is run, and what of it is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Measured {
    /// The study.
    pub(crate) study: Config,
    /// The run that is looked at, by [`key`]; empty for none.
    pub(crate) run: String,
    /// What is shown of the matrix, in the words of the grid; everything where a text is empty.
    pub(crate) of_model: String,
    pub(crate) of_data: String,
    pub(crate) of_rank: String,
    pub(crate) of_storage: String,
}

impl Default for Measured {
    fn default() -> Self {
        let [run, of_model, of_data, of_rank, of_storage] = Default::default();
        Self { study: Config::demonstration(), run, of_model, of_data, of_rank, of_storage }
    }
}

impl Measured {
    /// Whether a run is shown.
    fn admits(&self, arm: &Arm) -> bool {
        let words = Axis::ALL.map(|axis| axis.value(arm));
        Axis::ALL.into_iter().zip(words).all(|(axis, word)| {
            let wanted = axis.of(self);
            wanted.is_empty() || *wanted == word
        })
    }
}

/// What runs are narrowed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    Model,
    Data,
    Rank,
    Storage,
}

impl Axis {
    const ALL: [Axis; 4] = [Axis::Model, Axis::Data, Axis::Rank, Axis::Storage];

    fn name(self) -> &'static str {
        match self {
            Axis::Model => "Model",
            Axis::Data => "Data set",
            Axis::Rank => "Rank",
            Axis::Storage => "Base stored as",
        }
    }

    fn of(self, measured: &Measured) -> &String {
        match self {
            Axis::Model => &measured.of_model,
            Axis::Data => &measured.of_data,
            Axis::Rank => &measured.of_rank,
            Axis::Storage => &measured.of_storage,
        }
    }

    fn of_mut(self, measured: &mut Measured) -> &mut String {
        match self {
            Axis::Model => &mut measured.of_model,
            Axis::Data => &mut measured.of_data,
            Axis::Rank => &mut measured.of_rank,
            Axis::Storage => &mut measured.of_storage,
        }
    }

    fn value(self, arm: &Arm) -> String {
        match self {
            Axis::Model => arm.size.label().into(),
            Axis::Data => arm.task.label().into(),
            Axis::Rank => arm.rank.to_string(),
            Axis::Storage => arm.storage.label().into(),
        }
    }
}

/// What a run is, in a line.
fn key(arm: &Arm) -> String {
    let [model, data, rank, storage] = Axis::ALL.map(|axis| axis.value(arm));
    format!("{model}, {data}, rank {rank}, {storage}, seed {}", arm.seed)
}

/// The state of this half of the room.
#[derive(Clone, Copy)]
pub(crate) struct MeasuredRoom {
    settings: RwSignal<Settings>,
    study: Memo<Config>,
    /// What the study of the settings has come to.
    record: RwSignal<Arc<Adaptation>>,
    explained: RwSignal<Option<Arc<Explained>>>,
    /// The record of a file, shown until it is forgotten.
    opened: RwSignal<Option<Arc<Adaptation>>>,
    live: RwSignal<Option<Arc<Live>>>,
    progress: RwSignal<Option<Progress>>,
    /// Whether the browser keeps what was run, and the bytes of memory that the worker has.
    keeping: RwSignal<(bool, u64)>,
    running: RwSignal<Option<RequestId>>,
    /// Whether it goes on when a request has come back.
    going: RwSignal<bool>,
    /// When it was begun, in milliseconds, and the steps that were done before.
    began: RwSignal<Option<(f64, u64)>>,
    trouble: RwSignal<Option<String>>,
    /// The images that a task's runs are judged by.
    pictures: RwSignal<Option<(Config, Data, Arc<Pictures>)>>,
    /// How the figure of all runs is looked at.
    view: RwSignal<View>,
}

impl MeasuredRoom {
    /// The state, once the room is opened; `is_shown` says whether this half of it is.
    pub(crate) fn open(
        lab: Lab,
        settings: RwSignal<Settings>,
        view: RwSignal<View>,
        is_shown: Memo<bool>,
    ) -> Self {
        let study = Memo::new(move |_| settings.with(|settings| settings.measured.study.clone()));
        let room = MeasuredRoom {
            settings,
            study,
            record: RwSignal::new(Arc::new(Adaptation::begin(study.get_untracked()))),
            explained: RwSignal::default(),
            opened: RwSignal::default(),
            live: RwSignal::default(),
            progress: RwSignal::default(),
            keeping: RwSignal::new((true, 0)),
            running: RwSignal::default(),
            going: RwSignal::default(),
            began: RwSignal::default(),
            trouble: RwSignal::default(),
            pictures: RwSignal::default(),
            view,
        };
        // Another study is looked for wherever one is kept.
        Effect::new(move |looked: Option<Option<Config>>| {
            let (is_shown, study) = (is_shown.get(), room.study.get());
            if is_shown && looked.as_ref().and_then(Option::as_ref) != Some(&study) {
                batch(|| {
                    room.going.set(false);
                    // A record that came as the room was opened stays.
                    if looked.flatten().is_some() {
                        room.opened.set(None);
                    }
                    room.record.set(Arc::new(Adaptation::begin(study.clone())));
                    room.explained.set(None);
                    room.live.set(None);
                    room.progress.set(None);
                });
                room.ask(lab, Action::Look);
                return Some(study);
            }
            looked.flatten()
        });
        room
    }

    /// What is shown: the record of a file, or what was run.
    fn shown(self) -> Arc<Adaptation> {
        self.opened.get().unwrap_or_else(|| self.record.get())
    }

    /// The run that is looked at.
    fn chosen(self) -> Option<(Arc<Adaptation>, Run)> {
        let wanted = self.settings.with(|settings| settings.measured.run.clone());
        let shown = self.shown();
        let run = shown.runs.iter().find(|run| key(&run.arm) == wanted)?.clone();
        Some((shown, run))
    }

    /// Has something done to the study of the settings.
    fn ask(self, lab: Lab, action: Action) {
        let config = self.study.get_untracked();
        let known = match action {
            Action::GoOn(_) => self.record.with_untracked(|record| record.runs.len()),
            Action::Look | Action::Forget => 0,
        };
        let asked = config.clone();
        let id = lab.ask(&Adapt { config, action, known }, vec![], move |adapted| {
            self.running.set(None);
            // Another study may be wanted by now.
            if self.study.get_untracked() != asked {
                return;
            }
            match adapted {
                Ok(adapted) => self.take(lab, adapted, known),
                Err(stopped) => {
                    self.going.set(false);
                    if let Stopped::Failed(sentence) = stopped {
                        self.trouble.set(Some(sentence));
                    }
                }
            }
        });
        self.running.set(Some(id));
    }

    /// Takes in what came of it, and goes on.
    fn take(self, lab: Lab, adapted: Adapted, known: usize) {
        let Adapted { first, runs, live, progress, explained, kept, memory } = adapted;
        batch(|| {
            self.trouble.set(None);
            let is_new = !runs.is_empty() || known == 0;
            if is_new || self.record.with_untracked(|record| record.first.len() != first.len()) {
                self.record.update(|record| {
                    let record = Arc::make_mut(record);
                    record.first = first;
                    record.runs.truncate(known);
                    record.runs.extend(runs);
                });
            }
            // What the record of a file shows was asked for by itself.
            if let Some(explained) = explained.filter(|_| self.opened.with_untracked(Option::is_none)) {
                self.explained.set(Some(Arc::new(explained)));
            }
            if self.going.get_untracked() && self.began.with_untracked(Option::is_none) {
                self.began.set(Some((Date::now(), progress.done)));
            }
            self.live.set(live.map(Arc::new));
            self.progress.set(Some(progress));
            self.keeping.set((kept, memory));
        });
        if self.record.with_untracked(|record| record.is_complete()) {
            self.going.set(false);
        } else if self.going.get_untracked() {
            self.ask(lab, Action::GoOn(SECONDS_A_REQUEST));
        }
    }

    /// Runs a study, or goes on with it.
    fn begin(self, lab: Lab, config: Config) {
        let is_other = self.study.get_untracked() != config;
        self.opened.set(None);
        if is_other {
            self.settings.update(|settings| settings.measured.study = config);
        }
        // What is kept of another study comes first, and work on it goes on from there.
        self.began.set(None);
        let start = move || {
            self.going.set(true);
            if self.running.get_untracked().is_none() {
                self.ask(lab, Action::GoOn(SECONDS_A_REQUEST));
            }
        };
        // After the effect that looks for another study has run.
        if is_other { set_timeout(start, std::time::Duration::ZERO) } else { start() }
    }

    /// Stops after the steps that are under way.
    fn pause(self) {
        self.going.set(false);
    }

    /// Throws away what was run of this study.
    fn forget(self, lab: Lab) {
        batch(|| {
            self.going.set(false);
            self.record.set(Arc::new(Adaptation::begin(self.study.get_untracked())));
        });
        self.ask(lab, Action::Forget);
    }

    /// Seconds that are left, by the pace so far.
    fn seconds_left(self) -> Option<f64> {
        let (began, before) = self.began.get()?;
        let Progress { done, total } = self.progress.get()?;
        let steps = done.checked_sub(before).filter(|&steps| steps > 0)? as f64;
        Some((Date::now() - began) / 1000.0 / steps * total.saturating_sub(done) as f64)
    }

    /// Adapts to the images of a zip from now on.
    fn read_images(self, lab: Lab, name: String, file: ArrayBuffer) {
        lab.ask(&ReadImages { name }, vec![file], move |read| match read {
            Ok(file) => batch(|| {
                self.trouble.set(None);
                self.settings.update(|settings| {
                    settings.measured.study.tasks = vec![Data::File];
                    settings.measured.study.file = Some(file);
                });
            }),
            Err(Stopped::Failed(sentence)) => self.trouble.set(Some(sentence)),
            Err(Stopped::Cancelled) => {}
        });
    }

    /// Has the images fetched that a task's runs are judged by, unless they are here.
    fn fetch_pictures(self, lab: Lab, config: &Config, task: Data) {
        let is_here = |pictures: &Option<(Config, Data, Arc<Pictures>)>| {
            pictures.as_ref().is_some_and(|(of, other, _)| of == config && *other == task)
        };
        if self.pictures.with_untracked(is_here) {
            return;
        }
        let asked = config.clone();
        lab.ask(&ShowImages { config: config.clone(), task }, vec![], move |found| match found {
            Ok(found) => self.pictures.set(Some((asked, task, Arc::new(found)))),
            Err(stopped) => lab.tell(stopped),
        });
    }

    /// The JSON that shows the room again as it is, for its figures' files.
    fn manifest(self, lab: Lab) -> Option<String> {
        let shown = untrack(|| self.shown());
        document::view_to_json(&untrack(|| lab.fragment(crate::studies::lora::ROOM)), &[shown]).ok()
    }
}

/// This half of the room.
pub(crate) fn view(lab: Lab, room: MeasuredRoom) -> AnyView {
    provide_context(room);
    let origin = move || {
        let shown = room.shown();
        view! { <p><strong class="provenance">{shown.provenance.label()}</strong>" "{shown.manifest.origin.clone()}</p> }
    };
    view! {
        <div class="glance">{origin}</div>
        <p class="explanation">"A vision transformer with DeiT’s layout, at a size that a tab can train, learns textures first. Its linear maps are then frozen and really stored as f32, LLM.int8, NF4, or NF4 with double quantization, and adapters of low rank and a new head learn another task on top. Runs that differ only in storage have the same seed, images and dropout. Bytes are counted from what is stored; accuracy is that on images no training has seen."</p>
        <Matrix />
        <Chosen />
        {results::accuracy(lab, room)}
        <Results />
    }
    .into_any()
}

/// The settings of this half.
pub(crate) fn settings(hidden: Signal<bool>) -> AnyView {
    view! { <Controls hidden /> }.into_any()
}

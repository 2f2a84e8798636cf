//! The room of quantized LoRA, of two halves: the study as it was published, with what each experiment came to, what they
//! cannot be, and what was claimed; and the study as it is run here.

mod axes;
mod controls;
mod experiment;
pub(crate) mod grid;
mod linked;
mod matrix;
mod results;

use super::measured::page::{Measured, MeasuredRoom};
use super::measured::record as adaptation;
use super::messages::{ExamineLora, ExaminedStudy, PackLora};
use super::published::Evidence;
use super::record::{Config, Experiment, Study};
use crate::kit::page::download;
use crate::kit::page::room_handle::Host;
use crate::kit::page::state::{Lab, Tone};
use crate::kit::permalink::{Link, LinkError};
use crate::kit::protocol::{Stopped, WrittenFile};
use crate::kit::record::{Document, Filed, Provenance, document};
use axes::Filter;
use bk_plot::View;
use controls::Controls;
use experiment::Chosen;
use leptos::prelude::*;
use matrix::Matrix;
use results::{Accuracy, Results};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// The halves of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Half {
    #[default]
    Published,
    Measured,
}

impl Half {
    const ALL: [Half; 2] = [Half::Published, Half::Measured];

    fn title(self) -> &'static str {
        match self {
            Half::Published => "As published",
            Half::Measured => "Measured here",
        }
    }
}

/// What is simulated or run, and what of it is looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Settings {
    half: Half,
    config: Config,
    filter: Filter,
    /// The name of the experiment that is looked at; empty for none.
    chosen: String,
    pub(crate) measured: Measured,
}

/// A study, and what can be said of it.
struct Shown {
    document: Document,
    study: Study,
    /// The results as JSON, in the form of the published files.
    results: Vec<Value>,
    evidence: Evidence,
}

impl Shown {
    /// What the worker answered.
    fn read(ExaminedStudy { study: document, evidence }: ExaminedStudy) -> Result<Self, serde_json::Error> {
        let results = match document.value()?.get_mut("experiments").map(Value::take) {
            Some(Value::Array(results)) => results,
            _ => vec![],
        };
        Ok(Shown { study: document.open()?, document, results, evidence })
    }
}

/// The state of the room.
#[derive(Clone, Copy)]
struct LoraRoom {
    settings: RwSignal<Settings>,
    config: Memo<Config>,
    /// The half that is shown.
    half: Memo<Half>,
    /// How the figure of the half that is shown is looked at.
    view: RwSignal<View>,
    /// A study from a file that is no simulation of this lab, shown until it is forgotten.
    opened: RwSignal<Option<Document>>,
    shown: RwSignal<Option<Arc<Shown>>>,
    trouble: RwSignal<Option<String>>,
}

impl LoraRoom {
    /// The state of the room that is opened, with what came for it before.
    fn open(lab: Lab) -> (Self, MeasuredRoom) {
        let settings: RwSignal<Settings> = RwSignal::default();
        let room = LoraRoom {
            settings,
            config: Memo::new(move |_| settings.with(|settings| settings.config.clone())),
            half: Memo::new(move |_| settings.with(|settings| settings.half)),
            view: RwSignal::default(),
            opened: RwSignal::default(),
            shown: RwSignal::default(),
            trouble: RwSignal::default(),
        };
        let is_run = Memo::new(move |_| {
            lab.room.get() == crate::studies::lora::ROOM && room.half.get() == Half::Measured
        });
        let measured = MeasuredRoom::open(lab, settings, room.view, is_run);
        let address =
            move || settings.with(|settings| room.view.with(|view| linked::fragment(settings, view)));
        let host = Host {
            address: Signal::derive(address),
            restore: Callback::new(move |link: Link| room.follow(&link)),
            take: Callback::new(move |(document, _): (Document, _)| {
                let is_run = document.study == adaptation::Adaptation::STUDY;
                room.show(if is_run { Half::Measured } else { Half::Published });
                if is_run {
                    measured.open_record(lab, &document);
                } else {
                    room.take(lab, document);
                }
            }),
        };
        lab.entrance(crate::studies::lora::ROOM).open(lab, crate::studies::lora::ROOM, host);
        room.keep_computed(lab);
        (room, measured)
    }

    /// Restores what a link says, and returns the keys nobody knows.
    fn follow(self, link: &Link) -> Result<Vec<String>, LinkError> {
        let (settings, view, unknown) = linked::restore(link)?;
        batch(|| {
            self.opened.set(None);
            self.settings.set(settings);
            self.view.set(view);
        });
        Ok(unknown)
    }

    /// Shows a half; how the figure of the other one was looked at does not carry over.
    fn show(self, half: Half) {
        if self.half.get_untracked() != half {
            batch(|| {
                self.settings.update(|settings| settings.half = half);
                self.view.set(View::default());
            });
        }
    }

    /// Takes the record of a file in. The published simulation is run again; anything else is shown as it is.
    fn take(self, lab: Lab, document: Document) {
        let Some(Study { provenance, config, .. }) = lab.record(&document) else { return };
        let is_simulated = is_simulation(provenance, &document);
        let sentence = match is_simulated {
            true => "The settings of that record were restored, and its simulation was run again.".into(),
            false => format!("That record was opened: {}. {}", provenance.label(), document.manifest.origin),
        };
        batch(|| {
            self.settings.update(|settings| settings.config = config);
            self.opened.set((!is_simulated).then_some(document));
        });
        lab.notify(Tone::Information, sentence);
    }

    /// Simulates anew whenever the config changes, or looks at the study that was opened.
    fn keep_computed(self, lab: Lab) {
        let visible = Memo::new(move |_| {
            lab.room.get() == crate::studies::lora::ROOM && self.half.get() == Half::Published
        });
        Effect::new(move || {
            if !visible.get() {
                return;
            }
            let (config, opened) = (self.config.get(), self.opened.get());
            let known = |shown: &Option<Arc<Shown>>| {
                shown.as_ref().is_some_and(|shown| match &opened {
                    Some(document) => shown.document == *document,
                    None => {
                        shown.study.config == config && is_simulation(shown.study.provenance, &shown.document)
                    }
                })
            };
            if self.shown.with_untracked(known) {
                return self.trouble.set(None);
            }
            if opened.is_none() && config.experiments == 0 {
                return self.trouble.set(Some("There is nothing to show of 0 experiments. Give from 1 to 144; the earlier result stays.".into()));
            }
            let (asked, document) = (config.clone(), opened.clone());
            let take = move |examined: Result<ExaminedStudy, Stopped>| {
                // Another study may be wanted by now.
                if self.opened.get_untracked() != opened || self.config.get_untracked() != config {
                    return;
                }
                match examined {
                    Ok(examined) => match Shown::read(examined) {
                        Ok(shown) => {
                            self.shown.set(Some(Arc::new(shown)));
                            self.trouble.set(None);
                        }
                        Err(error) => self.trouble.set(Some(format!("The study cannot be shown: {error}."))),
                    },
                    Err(Stopped::Failed(sentence)) => self.trouble.set(Some(sentence)),
                    Err(Stopped::Cancelled) => {}
                }
            };
            match document {
                Some(document) => lab.ask(&ExamineLora(document), vec![], take),
                None => lab.ask(&asked, vec![], take),
            };
        });
    }

    /// Changes the config, which leads back from a file to the simulation.
    fn set_config(self, change: impl FnOnce(&mut Config)) {
        batch(|| {
            self.opened.set(None);
            self.settings.update(|settings| change(&mut settings.config));
        });
    }

    /// The experiment that is looked at, if the study has it, and its place in it.
    fn chosen(&self) -> Option<(Arc<Shown>, usize)> {
        let name = self.settings.with(|settings| settings.chosen.clone());
        let shown = self.shown.get()?;
        let place = shown.study.experiments.iter().position(|run| run.config.name == name)?;
        Some((shown, place))
    }

    /// The JSON that shows the room again as it is, for its figures' files.
    fn manifest(self, lab: Lab) -> Option<String> {
        let shown = self.shown.get_untracked()?;
        document::view_to_json(&untrack(|| lab.fragment(crate::studies::lora::ROOM)), &[&shown.document]).ok()
    }

    /// Has all files of the study written, and hands them to the reader.
    fn pack(self, lab: Lab) {
        let Some(shown) = self.shown.get_untracked() else { return };
        let name = match shown.study.provenance {
            Provenance::PublishedSimulation => format!("vit-lora-seed-{}.zip", shown.study.config.seed),
            _ => "vit-lora.zip".into(),
        };
        lab.ask(&PackLora(shown.document.clone()), vec![], move |packed| match packed {
            Ok(WrittenFile { bytes }) => download::file(lab, &name, "application/zip", &bytes),
            Err(stopped) => lab.tell(stopped),
        });
    }
}

/// Whether a study is the simulation of its config and nothing else; files may state more than it gives.
fn is_simulation(provenance: Provenance, document: &Document) -> bool {
    provenance == Provenance::PublishedSimulation && document.manifest.files.is_empty()
}

/// The share of an accuracy, as people write it.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// The accuracy on the test images.
fn accuracy(run: &Experiment) -> f64 {
    run.test_metrics.top1_accuracy
}

/// The room.
#[component]
pub(crate) fn LoraView() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let (room, run) = LoraRoom::open(lab);
    provide_context(room);
    let is_hidden = move |half: Half| move || room.half.get() != half;
    let link = move |to: Half| {
        let fragment = move || {
            let settings = Settings { half: to, ..room.settings.get() };
            let view = if room.half.get() == to { room.view.get() } else { View::default() };
            linked::fragment(&settings, &view)
        };
        view! { <a href=fragment aria-current=move || (room.half.get() == to).then_some("page")>{to.title()}</a> }
    };
    // What provides its own state comes before what asks for it.
    let stage = super::measured::page::view(lab, run);
    view! {
        <section class="room" hidden=move || lab.room.get() != crate::studies::lora::ROOM aria-labelledby="lora-title">
            <header class="intro">
                <h1 id="lora-title">"Quantized LoRA for vision transformers"</h1>
                <p>"A published study lists 144 experiments: two models, two data sets, adapters of three ranks, weights stored in four ways, three seeds. None of them was ever trained. Every published number was drawn at random around chosen values; this room draws them again, shows what the files say, and what of it cannot be true. Its other half runs such a study for real, in this tab."</p>
            </header>
            <Controls hidden=Signal::derive(is_hidden(Half::Published)) />
            {super::measured::page::settings(Signal::derive(is_hidden(Half::Measured)))}
            <div class="stage" hidden=is_hidden(Half::Measured)>
                <nav class="panels" aria-label="Panels">{Half::ALL.map(link).collect_view()}</nav>
                {stage}
            </div>
            <div class="stage" hidden=is_hidden(Half::Published)>
                <nav class="panels" aria-label="Panels">{Half::ALL.map(link).collect_view()}</nav>
                <div class="glance" aria-live="polite">
                    {move || room.shown.get().map(|shown| view! {
                        <p><strong class="provenance">{shown.study.provenance.label()}</strong>" "{shown.study.manifest.origin.clone()}</p>
                    })}
                </div>
                <Matrix />
                <Chosen />
                <Accuracy />
                <Results />
            </div>
        </section>
    }
    .into_any()
}

/// Builds the room.
pub fn room() -> AnyView {
    view! { <LoraView /> }.into_any()
}

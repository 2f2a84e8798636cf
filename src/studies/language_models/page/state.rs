//! What the room knows once it is open, and how its work goes on.

use super::panels::Panel;
use super::settings::Settings;
use crate::kit::context::Progress;
use crate::kit::page::download;
use crate::kit::page::room_handle::{Host, restore};
use crate::kit::page::state::{Lab, Tone};
use crate::kit::page::texts;
use crate::kit::permalink;
use crate::kit::protocol::{RequestId, Stopped};
use crate::studies::language_models::messages::{
    Form, HandleModel, ListModels, MapCausality, ModelKey, Predict, SaveModel, Shelf, Shelved, StudyMixed,
};
use crate::studies::language_models::mixed_precision::record as mixed;
use crate::studies::language_models::mixed_precision::record::Mixed;
use crate::studies::language_models::prediction::Prediction;
use crate::studies::quantization::record::Reading;
use bk_models::causality::Causality;
use bk_models::corpus::Text;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::sync::Arc;

/// Training comes back this often, so that the curve is seen to grow and a pause is heard.
const SECONDS_A_REQUEST: f64 = 0.5;

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Something that is over at once.
    Handling,
    Training,
    Measuring,
    Looking,
    Storing,
}

/// The state of the room.
#[derive(Clone, Copy)]
pub(crate) struct ModelsRoom {
    pub(crate) settings: RwSignal<Settings>,
    /// The models there are, the newest last.
    pub(crate) shelf: RwSignal<Vec<Arc<Shelved>>>,
    /// The one that is looked at.
    pub(crate) chosen: RwSignal<Option<ModelKey>>,
    /// What is under way, and which request it is.
    pub(crate) running: RwSignal<Option<(RequestId, Work)>>,
    pub(crate) progress: RwSignal<Option<Progress>>,
    /// Whether training goes on when a request has come back.
    pub(crate) training: RwSignal<bool>,
    pub(crate) trouble: RwSignal<Option<String>>,
    /// Which token moves which logit, of which model after how many steps.
    pub(crate) causality: RwSignal<Option<(ModelKey, usize, Arc<Causality>)>>,
    /// What is expected after each token of a text, by which model after how many steps.
    pub(crate) prediction: RwSignal<Option<(ModelKey, usize, Arc<Prediction>)>>,
    /// What fewer bits cost, of which model after how many steps.
    pub(crate) mixed: RwSignal<Option<(ModelKey, usize, Arc<Mixed>)>>,
    /// Settings with which it could not be measured.
    refused: RwSignal<Option<mixed::Config>>,
    /// The published recipe.
    pub(crate) published: RwSignal<Option<Arc<Mixed>>>,
    /// The bytes of the text that the reader chose.
    text: StoredValue<Option<ArrayBuffer>, LocalStorage>,
}

impl ModelsRoom {
    /// The state of the room that is opened, with what came for it before.
    pub(crate) fn open(lab: Lab) -> Self {
        let settings: RwSignal<Settings> = RwSignal::default();
        let room = ModelsRoom {
            settings,
            shelf: RwSignal::default(),
            chosen: RwSignal::default(),
            running: RwSignal::default(),
            progress: RwSignal::default(),
            training: RwSignal::default(),
            trouble: RwSignal::default(),
            causality: RwSignal::default(),
            prediction: RwSignal::default(),
            mixed: RwSignal::default(),
            refused: RwSignal::default(),
            published: RwSignal::default(),
            text: StoredValue::new_local(None),
        };
        let host = Host {
            address: Signal::derive(move || {
                settings
                    .with(|settings| permalink::to_fragment(crate::studies::language_models::ROOM, settings))
            }),
            restore: Callback::new(move |link| restore(&link, |linked| settings.set(linked))),
            // Records of models are shown as tables, in the room of files.
            take: Callback::new(|_| {}),
        };
        lab.entrance(crate::studies::language_models::ROOM).open(
            lab,
            crate::studies::language_models::ROOM,
            host,
        );
        room.look(lab);
        room.keep_measured(lab);
        room
    }

    /// The model that is looked at.
    pub(crate) fn model(&self) -> Option<Arc<Shelved>> {
        let chosen = self.chosen.get()?;
        self.shelf.with(|shelf| shelf.iter().find(|model| model.key == chosen).cloned())
    }

    /// Whether nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.with(Option::is_none)
    }

    /// Looks what is on the shelf.
    pub(crate) fn look(self, lab: Lab) {
        lab.ask(&ListModels { forget: None }, vec![], move |found| self.take_shelf(lab, found));
    }

    fn take_shelf(self, lab: Lab, found: Result<Shelf, Stopped>) {
        match found {
            Ok(Shelf(models)) => {
                let last = models.last().map(|model| model.key);
                self.shelf.set(models.into_iter().map(Arc::new).collect());
                let gone = self.model_untracked().is_none();
                if gone {
                    self.chosen.set(last);
                }
            }
            Err(stopped) => lab.tell(stopped),
        }
    }

    fn model_untracked(self) -> Option<Arc<Shelved>> {
        untrack(|| self.model())
    }

    /// Does something to a model, and then something else with it.
    fn handle(
        self,
        lab: Lab,
        work: Work,
        (task, buffers): (HandleModel, Vec<ArrayBuffer>),
        then: impl FnOnce(Arc<Shelved>) + 'static,
    ) {
        let watch = move |progress| {
            if work != Work::Training {
                self.progress.set(Some(progress));
            }
        };
        let id = lab.ask_and_watch(&task, buffers, watch, move |done| {
            self.rest();
            match done {
                Ok(shelved) => {
                    let shelved = Arc::new(shelved);
                    self.put(shelved.clone());
                    self.trouble.set(None);
                    then(shelved);
                }
                Err(stopped) => {
                    self.training.set(false);
                    self.say(stopped);
                    // What is on the shelf is what was last kept.
                    self.look(lab);
                }
            }
        });
        self.running.set(Some((id, work)));
    }

    /// Nothing is under way any more.
    fn rest(self) {
        self.running.set(None);
        self.progress.set(None);
    }

    fn say(self, stopped: Stopped) {
        if let Stopped::Failed(sentence) = stopped {
            self.trouble.set(Some(sentence));
        }
    }

    /// Shows a model as it is now.
    fn put(self, shelved: Arc<Shelved>) {
        self.shelf.update(|shelf| match shelf.iter_mut().find(|model| model.key == shelved.key) {
            Some(place) => *place = shelved,
            None => shelf.push(shelved),
        });
    }

    /// Trains a fresh model of the settings.
    pub(crate) fn begin(self, lab: Lab) {
        let config = self.settings.with_untracked(|settings| settings.config.clone());
        let file = match &config.text {
            Text::File { .. } => self.text.get_value(),
            _ => None,
        };
        if matches!(config.text, Text::File { .. }) && file.is_none() {
            let sentence =
                "There is no text yet. Choose a file of your own, or train on the embedded language.";
            return self.trouble.set(Some(sentence.into()));
        }
        // The text stays here for the next model.
        let buffers = file.iter().map(|file| file.slice(0)).collect();
        self.handle(lab, Work::Handling, (HandleModel::Begin(Box::new(config)), buffers), move |model| {
            self.chosen.set(Some(model.key));
            self.go_on(lab);
        });
    }

    /// Goes on with the training of the model that is looked at.
    pub(crate) fn go_on(self, lab: Lab) {
        self.training.set(true);
        let Some(model) = self.model_untracked() else { return self.training.set(false) };
        let task = HandleModel::Train(model.key, SECONDS_A_REQUEST);
        self.handle(lab, Work::Training, (task, vec![]), move |model| {
            if model.is_complete() {
                self.training.set(false);
                self.measure(lab);
            } else if self.training.get_untracked() {
                self.go_on(lab);
            } else {
                self.handle(lab, Work::Handling, (HandleModel::Keep(model.key), vec![]), |_| {});
            }
        });
    }

    /// Stops training after the steps that are under way.
    pub(crate) fn pause(self) {
        self.training.set(false);
    }

    /// Stops whatever else is under way.
    pub(crate) fn stop(self, lab: Lab) {
        self.training.set(false);
        if let Some((id, _)) = self.running.get_untracked() {
            lab.cancel(id);
        }
    }

    /// Measures the model that is looked at.
    pub(crate) fn measure(self, lab: Lab) {
        if let Some(model) = self.model_untracked() {
            self.handle(lab, Work::Measuring, (HandleModel::Measure(model.key), vec![]), |_| {});
        }
    }

    /// Puts a checkpoint of a file on the shelf.
    pub(crate) fn open_checkpoint(self, lab: Lab, file: ArrayBuffer) {
        self.handle(lab, Work::Handling, (HandleModel::Open(None), vec![file]), move |model| {
            self.chosen.set(Some(model.key));
        });
    }

    /// Gives the model that is looked at the text that it was trained on.
    pub(crate) fn give_text(self, lab: Lab, file: ArrayBuffer) {
        if let Some(model) = self.model_untracked() {
            self.handle(lab, Work::Handling, (HandleModel::GiveText(model.key), vec![file]), |_| {});
        }
    }

    /// Takes the text for the next model.
    pub(crate) fn choose_text(self, name: String, file: ArrayBuffer) {
        self.text.set_value(Some(file));
        self.trouble.set(None);
        self.settings.update(|settings| {
            settings.config.text = texts::of_file(name, &settings.config.text);
        });
    }

    /// Takes a model off the shelf.
    pub(crate) fn forget(self, lab: Lab, key: ModelKey) {
        lab.ask(&ListModels { forget: Some(key) }, vec![], move |found| self.take_shelf(lab, found));
    }

    /// Offers the model that is looked at as a file.
    pub(crate) fn save(self, lab: Lab, form: Form) {
        let Some(model) = self.model_untracked() else { return };
        let kind = if matches!(form, Form::Quantized(_)) { "-quantized" } else { "" };
        let name = format!("{}-{}{kind}.safetensors", slug(&model), model.steps);
        lab.ask(&SaveModel { key: model.key, form }, vec![], move |written| match written {
            Ok(file) => download::file(lab, &name, "application/octet-stream", &file.bytes),
            Err(stopped) => lab.tell(stopped),
        });
    }

    /// Looks which token moves which logit.
    pub(crate) fn map_causality(self, lab: Lab) {
        let Some(model) = self.model_untracked() else { return };
        let (key, steps) = (model.key, model.steps);
        let watch = move |progress| self.progress.set(Some(progress));
        let id = lab.ask_and_watch(&MapCausality(key), vec![], watch, move |found| {
            self.rest();
            match found {
                Ok(found) => self.causality.set(Some((key, steps, Arc::new(found)))),
                Err(stopped) => self.say(stopped),
            }
        });
        self.running.set(Some((id, Work::Looking)));
    }

    /// Says what the model that is looked at expects after each token of a text.
    pub(crate) fn predict(self, lab: Lab, prompt: String) {
        let Some(model) = self.model_untracked() else { return };
        let (key, steps) = (model.key, model.steps);
        let id = lab.ask(&Predict { key, prompt }, vec![], move |found| {
            self.rest();
            match found {
                Ok(found) => {
                    self.trouble.set(None);
                    self.prediction.set(Some((key, steps, Arc::new(found))));
                }
                Err(stopped) => self.say(stopped),
            }
        });
        self.running.set(Some((id, Work::Looking)));
    }

    /// Stores the model that is looked at in every way, and measures it.
    pub(crate) fn store(self, lab: Lab) {
        let Some(model) = self.model_untracked() else { return };
        let (key, steps) = (model.key, model.steps);
        let config = self.settings.with_untracked(|settings| settings.precision.clone());
        let config = mixed::Config { reading: Reading::Exact, ..config };
        let asked = config.clone();
        let earlier = self.mixed.get_untracked();
        let earlier = earlier.filter(|(of, ..)| *of == key).map(|(.., record)| Box::new((*record).clone()));
        let watch = move |progress| self.progress.set(Some(progress));
        let id =
            lab.ask_and_watch(&StudyMixed { key: Some(key), config, earlier }, vec![], watch, move |found| {
                self.rest();
                match found {
                    Ok(found) => {
                        self.trouble.set(None);
                        self.mixed.set(Some((key, steps, Arc::new(found))));
                    }
                    Err(stopped) => {
                        // Not tried again before something changes.
                        self.refused.set(Some(asked));
                        self.say(stopped);
                    }
                }
            });
        self.running.set(Some((id, Work::Storing)));
    }

    /// Lets the perplexity of a model that was measured follow the settings.
    pub(crate) fn keep_measured(self, lab: Lab) {
        let wanted = Memo::new(move |_| {
            self.settings.with(|settings| {
                let config = mixed::Config { reading: Reading::Exact, ..settings.precision.clone() };
                (settings.panel == Panel::Precision).then_some(config)
            })
        });
        Effect::new(move || {
            let (Some(wanted), Some(record)) = (wanted.get(), self.stored()) else { return };
            let refused = self.refused.with_untracked(|refused| refused.as_ref() == Some(&wanted));
            if self.is_idle() && !refused && record.config != wanted {
                self.store(lab);
            }
        });
    }

    /// What storing the model that is looked at costs, as far as it was measured of the model as it is.
    pub(crate) fn stored(&self) -> Option<Arc<Mixed>> {
        let (model, (key, steps, record)) = (self.model()?, self.mixed.get()?);
        (model.key == key && model.steps == steps).then_some(record)
    }

    /// Runs the published recipe.
    pub(crate) fn publish(self, lab: Lab) {
        let config = self.settings.with_untracked(|settings| settings.precision.clone());
        let config = mixed::Config { reading: Reading::Published, ..config };
        let id = lab.ask(&StudyMixed { key: None, config, earlier: None }, vec![], move |found| {
            self.rest();
            match found {
                Ok(found) => self.published.set(Some(Arc::new(found))),
                Err(Stopped::Failed(sentence)) => lab.notify(Tone::Trouble, sentence),
                Err(Stopped::Cancelled) => {}
            }
        });
        self.running.set(Some((id, Work::Looking)));
    }
}

/// A model's name as part of a file's.
fn slug(model: &Shelved) -> String {
    model.config.architecture.label().to_ascii_lowercase()
}

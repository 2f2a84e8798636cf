//! What the room knows once it is open.

use super::measuring::Work;
use super::settings::Settings;
use super::shipped::{RECORD, Shipped, measured_natively};
use crate::kit::page::client::Client;
use crate::kit::page::room_handle::{Arrival, Host, restore};
use crate::kit::page::sources::Sources;
use crate::kit::page::state::Lab;
use crate::kit::permalink;
use crate::kit::protocol::Stopped;
use crate::kit::record::Document;
use crate::studies::language_models::messages::{HandleModel, ListModels, ModelKey, Shelf, Shelved};
use crate::studies::robustness::measured::messages::{ListWidths, MeasuredModel, MeasuredModels, Taken};
use crate::studies::robustness::measured::record::{Config, Measured, Way, Widths};
use crate::studies::robustness::record as robustness;
use crate::studies::robustness::record::Robustness;
use bk_models::corpus::Text;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::sync::Arc;

/// The state of the room.
#[derive(Clone, Copy)]
pub(crate) struct WidthsRoom {
    pub(crate) settings: RwSignal<Settings>,
    /// The models there are, the newest last.
    pub(crate) shelf: RwSignal<Vec<Arc<Shelved>>>,
    /// What was measured of them, in all settings.
    pub(crate) records: RwSignal<Vec<Arc<MeasuredModel>>>,
    /// The model that is measured next.
    pub(crate) chosen: RwSignal<Option<ModelKey>>,
    /// The models that come with the lab.
    pub(crate) shipped: RwSignal<Shipped>,
    /// What is under way, at most one thing a worker.
    pub(crate) work: RwSignal<Vec<Work>>,
    /// Models that wait for a worker.
    pub(crate) waiting: RwSignal<Vec<ModelKey>>,
    /// The workers besides the page's own, while there are any.
    pub(crate) further: StoredValue<Vec<Client>, LocalStorage>,
    pub(crate) trouble: RwSignal<Option<String>>,
    /// The published simulation.
    pub(crate) published: RwSignal<Option<Arc<Robustness>>>,
    /// The text whose models are shown, where there are several; none where nobody has chosen.
    pub(crate) text: RwSignal<Option<Text>>,
    /// Records that were not measured here.
    pub(crate) sources: Sources<Widths>,
}

impl WidthsRoom {
    /// The state of the room that is opened, with what came for it before.
    pub(crate) fn open(lab: Lab) -> Self {
        let settings: RwSignal<Settings> = RwSignal::default();
        let entrance = lab.entrance(crate::studies::robustness::measured::ROOM);
        let room = WidthsRoom {
            settings,
            shelf: RwSignal::default(),
            records: RwSignal::default(),
            chosen: RwSignal::default(),
            shipped: RwSignal::default(),
            work: RwSignal::default(),
            waiting: RwSignal::default(),
            further: StoredValue::new_local(vec![]),
            trouble: RwSignal::default(),
            published: RwSignal::default(),
            text: RwSignal::default(),
            sources: Sources::open(lab, crate::studies::robustness::measured::ROOM, |_| true),
        };
        let host = Host {
            address: Signal::derive(move || {
                settings.with(|settings| {
                    permalink::to_fragment(crate::studies::robustness::measured::ROOM, settings)
                })
            }),
            restore: Callback::new(move |link| restore(&link, |linked| settings.set(linked))),
            take: Callback::new(move |(document, arrival): (Document, Arrival)| {
                entrance.take(lab, document.clone(), arrival);
                if arrival.is_new {
                    room.sources.show(&document);
                }
            }),
        };
        entrance.open(lab, crate::studies::robustness::measured::ROOM, host);
        // Models may have been trained or forgotten in their own room.
        let is_shown = Memo::new(move |_| lab.room.get() == crate::studies::robustness::measured::ROOM);
        Effect::new(move || {
            if is_shown.get() {
                untrack(|| room.look(lab));
            }
        });
        lab.ask(&robustness::Config::default(), vec![], move |found| match found {
            Ok(found) => room.published.set(Some(Arc::new(found))),
            Err(stopped) => lab.tell(stopped),
        });
        room.list_shipped(lab);
        room.sources.fetch_native(lab, RECORD, measured_natively);
        room
    }

    /// Looks what is on the shelf, and what was measured of it.
    fn look(self, lab: Lab) {
        lab.ask(&ListModels { forget: None }, vec![], move |found| match found {
            Ok(Shelf(models)) => {
                let last = models.last().map(|model| model.key);
                self.shelf.set(models.into_iter().map(Arc::new).collect());
                if untrack(|| self.model()).is_none() {
                    self.chosen.set(last);
                }
            }
            Err(stopped) => lab.tell(stopped),
        });
        lab.ask(&ListWidths, vec![], move |found| match found {
            Ok(MeasuredModels(found)) => self.records.set(found.into_iter().map(Arc::new).collect()),
            Err(stopped) => lab.tell(stopped),
        });
    }

    /// The model that is measured next.
    pub(crate) fn model(&self) -> Option<Arc<Shelved>> {
        let chosen = self.chosen.get()?;
        self.shelf.with(|shelf| shelf.iter().find(|model| model.key == chosen).cloned())
    }

    /// Whether nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.work.with(Vec::is_empty)
    }

    /// How models are measured.
    pub(crate) fn config(&self) -> Config {
        self.settings.with(|settings| settings.config.clone())
    }

    /// What was measured of a model by the present settings, as it is now.
    pub(crate) fn measured(&self, key: ModelKey) -> Option<Measured> {
        let steps =
            self.shelf.with(|shelf| shelf.iter().find(|model| model.key == key).map(|model| model.steps))?;
        let config = self.config();
        self.records.with(|records| {
            let of = records.iter().find(|found| {
                found.course.is_none() && found.key == key && found.record.config.measures_alike(&config)
            })?;
            of.record.models.first().filter(|model| model.steps == steps).cloned()
        })
    }

    /// The record of all models that were measured by the present settings; none where there is none.
    pub(crate) fn record(&self) -> Option<Arc<Widths>> {
        let keys: Vec<ModelKey> = self.shelf.with(|shelf| shelf.iter().map(|model| model.key).collect());
        let mut record = Widths::new(self.config(), vec![]);
        keys.into_iter().filter_map(|key| self.measured(key)).for_each(|model| record.put(model));
        (!record.models.is_empty()).then(|| Arc::new(record))
    }

    /// What is left to be measured of a model; all of it, of which nothing is known yet, is none.
    pub(crate) fn left(&self, key: ModelKey) -> Option<Vec<Way>> {
        let (config, measured) = (self.config(), self.measured(key)?);
        let ways = config.ways(&measured.architecture, measured.stored);
        Some(ways.into_iter().filter(|&way| measured.at(way).is_none()).collect())
    }

    /// Puts what was measured of a model among what is known.
    pub(crate) fn put(self, found: MeasuredModel) {
        let found = Arc::new(found);
        let lengths = |of: &MeasuredModel| of.course.as_ref().map(|taken| taken.lengths.clone());
        if let Some(Taken { steps, .. }) = found.course {
            self.shelf.update(|shelf| {
                let model = shelf.iter_mut().find(|model| model.key == found.key);
                model.into_iter().for_each(|model| Arc::make_mut(model).steps = steps);
            });
        }
        self.records.update(|records| {
            let is_place = |other: &&mut Arc<MeasuredModel>| {
                other.key == found.key
                    && lengths(other) == lengths(&found)
                    && other.record.config.measures_alike(&found.record.config)
            };
            match records.iter_mut().find(is_place) {
                Some(place) => *place = found.clone(),
                None => records.push(found.clone()),
            }
        });
    }

    /// Says why nothing came of some work; whoever stopped it knows.
    pub(crate) fn say(self, stopped: Stopped) {
        if let Stopped::Failed(sentence) = stopped {
            self.trouble.set(Some(sentence));
        }
    }

    /// Does something to a model on the shelf, and then something else with it.
    pub(crate) fn handle(
        self,
        lab: Lab,
        (task, buffers): (HandleModel, Vec<ArrayBuffer>),
        then: impl FnOnce(Arc<Shelved>) + 'static,
    ) {
        self.trouble.set(None);
        let id = lab.ask(&task, buffers, move |done| {
            self.work.update(Vec::clear);
            match done {
                Ok(shelved) => {
                    let shelved = Arc::new(shelved);
                    let put = shelved.clone();
                    self.shelf.update(|shelf| match shelf.iter_mut().find(|model| model.key == put.key) {
                        Some(place) => *place = put,
                        None => shelf.push(put),
                    });
                    self.chosen.set(Some(shelved.key));
                    then(shelved);
                }
                Err(stopped) => self.say(stopped),
            }
        });
        self.work.set(vec![Work::opening(id)]);
    }
}

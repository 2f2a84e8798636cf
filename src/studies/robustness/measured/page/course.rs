//! Perplexity against the length of a training: what is asked for, and how it goes on.

use super::measuring::Pace;
use super::settings::Course;
use super::state::WidthsRoom;
use crate::kit::page::controls::Field;
use crate::kit::page::sources::Source;
use crate::kit::page::state::Lab;
use crate::studies::language_models::messages::{HandleModel, ModelKey};
use crate::studies::language_models::record as language_model;
use crate::studies::robustness::measured::messages::{MeasuredModel, Taken};
use crate::studies::robustness::measured::record::{Lengths, Next, Widths};
use bk_models::Recipe;
use bk_models::corpus::Text;
use leptos::prelude::*;
use std::sync::Arc;

/// More seeds than this take a tab a day.
const MOST_SEEDS: u32 = 20;

impl WidthsRoom {
    /// The numbers of steps that are asked for.
    pub(crate) fn lengths(&self) -> Vec<usize> {
        let Course { steps, every, .. } = self.settings.with(|settings| settings.course);
        Lengths::every(every, steps)
    }

    /// The trainings that are asked for: those of the kind of the model that is chosen. None where it learned from a file.
    fn asked(&self) -> Option<Vec<language_model::Config>> {
        let model = self.model().filter(|model| !matches!(model.config.text, Text::File { .. }))?;
        let Course { steps, seeds, .. } = self.settings.with(|settings| settings.course);
        let of = |seed| {
            let recipe = Recipe { seed, steps, ..model.config.recipe.clone() };
            language_model::Config { recipe, ..model.config.clone() }
        };
        Some((1..=seeds.min(MOST_SEEDS)).map(of).collect())
    }

    /// What was measured along a training, with its model on the shelf.
    fn taken(&self, config: &language_model::Config) -> Option<(ModelKey, Option<Arc<MeasuredModel>>)> {
        let (lengths, measure) = (self.lengths(), self.settings.with(|settings| settings.config.clone()));
        let is_of = |found: &&Arc<MeasuredModel>, key| {
            found.key == key
                && found.record.config.measures_alike(&measure)
                && found.course.as_ref().is_some_and(|taken| taken.lengths == lengths)
        };
        let first = lengths.first().copied().unwrap_or(0);
        self.shelf.with(|shelf| {
            shelf.iter().filter(|model| model.config == *config).find_map(|model| {
                let key = model.key;
                let found = self.records.with(|records| records.iter().find(|of| is_of(of, key)).cloned());
                // One that has begun, and was not measured yet.
                let is_fresh = model.resumable && model.steps <= first;
                (found.is_some() || is_fresh).then_some((key, found))
            })
        })
    }

    /// The training that is gone on with, or begun where it has no model yet; none where all were measured.
    fn next_course(&self) -> Option<(language_model::Config, Option<ModelKey>)> {
        let measure = self.settings.with(|settings| settings.config.clone());
        let is_over = |config: &language_model::Config, found: &MeasuredModel| {
            let Some(Taken { lengths, steps }) = &found.course else { return false };
            let study = Lengths::new(config.clone(), lengths.clone(), measure.clone());
            study.next(&found.record, *steps) == Next::Nothing
        };
        self.asked()?.into_iter().find_map(|config| match self.taken(&config) {
            Some((_, Some(found))) if is_over(&config, &found) => None,
            Some((key, _)) => Some((config, Some(key))),
            None => Some((config, None)),
        })
    }

    /// Trains and measures until nothing is left of what is asked for.
    fn begin_course(self, lab: Lab) {
        self.show_this_tab();
        self.go_on_course(lab, Pace::set_off());
    }

    fn go_on_course(self, lab: Lab, pace: Pace) {
        match untrack(|| self.next_course()) {
            None => {}
            Some((config, None)) => {
                let task = (HandleModel::Begin(Box::new(config)), vec![]);
                self.handle(lab, task, move |_| self.go_on_course(lab, Pace::set_off()));
            }
            Some((_, Some(key))) => self.take_course(lab, key, pace, move |pace| {
                if let Some(pace) = pace {
                    self.go_on_course(lab, pace);
                }
            }),
        }
    }

    /// What was measured along trainings by the present settings; none where nothing was.
    fn courses(&self) -> Option<Arc<Widths>> {
        let config = self.settings.with(|settings| settings.config.clone());
        let mut record = Widths::new(config.clone(), vec![]);
        let is_there = |key| self.shelf.with(|shelf| shelf.iter().any(|model| model.key == key));
        self.records.with(|records| {
            let alike = records.iter().filter(|of| of.course.is_some() && is_there(of.key));
            let alike = alike.filter(|of| of.record.config.measures_alike(&config));
            alike.flat_map(|of| &of.record.models).for_each(|model| record.put(model.clone()));
        });
        (!record.models.is_empty()).then(|| Arc::new(record))
    }

    /// The trainings that are shown.
    pub(crate) fn shown_courses(&self) -> Option<Arc<Widths>> {
        match self.sources.chosen.get() {
            None | Some(Source::Here) => self.courses(),
            Some(_) => self.shown().filter(|record| !record.courses().is_empty()),
        }
    }
}

/// Steps, lengths, seeds, and the button.
pub(crate) fn controls(lab: Lab, room: WidthsRoom) -> AnyView {
    let read = move |read: fn(&Course) -> usize| {
        Signal::derive(move || room.settings.with(|settings| read(&settings.course)))
    };
    let write = move |write: fn(&mut Course, usize)| {
        Callback::new(move |value| room.settings.update(|settings| write(&mut settings.course, value)))
    };
    let can_begin = move || room.is_idle() && room.next_course().is_some();
    let begun = move || room.courses().is_some() && room.next_course().is_some();
    let is_file = move || room.model().is_some_and(|model| matches!(model.config.text, Text::File { .. }));
    view! {
        <div class="options">
            <Field label="Steps of training" hint="over which the learning rate falls" expected="a whole number"
                value=read(|course| course.steps) set=write(|course, steps| course.steps = steps) />
            <Field label="Measured every" hint="so many steps" expected="a whole number"
                value=read(|course| course.every) set=write(|course, every| course.every = every) />
            <Field label="Seeds" hint="from 1 on; several give intervals" expected="a whole number"
                value=read(|course| course.seeds as usize)
                set=write(|course, seeds| course.seeds = seeds.clamp(1, MOST_SEEDS as usize) as u32) />
        </div>
        <Show when=move || room.model().is_none()><p class="hint">"Choose a model above: it says what is trained."</p></Show>
        <Show when=is_file><p class="hint">"The model that is chosen learned from a file. Here models are trained on the embedded language; on a file, the command line does it: bklab lengths."</p></Show>
        <div class="actions" role="group" aria-label="Training length">
            <button type="button" class="primary" disabled=move || !can_begin() on:click=move |_| room.begin_course(lab)>
                {move || if begun() { "Resume training and measuring" } else { "Restart training and measure" }}
            </button>
        </div>
    }
    .into_any()
}

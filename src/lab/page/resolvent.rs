//! The resolvent room: a chain, a point z, and what can be asked of (H − z)⁻¹ while a slider moves.

mod controls;
mod explanations;
mod results;

use super::state::Lab;
use crate::lab::permalink::{self, Room};
use crate::lab::protocol::{Answer, RequestId, Task};
use crate::record::Record;
use crate::record::resolvent::{Config, Panel, Resolvent};
use crate::resolvent::MOST_SITES;
use crate::study::Progress;
use controls::Controls;
use leptos::prelude::*;
use results::Results;
use std::sync::Arc;

/// Work below which a changed control computes at once, in (site, energy) pairs: a tenth of a second on the
/// slowest back end. Beyond it the reader presses Run, so that no link starts anything heavy.
const LIVE_WORK: u64 = 1 << 20;

/// A request that is under way.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Running {
    id: RequestId,
    /// Whether it is light enough to have begun by itself.
    live: bool,
}

/// The state of the room.
#[derive(Clone, Copy)]
pub(super) struct ResolventRoom {
    pub(super) config: RwSignal<Config>,
    /// The panel that the config asks for.
    panel: Memo<Panel>,
    /// The last record of every panel that has been computed.
    records: RwSignal<Vec<Arc<Resolvent>>>,
    running: RwSignal<Option<Running>>,
    progress: RwSignal<Option<Progress>>,
    trouble: RwSignal<Option<String>>,
    /// Whether the config changed while a request was running.
    again: RwSignal<bool>,
}

impl Default for ResolventRoom {
    fn default() -> Self {
        let config = RwSignal::new(Config::default());
        ResolventRoom {
            config,
            panel: Memo::new(move |_| config.with(|config| config.panel)),
            records: RwSignal::default(),
            running: RwSignal::default(),
            progress: RwSignal::default(),
            trouble: RwSignal::default(),
            again: RwSignal::default(),
        }
    }
}

impl ResolventRoom {
    /// The last record of a panel.
    fn record_of(&self, panel: Panel) -> Option<Arc<Resolvent>> {
        self.records.with(|records| records.iter().find(|record| record.finding.panel() == panel).cloned())
    }

    /// The last record of the panel that is shown.
    fn record(&self) -> Option<Arc<Resolvent>> {
        self.record_of(self.panel.get())
    }

    /// Whether a config computes as soon as it changes. One that cannot be computed is answered at once.
    fn is_live(config: &Config) -> bool {
        config.work() < LIVE_WORK || config.sites > MOST_SITES
    }

    /// Computes whenever the config changes, the room is shown and the work is light.
    pub(super) fn keep_computed(self, lab: Lab) {
        let visible = Memo::new(move |_| lab.room.get() == Room::Resolvent);
        Effect::new(move || {
            let live = self.config.with(Self::is_live);
            if untrack(|| self.is_current()) {
                self.trouble.set(None);
            } else if visible.get() && live {
                self.run(lab);
            }
        });
    }

    /// Whether the record shown is that of the config.
    fn is_current(&self) -> bool {
        let record = self.record();
        self.config.with(|config| record.is_some_and(|record| record.config == *config))
    }

    /// Computes the config as it is, after what is running: light work ends by itself, and would never be
    /// seen if every movement of a slider stopped it; heavy work is stopped.
    fn run(self, lab: Lab) {
        if let Some(Running { id, live }) = self.running.get_untracked() {
            self.again.set(true);
            if !live {
                lab.cancel(id);
            }
            return;
        }
        self.again.set(false);
        let config = self.config.get_untracked();
        let live = Self::is_live(&config);
        let id = lab.ask(Task::Resolvent(config), vec![], move |answer| self.take(lab, answer));
        self.running.set(Some(Running { id, live }));
    }

    /// Stops what is running.
    fn stop(self, lab: Lab) {
        self.again.set(false);
        if let Some(Running { id, .. }) = self.running.get_untracked() {
            lab.cancel(id);
        }
    }

    fn take(self, lab: Lab, answer: Answer) {
        match answer {
            Answer::Progress(progress) => return self.progress.set(Some(progress)),
            Answer::Records { records, .. } => {
                if let Some(Record::Resolvent(record)) = records.into_iter().next() {
                    let panel = record.finding.panel();
                    self.records.update(|records| {
                        records.retain(|earlier| earlier.finding.panel() != panel);
                        records.push(Arc::from(record));
                    });
                    self.trouble.set(None);
                }
            }
            Answer::Failed(sentence) => self.trouble.set(Some(sentence)),
            Answer::Cancelled if !self.again.get_untracked() => {
                self.trouble.set(Some("Stopped. What is shown is the earlier result.".into()));
            }
            Answer::Cancelled | Answer::Ready | Answer::File { .. } | Answer::Lora { .. } => {}
        }
        self.running.set(None);
        self.progress.set(None);
        if self.again.get_untracked() {
            self.run(lab);
        }
    }
}

/// The room.
#[component]
pub(super) fn ResolventView() -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        <section class="room" hidden=move || lab.room.get() != Room::Resolvent aria-labelledby="resolvent-title">
            <header class="intro">
                <h1 id="resolvent-title">"The resolvent of a chain"</h1>
                <p>"The layer of ResNet-BK is the diagonal of (H − z)⁻¹ for a chain H: the response of every site to a disturbance of energy E, blurred by η. Change the chain or z and watch it being computed, exactly, here."</p>
            </header>
            <Controls />
            <div class="stage">
                <Panels />
                <Results />
            </div>
            <aside class="notes">
                {Panel::ALL.map(|panel| view! {
                    <div hidden=move || lab.resolvent.panel.get() != panel>{explanations::formula(panel)}</div>
                }).collect_view()}
            </aside>
        </section>
    }
}

/// Links to the panels; the settings go along.
#[component]
fn Panels() -> impl IntoView {
    let room = expect_context::<Lab>().resolvent;
    let link = move |panel: Panel| {
        let fragment = move || {
            room.config
                .with(|config| permalink::to_fragment(Room::Resolvent, &Config { panel, ..config.clone() }))
        };
        view! { <a href=fragment aria-current=move || (room.panel.get() == panel).then_some("page")>{panel.title()}</a> }
    };
    view! { <nav class="panels" aria-label="Panels">{Panel::ALL.map(link).collect_view()}</nav> }
}

//! The resolvent room: a chain, a point z, and what can be asked of (H − z)⁻¹ while a slider moves.

mod controls;
mod editor;
mod explanations;
mod results;
mod speed;

use super::messages::{ReadPotential, ReadValues};
use super::record::{Config, Panel, Resolvent};
use crate::kit::browser::{to_buffer, to_bytes};
use crate::kit::context::Progress;
use crate::kit::import::ImportError;
use crate::kit::page::files::read;
use crate::kit::page::room_handle::{Arrival, Host};
use crate::kit::page::state::{Lab, Tone};
use crate::kit::permalink;
use crate::kit::permalink::{Link, LinkError};
use crate::kit::protocol::{RequestId, Stopped};
use crate::kit::record::Document;
use bk_plot::View;
use bk_resolvent::{MOST_SITES, Potential};
use controls::Controls;
use leptos::prelude::*;
use results::Results;
use speed::{SpeedPanel, SpeedState};
use std::sync::Arc;
use web_sys::{FileList, MouseEvent};

/// Work below which a changed control computes at once, in (site, energy) pairs: a tenth of a second on the
/// slowest back end. Beyond it the reader presses Run, so that no link starts anything heavy.
const LIVE_WORK: u64 = 1 << 20;

/// The most sites of a potential that is drawn by hand, and the most values that a link holds.
const MOST_DRAWN_SITES: usize = 4096;

/// A request that is under way.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Running {
    id: RequestId,
    /// Whether it is light enough to have begun by itself.
    live: bool,
}

/// The state of the room.
#[derive(Clone, Copy)]
struct ResolventRoom {
    config: RwSignal<Config>,
    /// The panel that the config asks for.
    panel: Memo<Panel>,
    /// How the main figure of each panel is looked at, in the order of [`Panel::ALL`].
    views: [RwSignal<View>; Panel::ALL.len()],
    /// The last record of every panel that has been computed.
    records: RwSignal<Vec<Arc<Resolvent>>>,
    running: RwSignal<Option<Running>>,
    progress: RwSignal<Option<Progress>>,
    trouble: RwSignal<Option<String>>,
    /// Whether the config changed while a request was running.
    again: RwSignal<bool>,
    /// How fast the kernels are in this browser.
    speed: SpeedState,
}

impl ResolventRoom {
    /// The state of the room that is opened, with what came for it before.
    fn open(lab: Lab) -> Self {
        let config = RwSignal::new(Config::default());
        let room = ResolventRoom {
            config,
            panel: Memo::new(move |_| config.with(|config| config.panel)),
            views: Panel::ALL.map(|_| RwSignal::default()),
            records: RwSignal::default(),
            running: RwSignal::default(),
            progress: RwSignal::default(),
            trouble: RwSignal::default(),
            again: RwSignal::default(),
            speed: SpeedState::default(),
        };
        let take = move |(document, _): (Document, Arrival)| {
            if let Some(Resolvent { config, .. }) = lab.record(&document) {
                room.config.set(config);
                lab.notify(
                    Tone::Information,
                    "The settings of that record were restored; the resolvent is computed anew.",
                );
            }
        };
        let host = Host {
            address: Signal::derive(move || room.address()),
            restore: Callback::new(move |link| room.follow(&link)),
            take: Callback::new(take),
        };
        lab.entrance(crate::studies::resolvent::ROOM).open(lab, crate::studies::resolvent::ROOM, host);
        room.keep_computed(lab);
        room
    }

    /// How the main figure of a panel is looked at.
    fn view_of(&self, panel: Panel) -> RwSignal<View> {
        self.views[panel as usize]
    }

    /// The last record of a panel.
    fn record_of(&self, panel: Panel) -> Option<Arc<Resolvent>> {
        self.records.with(|records| records.iter().find(|record| record.finding.panel() == panel).cloned())
    }

    /// The last record of the panel that is shown.
    fn record(&self) -> Option<Arc<Resolvent>> {
        self.record_of(self.panel.get())
    }

    /// The values of the potential, where they are known and few enough to be drawn.
    fn drawable(&self) -> Option<Vec<f64>> {
        self.config.with(|config| {
            if let Potential::Values { values } = &config.potential {
                return (1..=MOST_DRAWN_SITES).contains(&values.len()).then(|| values.clone());
            }
            self.records.with(|records| {
                let same = |record: &&Arc<Resolvent>| {
                    record.config.potential == config.potential && record.config.sites == config.sites
                };
                let diagonal = &records.iter().find(same)?.diagonal;
                (1..=MOST_DRAWN_SITES).contains(&diagonal.len()).then(|| diagonal.clone())
            })
        })
    }

    /// Sets the potential; a list of values brings its own number of sites.
    fn set_potential(&self, potential: Potential) {
        self.config.update(|config| {
            if let Potential::Values { values } = &potential {
                config.sites = values.len();
            }
            config.potential = potential;
        });
    }

    /// Has the worker read numbers, or the potential of a record of this lab, and takes what it finds.
    fn take_numbers(self, lab: Lab, name: String, bytes: Vec<u8>) {
        lab.ask(&ReadPotential { name }, vec![to_buffer(&bytes)], move |read| match read {
            Ok(ReadValues { potential, sites, sentence }) => {
                self.config.update(|config| (config.potential, config.sites) = (potential, sites));
                lab.notify(Tone::Information, sentence);
            }
            Err(stopped) => lab.tell(stopped),
        });
    }

    /// Takes dropped files: the potential of the last that holds one stays.
    fn take_files(self, lab: Lab, files: FileList) {
        leptos::task::spawn_local(async move {
            for file in (0..files.length()).filter_map(|index| files.get(index)) {
                match read(&file, &mut 0).await {
                    Ok(buffer) => self.take_numbers(lab, file.name(), to_bytes(&buffer)),
                    Err(problem) => {
                        lab.notify(Tone::Trouble, ImportError { file: file.name(), problem }.to_string());
                    }
                }
            }
        });
    }

    /// The address that leads to the config in a panel. A potential of too many values is left out.
    fn fragment(&self, config: &Config, panel: Panel) -> String {
        let config = match &config.potential {
            Potential::Values { values } if values.len() > MOST_DRAWN_SITES => {
                let Config { potential, sites, .. } = Config::default();
                Config { potential, sites, panel, ..*config }
            }
            _ => Config { panel, ..config.clone() },
        };
        let view = self.view_of(panel).with(permalink::settings);
        permalink::to_fragment(crate::studies::resolvent::ROOM, &config) + &view
    }

    /// The first settings, and every figure whole again.
    fn start_over(&self) {
        batch(|| {
            self.views.iter().for_each(|view| view.set(View::default()));
            self.config.set(Config::default());
        });
    }

    /// Restores the settings of a link, and how it looks at the figure of its panel; hands back the keys nobody knows.
    fn follow(&self, link: &Link) -> Result<Vec<String>, LinkError> {
        let (settings, looks) = (link.restore::<Config>()?, link.restore::<View>()?);
        batch(|| {
            self.view_of(settings.config.panel).set(looks.config);
            self.config.set(settings.config);
        });
        Ok(settings.unknown.into_iter().filter(|key| looks.unknown.contains(key)).collect())
    }

    /// The address that leads here.
    fn address(&self) -> String {
        self.config.with(|config| self.fragment(config, config.panel))
    }

    /// Whether the potential has too many values for an address.
    fn is_beyond_links(&self) -> bool {
        self.config.with(|config| match &config.potential {
            Potential::Values { values } => values.len() > MOST_DRAWN_SITES,
            _ => false,
        })
    }

    /// Whether a config computes as soon as it changes. One that cannot be computed is answered at once.
    fn is_live(config: &Config) -> bool {
        config.work() < LIVE_WORK || config.sites > MOST_SITES
    }

    /// Computes whenever the config changes, the room is shown and the work is light.
    fn keep_computed(self, lab: Lab) {
        let visible = Memo::new(move |_| lab.room.get() == crate::studies::resolvent::ROOM);
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
        let watch = move |progress| self.progress.set(Some(progress));
        let id = lab.ask_and_watch(&config, vec![], watch, move |computed| self.take(lab, computed));
        self.running.set(Some(Running { id, live }));
    }

    /// Stops what is running.
    fn stop(self, lab: Lab) {
        self.again.set(false);
        if let Some(Running { id, .. }) = self.running.get_untracked() {
            lab.cancel(id);
        }
    }

    fn take(self, lab: Lab, computed: Result<Resolvent, Stopped>) {
        match computed {
            Ok(record) => {
                let panel = record.finding.panel();
                self.records.update(|records| {
                    records.retain(|earlier| earlier.finding.panel() != panel);
                    records.push(Arc::new(record));
                });
                self.trouble.set(None);
            }
            Err(Stopped::Failed(sentence)) => self.trouble.set(Some(sentence)),
            Err(Stopped::Cancelled) if !self.again.get_untracked() => {
                self.trouble.set(Some("Stopped. What is shown is the earlier result.".into()));
            }
            Err(Stopped::Cancelled) => {}
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
pub(crate) fn ResolventView() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = ResolventRoom::open(lab);
    provide_context(room);
    view! {
        <section class="room" hidden=move || lab.room.get() != crate::studies::resolvent::ROOM aria-labelledby="resolvent-title">
            <header class="intro">
                <h1 id="resolvent-title">"The resolvent of a chain"</h1>
                <p>"The layer of ResNet-BK is the diagonal of (H − z)⁻¹ for a chain H: the response of every site to a disturbance of energy E, blurred by η. Change the chain or z and watch it being computed, exactly, here."</p>
            </header>
            <Controls />
            <div class="stage">
                <Panels />
                <Results />
                <SpeedPanel />
            </div>
            <aside class="notes">
                {Panel::ALL.map(|panel| view! {
                    <div hidden=move || room.panel.get() != panel>{explanations::formula(panel)}</div>
                }).collect_view()}
            </aside>
        </section>
    }
}

/// Links to the panels; the settings go along.
#[component]
fn Panels() -> impl IntoView {
    let room = expect_context::<ResolventRoom>();
    let link = move |panel: Panel| {
        let fragment = move || room.config.with(|config| room.fragment(config, panel));
        // What a link cannot hold stays when the panel changes without one.
        let on_click = move |event: MouseEvent| {
            if untrack(|| room.is_beyond_links()) {
                event.prevent_default();
                room.config.update(|config| config.panel = panel);
            }
        };
        view! { <a href=fragment on:click=on_click aria-current=move || (room.panel.get() == panel).then_some("page")>{panel.title()}</a> }
    };
    view! { <nav class="panels" aria-label="Panels">{Panel::ALL.map(link).collect_view()}</nav> }
}

/// Builds the room.
pub fn room() -> AnyView {
    view! { <ResolventView /> }.into_any()
}

//! The controls of the resolvent room.

use super::editor::PotentialEditor;
use super::{MOST_DRAWN_SITES, ResolventRoom};
use crate::kit::page::controls::{Choice, Field, Finite, Slider};
use crate::kit::page::state::Lab;
use crate::studies::resolvent::panels::definition::Setting;
use crate::studies::resolvent::record::{Config, Division};
use bk_resolvent::birman_schwinger::Weight;
use bk_resolvent::{BackendChoice, Potential};
use leptos::prelude::*;
use std::fmt::Display;
use std::num::ParseIntError;
use std::str::FromStr;

/// The kinds of potential, with the settings each begins with.
const POTENTIALS: [(&str, &str); 7] = [
    ("constant:0", "Constant"),
    ("random:strength=2,seed=7", "Random (Anderson)"),
    ("aubry-andre:strength=1.5,phase=0", "Quasi-periodic (Aubry–André)"),
    ("impurity:strength=3", "One impurity"),
    ("steps:height=2,width=32", "Steps"),
    ("prime-bump:scale=0.02,epsilon=1,powers=3,centers=powers", "Prime bumps"),
    ("values:0.3,-0.2,0.5,0.1", "Custom values"),
];

/// The back ends to choose from.
const BACKENDS: [(&str, &str); 4] =
    [("auto", "Automatic"), ("gpu", "WebGPU (f32)"), ("f32", "CPU (f32)"), ("f64", "CPU (f64, reference)")];

/// How the published routines may divide.
const DIVISIONS: [(&str, &str); 2] =
    [("scaled", "Scaled, as in NumPy"), ("naive", "Naive, as in older PyTorch")];

/// What may stand on both sides of the Birman–Schwinger kernel.
const WEIGHTS: [(&str, &str); 2] = [("none", "None"), ("limiting-absorption", "Limiting absorption")];

/// The part of a potential's text that names its kind.
fn kind(text: &str) -> &str {
    text.split(':').next().unwrap_or(text)
}

/// Chain, z, map, back end.
#[component]
pub(crate) fn Controls() -> impl IntoView {
    let room = expect_context::<ResolventRoom>();
    let config = room.config;
    let asks = move |setting| room.panel.get().depends_on(setting);
    let shown = Signal::derive(move || {
        let text = config.with(|config| match &config.potential {
            // There may be a million of them.
            Potential::Values { .. } => "values".to_owned(),
            other => other.to_string(),
        });
        POTENTIALS.into_iter().map(|(key, _)| key).find(|key| kind(key) == kind(&text)).unwrap_or_default()
    });
    let choose_kind = Callback::new(move |key: String| {
        if let Ok(potential) = key.parse() {
            room.set_potential(potential);
        }
    });
    let backend = Signal::derive(move || {
        let name = config.with(|config| config.backend.to_string());
        BACKENDS.into_iter().map(|(key, _)| key).find(|key| *key == name).unwrap_or_default()
    });
    let division = Signal::derive(move || match config.with(|config| config.division) {
        Division::Scaled => DIVISIONS[0].0,
        Division::Naive => DIVISIONS[1].0,
    });
    let choose_division = Callback::new(move |key: String| {
        let division = if key == DIVISIONS[1].0 { Division::Naive } else { Division::Scaled };
        config.update(|config| config.division = division);
    });
    let weight = Signal::derive(move || match config.with(|config| config.weight) {
        Weight::None => WEIGHTS[0].0,
        Weight::LimitingAbsorption => WEIGHTS[1].0,
    });
    let choose_weight = Callback::new(move |key: String| {
        let weight = if key == WEIGHTS[1].0 { Weight::LimitingAbsorption } else { Weight::None };
        config.update(|config| config.weight = weight);
    });
    let choose_backend = Callback::new(move |key: String| {
        if let Ok(backend) = key.parse::<BackendChoice>() {
            config.update(|config| config.backend = backend);
        }
    });
    view! {
        <form class="controls" aria-label="Settings" on:submit=|event| event.prevent_default()>
            <Choice label="Potential" options=POTENTIALS.to_vec() value=shown set=choose_kind />
            <Show when=move || !room.is_beyond_links() fallback=move || view! {
                <p class="hint">{format!("The potential has more than {MOST_DRAWN_SITES} custom values: too many for a link. Record JSON keeps them.")}</p>
            }>
                <Field label="Potential, in full" hint="kind:setting=value,… ; neighbours are coupled by 1"
                    value=Signal::derive(move || config.with(|config| config.potential.clone()))
                    set=Callback::new(move |potential| room.set_potential(potential)) />
            </Show>
            <PotentialEditor />
            <Number label="Sites N" hint="1 to 1048576; density of states to 4096, Birman–Schwinger to 512" expected="a whole number"
                get=|config: &Config| config.sites set=|config: &mut Config, sites| config.sites = sites />
            <Slider label="Sites, as a power of two" from=0.0 to=20.0 step=1.0
                value=Signal::derive(move || config.with(|config| libm::log2(config.sites.max(1) as f64)))
                set=Callback::new(move |power: f64| config.update(|config| config.sites = 1 << power as u32)) />
            <Show when=move || asks(Setting::Energy)>
                <Number label="Energy E" hint="real part of z, in units of the coupling" expected="a finite number"
                    get=|config: &Config| Finite(config.energy) set=|config: &mut Config, Finite(energy)| config.energy = energy />
                <Slider label="Energy E" from=-4.0 to=4.0 step=0.01
                    value=Signal::derive(move || config.with(|config| config.energy))
                    set=Callback::new(move |energy| config.update(|config| config.energy = energy)) />
            </Show>
            <Show when=move || asks(Setting::Broadening)>
                <Number label="Broadening η" hint="imaginary part of z, above 0" expected="a finite number"
                    get=|config: &Config| Finite(config.eta) set=|config: &mut Config, Finite(eta)| config.eta = eta />
                <Slider label="Broadening η, logarithmic" from=-5.0 to=1.0 step=0.05
                    value=Signal::derive(move || config.with(|config| libm::log10(config.eta.max(1e-5))))
                    set=Callback::new(move |power: f64| config.update(|config| config.eta = round_to_digits(libm::pow(10.0, power)))) />
            </Show>
            <Show when=move || asks(Setting::Window)>
                <Number label="From energy" hint="" expected="a finite number" get=|config: &Config| Finite(config.map_from) set=|config: &mut Config, Finite(from)| config.map_from = from />
                <Number label="To energy" hint="" expected="a finite number" get=|config: &Config| Finite(config.map_to) set=|config: &mut Config, Finite(to)| config.map_to = to />
                <Number label="Energies" hint="1 to 2048" expected="a whole number" get=|config: &Config| config.map_energies set=|config: &mut Config, count| config.map_energies = count />
            </Show>
            <Show when=move || asks(Setting::Site)>
                <Source />
            </Show>
            <Show when=move || asks(Setting::Division)>
                <Choice label="Division" options=DIVISIONS.to_vec() value=division set=choose_division />
            </Show>
            <Show when=move || asks(Setting::Blend)>
                <Number label="Blend α" hint="of the published gradient: 0 its derivative, 1 its heuristic" expected="a finite number"
                    get=|config: &Config| Finite(config.alpha) set=|config: &mut Config, Finite(alpha)| config.alpha = alpha />
                <Slider label="Blend α" from=0.0 to=1.0 step=0.05
                    value=Signal::derive(move || config.with(|config| config.alpha))
                    set=Callback::new(move |alpha| config.update(|config| config.alpha = alpha)) />
            </Show>
            <Show when=move || asks(Setting::Operator)>
                <Choice label="Weight beside the kernel" options=WEIGHTS.to_vec() value=weight set=choose_weight />
                <Number label="Mourre window from" hint="in energy; the band of the chain reaches from −2 to 2" expected="a finite number"
                    get=|config: &Config| Finite(config.mourre_from) set=|config: &mut Config, Finite(from)| config.mourre_from = from />
                <Number label="Mourre window to" hint="" expected="a finite number"
                    get=|config: &Config| Finite(config.mourre_to) set=|config: &mut Config, Finite(to)| config.mourre_to = to />
            </Show>
            <Show when=move || asks(Setting::BackEnd)>
                <details>
                    <summary>"Back end"</summary>
                    <Choice label="Back end" options=BACKENDS.to_vec() value=backend set=choose_backend />
                </details>
            </Show>
            <RunButtons />
        </form>
    }
}

/// The site whose potential is moved, or none for the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Site(Option<usize>);

impl Display for Site {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |site| site.fmt(formatter))
    }
}

impl FromStr for Site {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() { Ok(Site(None)) } else { text.parse().map(|site| Site(Some(site))) }
    }
}

/// The site j.
#[component]
fn Source() -> impl IntoView {
    let config = expect_context::<ResolventRoom>().config;
    view! {
        <Number label="Site j" hint="counted from 0; empty for the middle" expected="a whole number"
            get=|config: &Config| Site(config.source) set=|config: &mut Config, Site(source)| config.source = source />
        <input class="slider" type="range" aria-label="Site j" min="0" step="1"
            max=move || config.with(|config| config.sites.saturating_sub(1))
            prop:value=move || config.with(|config| config.source.unwrap_or(config.sites / 2)).to_string()
            on:input=move |event| {
                if let Ok(site) = event_target_value(&event).parse() {
                    config.update(|config| config.source = Some(site));
                }
            } />
    }
}

/// A number of the config.
#[component]
fn Number<Value>(
    label: &'static str,
    hint: &'static str,
    expected: &'static str,
    get: fn(&Config) -> Value,
    set: fn(&mut Config, Value),
) -> impl IntoView
where
    Value: std::str::FromStr<Err: std::fmt::Display>
        + std::fmt::Display
        + Clone
        + PartialEq
        + Send
        + Sync
        + 'static,
{
    let config = expect_context::<ResolventRoom>().config;
    view! {
        <Field label hint expected value=Signal::derive(move || config.with(get))
            set=Callback::new(move |value| config.update(|config| set(config, value))) />
    }
}

/// Run and stop; Run is needed only for what is too heavy to follow every change.
#[component]
fn RunButtons() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<ResolventRoom>();
    let heavy = move || room.config.with(|config| !ResolventRoom::is_live(config));
    view! {
        <div class="run">
            <button type="button" class="primary" on:click=move |_| room.run(lab)>"Run"</button>
            <button type="button" disabled=move || room.running.get().is_none() on:click=move |_| room.stop(lab)>"Stop"</button>
            <button type="button" on:click=move |_| room.start_over()>"Start over"</button>
        </div>
        <Show when=heavy>
            <p class="hint">{move || format!("{:.1} million units of work: too many to follow every change. Press Run.", room.config.with(Config::work) as f64 / 1e6)}</p>
        </Show>
        <p class="trouble" role="alert">{room.trouble}</p>
    }
}

/// Three significant digits: what a slider's place is worth.
fn round_to_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

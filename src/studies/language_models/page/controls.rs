//! The settings of the next model: what it is, how it is trained, on what.

use super::settings::Settings;
use super::state::{ModelsRoom, Work};
use crate::kit::page::controls::{Choice, Field, Finite};
use crate::kit::page::state::Lab;
use crate::kit::page::texts;
use crate::kit::page::texts::vocabulary;
use crate::studies::language_models::record::Config;
use bk_models::{Architecture, Gating, Mamba, ResNetBk, Router};
use bk_plot::number;
use leptos::prelude::*;

const MODELS: [(&str, &str); 2] = [("resnet-bk", "ResNet-BK"), ("mamba", "Mamba")];
const SIDES: [(&str, &str); 2] = [("one", "one-sided (causal)"), ("two", "two-sided (as published)")];
const ROUTERS: [(&str, &str); 2] = [("mlp", "linear map"), ("scattering", "scattering phase")];
const GATINGS: [(&str, &str); 2] = [("chosen", "of the chosen (as published)"), ("all", "of all")];
const LEARNED: [(&str, &str); 2] = [("no", "fixed at 1 (as published)"), ("yes", "learned")];

/// The model of a config, with the vocabulary of its text.
pub(crate) fn architecture(config: &Config) -> Architecture {
    config.architecture.clone().with_vocabulary(vocabulary(&config.text))
}

/// A number of the settings as a field shows it.
fn size(
    room: ModelsRoom,
    label: &'static str,
    hint: &'static str,
    read: fn(&Settings) -> usize,
    write: fn(&mut Settings, usize),
) -> AnyView {
    let value = Signal::derive(move || room.settings.with(read));
    let set = Callback::new(move |number| room.settings.update(|settings| write(settings, number)));
    view! { <Field label hint expected="a whole number" value set /> }.into_any()
}

/// A number of ResNet-BK; 0 while the model is another.
fn of_resnet_bk(settings: &Settings, read: fn(&ResNetBk) -> usize) -> usize {
    match &settings.config.architecture {
        Architecture::ResNetBk(model) => read(model),
        Architecture::Mamba(_) => 0,
    }
}

/// Changes ResNet-BK, while the model is one.
fn change(settings: &mut Settings, write: impl FnOnce(&mut ResNetBk)) {
    if let Architecture::ResNetBk(model) = &mut settings.config.architecture {
        write(model);
    }
}

/// A choice between two ways that ResNet-BK can be.
fn either(
    room: ModelsRoom,
    label: &'static str,
    options: [(&'static str, &'static str); 2],
    read: fn(&ResNetBk) -> bool,
    write: fn(&mut ResNetBk, bool),
) -> AnyView {
    let second = move |settings: &Settings| match &settings.config.architecture {
        Architecture::ResNetBk(model) => read(model),
        Architecture::Mamba(_) => false,
    };
    let value = Signal::derive(move || options[usize::from(room.settings.with(second))].0);
    let set = Callback::new(move |chosen: String| {
        room.settings.update(|settings| change(settings, |model| write(model, chosen == options[1].0)));
    });
    view! { <Choice label options=options.to_vec() value set /> }.into_any()
}

/// Model, text, recipe, and the buttons that set them going.
#[component]
pub(crate) fn Controls() -> impl IntoView {
    let room = expect_context::<ModelsRoom>();
    let settings = room.settings;
    let is_resnet_bk = Memo::new(move |_| {
        settings.with(|settings| matches!(settings.config.architecture, Architecture::ResNetBk(_)))
    });
    let parameters = move || settings.with(|settings| architecture(&settings.config).parameter_count());
    let set_model = Callback::new(move |chosen: String| {
        settings.update(|settings| {
            settings.config.architecture = match chosen.as_str() {
                "mamba" => Architecture::Mamba(Mamba::browser()),
                _ => Architecture::ResNetBk(ResNetBk::browser()),
            };
        });
    });
    view! {
        <form class="controls" aria-label="Settings" on:submit=|event| event.prevent_default()>
            <Choice label="Model" options=MODELS.to_vec()
                value=Signal::derive(move || MODELS[usize::from(!is_resnet_bk.get())].0) set=set_model />
            {text(room)}
            {size(room, "Width", "embedding width", |settings| match &settings.config.architecture {
                Architecture::ResNetBk(model) => model.width,
                Architecture::Mamba(model) => model.width,
            }, |settings, width| match &mut settings.config.architecture {
                Architecture::ResNetBk(model) => model.width = width,
                Architecture::Mamba(model) => model.width = width,
            })}
            {size(room, "Blocks", "one after the other", |settings| match &settings.config.architecture {
                Architecture::ResNetBk(model) => model.layers,
                Architecture::Mamba(model) => model.layers,
            }, |settings, layers| match &mut settings.config.architecture {
                Architecture::ResNetBk(model) => model.layers = layers,
                Architecture::Mamba(model) => model.layers = layers,
            })}
            <Show when=move || is_resnet_bk.get()>{resnet_bk(room)}</Show>
            <Show when=move || !is_resnet_bk.get()>
                {size(room, "States", "a channel of the scan", |settings| match &settings.config.architecture {
                    Architecture::Mamba(model) => model.states,
                    Architecture::ResNetBk(_) => 0,
                }, |settings, states| if let Architecture::Mamba(model) = &mut settings.config.architecture {
                    model.states = states;
                })}
            </Show>
            <p class="hint" role="status">{move || number::count(parameters(), "parameter")}</p>
            {recipe(room)}
            <p class="trouble" role="alert">{room.trouble}</p>
            <Buttons />
        </form>
    }
    .into_any()
}

/// What ResNet-BK can be besides its sizes.
fn resnet_bk(room: ModelsRoom) -> AnyView {
    view! {
        {either(room, "Resolvent", SIDES, |model| model.two_sided, |model, two| model.two_sided = two)}
        <details>
            <summary>"Potentials and experts"</summary>
            {size(room, "Potentials", "a block, each with a resolvent; 1 was published", |settings| of_resnet_bk(settings, |model| model.potentials), |settings, potentials| change(settings, |model| model.potentials = potentials))}
            {either(room, "η and bonds", LEARNED, |model| model.learned, |model, learned| model.learned = learned)}
            {size(room, "Experts", "a block", |settings| of_resnet_bk(settings, |model| model.experts), |settings, experts| change(settings, |model| model.experts = experts))}
            {size(room, "Experts a token", "1 was published; the router then learns nothing, unless it weighs all", |settings| of_resnet_bk(settings, |model| model.top_k), |settings, chosen| change(settings, |model| model.top_k = chosen))}
            {either(room, "Router", ROUTERS, |model| model.router == Router::Scattering, |model, scattering| {
                model.router = if scattering { Router::Scattering } else { Router::Mlp };
            })}
            {either(room, "Softmax", GATINGS, |model| model.gating == Gating::All, |model, all| {
                model.gating = if all { Gating::All } else { Gating::Chosen };
            })}
        </details>
    }
    .into_any()
}

/// The text.
fn text(room: ModelsRoom) -> AnyView {
    let settings = room.settings;
    texts::fields(
        Signal::derive(move || settings.with(|settings| settings.config.text.clone())),
        Callback::new(move |text| settings.update(|settings| settings.config.text = text)),
        Callback::new(move |(name, file)| room.choose_text(name, file)),
    )
}

/// How it is trained.
fn recipe(room: ModelsRoom) -> AnyView {
    let rate =
        Signal::derive(move || Finite(room.settings.with(|settings| settings.config.recipe.learning_rate)));
    let set_rate = Callback::new(move |Finite(rate)| {
        room.settings.update(|settings| settings.config.recipe.learning_rate = rate);
    });
    let seed = Signal::derive(move || room.settings.with(|settings| settings.config.recipe.seed));
    let set_seed =
        Callback::new(move |seed| room.settings.update(|settings| settings.config.recipe.seed = seed));
    let context = |settings: &Settings| settings.config.architecture.context();
    view! {
        {size(room, "Steps", "of training", |settings| settings.config.recipe.steps, |settings, steps| settings.config.recipe.steps = steps)}
        <details>
            <summary>"Recipe"</summary>
            {size(room, "Sequences a step", "", |settings| settings.config.recipe.batch, |settings, batch| settings.config.recipe.batch = batch)}
            {size(room, "Context", "tokens a sequence", context, |settings, context| match &mut settings.config.architecture {
                Architecture::ResNetBk(model) => model.context = context,
                Architecture::Mamba(model) => model.context = context,
            })}
            <Field label="Learning rate" hint="its greatest; it rises to it and falls along a cosine" expected="a number" value=rate set=set_rate />
            {size(room, "Warm-up", "steps until it is reached", |settings| settings.config.recipe.warm_up, |settings, steps| settings.config.recipe.warm_up = steps)}
            {size(room, "Validation", "steps between two looks at the part that is watched", |settings| settings.config.recipe.validate_every, |settings, steps| settings.config.recipe.validate_every = steps)}
            <Field label="Seed" hint="of the first parameters and the order of the text" expected="a whole number from 0 to 4294967295" value=seed set=set_seed />
        </details>
    }
    .into_any()
}

/// Train, pause, go on.
#[component]
fn Buttons() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<ModelsRoom>();
    let training = move || room.training.get();
    let can_go_on =
        move || room.is_idle() && room.model().is_some_and(|model| model.resumable && !model.is_complete());
    let stoppable =
        move || room.running.with(|running| running.is_some_and(|(_, work)| work != Work::Training));
    view! {
        <div class="run" role="group" aria-label="Training">
            <button type="button" class="primary" disabled=move || !room.is_idle() || training() on:click=move |_| room.begin(lab)>"Train a new model"</button>
            <button type="button" disabled=move || !training() on:click=move |_| room.pause()>"Pause"</button>
            <button type="button" disabled=move || training() || !can_go_on() on:click=move |_| room.go_on(lab)>"Resume"</button>
            <button type="button" disabled=move || !stoppable() on:click=move |_| room.stop(lab)>"Cancel"</button>
            <button type="button" on:click=move |_| room.settings.update(|settings| settings.config = Config::default())>"Start over"</button>
        </div>
    }
    .into_any()
}

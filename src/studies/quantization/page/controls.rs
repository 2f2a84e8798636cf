//! The settings of the quantization room.

use super::QuantizeRoom;
use crate::kit::page::controls::{Choice, Field};
use crate::studies::quantization::record::{Config, Format, Mode, Reading, TENSORS, Trained};
use bk_quantize::{Granularity, ScaleRule, Width};
use leptos::prelude::*;

const WIDTHS: [(&str, &str); 6] =
    [("2", "INT2"), ("3", "INT3"), ("4", "INT4"), ("8", "INT8"), ("16", "FP16"), ("32", "FP32")];
const READINGS: [(&str, &str); 2] = [("exact", "exact"), ("published", "as published")];
const TRAINED: [(&str, &str); 3] =
    [("nothing", "nothing (PTQ)"), ("steps", "steps and zero points"), ("rounding", "steps and rounding")];
const SHARED: [(&str, &str); 3] =
    [("tensor", "the whole tensor"), ("channel", "each channel"), ("group", "groups of channels")];
const ZERO_POINTS: [(&str, &str); 2] = [("yes", "with a zero point"), ("no", "symmetric")];
const RULES: [(&str, &str); 4] = [
    ("absolute-maximum", "absolute maximum"),
    ("least-squares", "least squared error"),
    ("percentile:99.9", "99.9th percentile"),
    ("published-divisor", "published divisor (symmetric)"),
];
const MODES: [(&str, &str); 6] = [
    ("", "settings below"),
    ("ptq-int8", "PTQ INT8"),
    ("qat-int8", "QAT INT8"),
    ("ptq-int4", "PTQ INT4"),
    ("qat-int4", "QAT INT4"),
    ("mixed", "mixed"),
];

/// The key of an option that equals a name.
fn key(options: &'static [(&'static str, &'static str)], name: &str) -> &'static str {
    options.iter().map(|(key, _)| *key).find(|key| *key == name).unwrap_or_default()
}

/// Mode, scheme, sizes, and what is looked at.
#[component]
pub(crate) fn Controls() -> impl IntoView {
    let room = expect_context::<QuantizeRoom>();
    let view = room.view;
    let read = move |read: fn(&Config) -> &'static str| Signal::derive(move || room.config.with(read));
    let write = move |write: fn(&mut Config, &str)| {
        Callback::new(move |chosen: String| view.update(|view| write(&mut view.config, &chosen)))
    };
    let exact = move || room.config.with(|config| config.reading == Reading::Exact);
    let uniform = move || {
        room.config.with(|config| config.reading == Reading::Exact && config.format == Format::Uniform)
    };
    let tensor = Signal::derive(move || TENSORS[view.with(|view| view.tensor).min(2)]);
    let set_tensor = Callback::new(move |name: String| {
        let tensor = TENSORS.iter().position(|tensor| *tensor == name).unwrap_or_default();
        view.update(|view| view.tensor = tensor);
    });
    view! {
        <form class="controls" aria-label="Settings" on:submit=|event| event.prevent_default()>
            <Choice label="Reading" options=READINGS.to_vec()
                value=read(|config| READINGS[config.reading as usize].0)
                set=write(|config, name| if let Ok(reading) = name.parse() {
                    *config = Config { seed: config.seed, sites: config.sites, group: config.group, ..Config::of(config.mode().unwrap_or(Mode::PtqInt8), reading) };
                }) />
            <Choice label="Mode" options=MODES.to_vec()
                value=read(|config| config.mode().map_or("", |mode| key(&MODES, &mode.to_string())))
                set=write(|config, name| if let Ok(mode) = name.parse() {
                    *config = Config { seed: config.seed, sites: config.sites, group: config.group, ..Config::of(mode, config.reading) };
                }) />
            <Choice label="Look at" options=TENSORS.map(|name| (name, name)).to_vec() value=tensor set=set_tensor />
            <Field label="Group looked at" hint="counted from 0" expected="a whole number"
                value=Signal::derive(move || view.with(|view| view.shown_group))
                set=Callback::new(move |group| view.update(|view| view.shown_group = group)) />
            <Show when=exact>
                <Choice label="Format" options=Format::all().into_iter().map(|format| (format.key(), format.label())).collect()
                    value=read(|config| config.format.key())
                    set=write(|config, name| if let Ok(format) = name.parse() {
                        config.format = format;
                        if format != Format::Uniform {
                            config.trained = Trained::Nothing;
                        }
                    }) />
            </Show>
            <Show when=uniform><UniformGrid /></Show>
            <Show when=move || room.config.with(|config| config.format == Format::Uniform)>
            <Field label="Channels a group" hint="the last group may be shorter" expected="a whole number"
                value=Signal::derive(move || room.config.with(|config| config.group))
                set=Callback::new(move |group| view.update(|view| view.config.group = group)) />
            </Show>
            <Field label="Sites" hint="1 to 4096; 512 were published" expected="a whole number"
                value=Signal::derive(move || room.config.with(|config| config.sites))
                set=Callback::new(move |sites| view.update(|view| view.config.sites = sites)) />
            <Field label="Seed" hint="of NumPy’s legacy generator; none was published" expected="a whole number from 0 to 4294967295"
                value=Signal::derive(move || room.config.with(|config| config.seed))
                set=Callback::new(move |seed| view.update(|view| view.config.seed = seed)) />
            <p class="trouble" role="alert">{room.trouble}</p>
            <div class="run">
                <button type="button" on:click=move |_| view.update(|view| view.config = Config::default())>"Start over"</button>
            </div>
        </form>
    }
    .into_any()
}

/// The fields of a uniform grid: bits, zero point, scales, training.
#[component]
fn UniformGrid() -> impl IntoView {
    let room = expect_context::<QuantizeRoom>();
    let read = move |read: fn(&Config) -> &'static str| Signal::derive(move || room.config.with(read));
    let write = move |write: fn(&mut Config, &str)| {
        Callback::new(move |chosen: String| room.view.update(|view| write(&mut view.config, &chosen)))
    };
    view! {
        <Choice label="Bits of v" options=WIDTHS.to_vec()
            value=read(|config| key(&WIDTHS, &config.potential_bits.bits().to_string()))
            set=write(|config, bits| set_width(bits, &mut config.potential_bits)) />
        <Choice label="Bits of G" options=WIDTHS.to_vec()
            value=read(|config| key(&WIDTHS, &config.green_bits.bits().to_string()))
            set=write(|config, bits| set_width(bits, &mut config.green_bits)) />
        <Choice label="Grid" options=ZERO_POINTS.to_vec()
            value=read(|config| ZERO_POINTS[usize::from(!config.zero_point)].0)
            set=write(|config, chosen| {
                config.zero_point = chosen == "yes";
                if config.zero_point && config.rule == ScaleRule::PublishedDivisor {
                    config.rule = ScaleRule::AbsoluteMaximum;
                }
            }) />
        <Choice label="A scale is shared by" options=SHARED.to_vec()
            value=read(|config| SHARED[config.granularity as usize].0)
            set=write(|config, name| {
                let all = [Granularity::Tensor, Granularity::Channel, Granularity::Group];
                let place = SHARED.iter().position(|(key, _)| *key == name);
                config.granularity = place.map_or(Granularity::Group, |place| all[place]);
            }) />
        <Choice label="Scale rule" options=RULES.to_vec()
            value=read(|config| key(&RULES, &config.rule.to_string()))
            set=write(|config, name| if let Ok(rule) = name.parse() {
                config.rule = rule;
                config.zero_point &= rule != ScaleRule::PublishedDivisor;
            }) />
        <Choice label="Trained" options=TRAINED.to_vec()
            value=read(|config| TRAINED[config.trained as usize].0)
            set=write(|config, name| config.trained = match name {
                "steps" => Trained::Steps,
                "rounding" => Trained::Rounding,
                _ => Trained::Nothing,
            }) />
    }
    .into_any()
}

/// Sets a width from its number of bits; options have no others.
fn set_width(bits: &str, width: &mut Width) {
    if let Some(chosen) = bits.parse().ok().and_then(|bits: u32| Width::try_from(bits).ok()) {
        *width = chosen;
    }
}

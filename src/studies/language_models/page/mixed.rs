//! What fewer bits cost: the parts by importance, each with its width, the whole's size at once, and its perplexity where it
//! was measured.

use super::origin;
use super::state::ModelsRoom;
use crate::kit::page::controls::{Choice, Field, Slider};
use crate::kit::page::download;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::record::document;
use crate::studies::language_models::figure::{parts, precision};
use crate::studies::language_models::messages::{Form, Shelved};
use crate::studies::language_models::mixed_precision::record::{Assignment, Config, Layer};
use bk_models::precision::{Policy, Thresholds};
use bk_plot::{View, number};
use bk_quantize::Width;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const POLICIES: [(&str, &str); 2] =
    [("static", "by component (static)"), ("dynamic", "by importance (dynamic)")];
const RULES: [(&str, &str); 3] = [
    ("absolute-maximum", "absolute maximum"),
    ("least-squares", "least squared error"),
    ("percentile:99.9", "99.9th percentile"),
];

/// Bytes in a KiB.
const KIBI: f64 = 1024.0;

/// The width of a layer under the settings, which may have changed since the record was made.
fn width(layer: &Layer, config: &Config, thresholds: Option<Thresholds>) -> Width {
    let chosen = config.own.get(&layer.parameter()).copied();
    chosen.unwrap_or(match (config.assignment, thresholds, layer.importance) {
        (Assignment::Dynamic, Some(thresholds), Some(importance)) => thresholds.width(importance),
        _ => layer.by_component,
    })
}

/// Settings, figure, table.
pub(crate) fn view(lab: Lab, room: ModelsRoom) -> AnyView {
    let config = Memo::new(move |_| room.settings.with(|settings| settings.precision.clone()));
    let record = Signal::derive(move || room.stored());
    let draw = Signal::derive(move || {
        let record = record.get()?;
        Some::<DrawView>(Arc::new(move |view, layout| precision::draw(&record, view, layout)))
    });
    let diagram = Signal::derive(move || {
        let (record, config) = (record.get()?, config.get());
        let thresholds = record.thresholds_of(config.policy);
        let plan: BTreeMap<String, Width> = record
            .layers
            .iter()
            .map(|layer| (layer.parameter(), width(layer, &config, thresholds)))
            .collect();
        Some::<DrawView>(Arc::new(move |_, layout| parts::draw(&record.architecture, &plan, layout)))
    });
    // The table stays as it is while widths change, so that a hand or the focus stays where it was.
    let parts_of_model = Memo::new(move |_| {
        let own = |layer: &Layer| {
            let width = layer.by_component;
            Layer { width, by_importance: width, ..layer.clone() }
        };
        record.with(|record| record.as_ref().map(|record| record.layers.iter().map(own).collect::<Vec<_>>()))
    });
    let manifest = Callback::new(move |()| document::to_json(&[record.get_untracked()?]).ok());
    let save = move |_| {
        if let Some(record) = record.get_untracked() {
            download::json(lab, "mixed-precision.json", document::to_json(&[record]));
        }
    };
    let size = move || {
        let (record, config) = (record.get()?, config.get());
        let thresholds = record.thresholds_of(config.policy);
        let bytes = record.bytes_with(|layer| width(layer, &config, thresholds))?;
        let whole = record.architecture.bytes();
        let measured = if record.config == config { "measured below" } else { "being measured" };
        Some(format!(
            "With these settings: {:.1} KiB, {:.2} times smaller than single precision; its perplexity: {measured}.",
            bytes as f64 / KIBI,
            whole as f64 / bytes.max(1) as f64
        ))
    };
    let nothing = move || record.with(Option::is_none);
    let can_store = move || {
        let whole = |model: &Shelved| !model.quantized && model.baselines.is_some() && model.steps > 0;
        room.is_idle() && room.model().is_some_and(|model| whole(&model))
    };
    // The file holds the widths that are shown, and those were measured.
    let can_save = move || {
        let measured =
            record.with(|record| record.as_ref().is_some_and(|record| record.config == config.get()));
        measured && room.is_idle()
    };
    let save_codes = move |_| {
        if let Some(record) = record.get_untracked() {
            room.save(lab, Form::Quantized(Box::new(record.as_ref().clone())));
        }
    };
    view! {
        <div class="options">{policy(room)}</div>
        <div class="actions" role="group" aria-label="Mixed precision">
            <button type="button" class="primary" disabled=move || !can_store() on:click=move |_| room.store(lab)>"Store and measure in every way"</button>
            <button type="button" disabled=move || !can_save() on:click=save_codes>"Save quantized model"</button>
            <button type="button" disabled=nothing on:click=save>"Record JSON"</button>
        </div>
        {move || record.with(|record| record.as_ref().map(|record| origin(record.provenance)))}
        <p class="hint stored" role="status">{size}</p>
        <div hidden=nothing>
            <FigureView draw view=RwSignal::new(View::default()) stem="mixed-precision" aspect=0.55 manifest />
        </div>
        {move || record.get().map(|record| view! { <GridTable grid=record.points_table() /> })}
        {move || parts_of_model.get().map(|parts| layers(room, config, parts))}
        <div hidden=nothing>
            <FigureView draw=diagram view=RwSignal::new(View::default()) stem="mixed-precision-parts" aspect=0.4 manifest />
        </div>
    }
    .into_any()
}

/// Who decides.
pub(crate) fn assignment(room: ModelsRoom) -> AnyView {
    let value = Signal::derive(move || {
        POLICIES[room.settings.with(|settings| settings.precision.assignment) as usize].0
    });
    let set = Callback::new(move |chosen: String| {
        let dynamic = chosen == POLICIES[1].0;
        room.settings.update(|settings| {
            settings.precision.assignment = if dynamic { Assignment::Dynamic } else { Assignment::Static };
        });
    });
    view! { <Choice label="Widths" options=POLICIES.to_vec() value set /> }.into_any()
}

/// Who decides, and how scales are found.
fn policy(room: ModelsRoom) -> AnyView {
    let read = move |read: fn(&Config) -> f64| {
        Signal::derive(move || room.settings.with(|settings| read(&settings.precision)))
    };
    let write = move |write: fn(&mut Config, f64)| {
        Callback::new(move |value| room.settings.update(|settings| write(&mut settings.precision, value)))
    };
    let choose = move |write: fn(&mut Config, &str)| {
        Callback::new(move |chosen: String| {
            room.settings.update(|settings| write(&mut settings.precision, &chosen));
        })
    };
    let rule = Signal::derive(move || {
        let rule = room.settings.with(|settings| settings.precision.rule.to_string());
        RULES.iter().map(|(key, _)| *key).find(|key| *key == rule).unwrap_or_default()
    });
    let words = move || {
        let Policy { high, low } = room.settings.with(|settings| settings.precision.policy);
        format!(
            "The most important {:.0} % at FP16, the least important {:.0} % at INT4, the rest at INT8.",
            100.0 * high,
            100.0 * low
        )
    };
    view! {
        {assignment(room)}
        <div class="field">
            <span class="label">"Thresholds of the dynamic policy"</span>
            <Slider label="Part at FP16" from=0.0 to=1.0 step=0.05 value=read(|config| config.policy.high)
                set=write(|config, high| config.policy = Policy { high, low: config.policy.low.min(1.0 - high) }) />
            <Slider label="Part at INT4" from=0.0 to=1.0 step=0.05 value=read(|config| config.policy.low)
                set=write(|config, low| config.policy = Policy { low, high: config.policy.high.min(1.0 - low) }) />
            <span class="hint">{words}</span>
        </div>
        <Field label="Weights per scale" hint="group size along a row" expected="a whole number"
            value=Signal::derive(move || room.settings.with(|settings| settings.precision.group))
            set=Callback::new(move |group| room.settings.update(|settings| settings.precision.group = group)) />
        <Choice label="Scale rule" options=RULES.to_vec() value=rule set=choose(|config, chosen| if let Ok(rule) = chosen.parse() {
            config.rule = rule;
        }) />
        <button type="button" on:click=move |_| room.settings.update(|settings| settings.precision = Config::default())>"Start over"</button>
    }
    .into_any()
}

/// The parts by importance, each with a choice of its width.
fn layers(room: ModelsRoom, config: Memo<Config>, layers: Vec<Layer>) -> AnyView {
    let importances: Vec<f64> = layers.iter().filter_map(|layer| layer.importance).collect();
    let thresholds =
        Memo::new(move |_| config.with(|config| config.policy).thresholds(importances.iter().copied()));
    let rows = layers.into_iter().map(|layer| row(room, config, thresholds, layer));
    view! {
        <div class="table-scroll tall" tabindex="0" role="region" aria-label="Parts by importance">
            <table class="layers">
                <caption>"Parts of the model, the most important first; importances in deviations from the mean"</caption>
                <thead><tr>
                    <th scope="col">"Part"</th><th scope="col">"Component"</th><th scope="col">"Numbers"</th>
                    <th scope="col">"Importance"</th><th scope="col">"Gradient"</th><th scope="col">"Activation"</th><th scope="col">"Weight"</th>
                    <th scope="col">"Bytes"</th><th scope="col">"Stored as"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(
    room: ModelsRoom,
    config: Memo<Config>,
    thresholds: Memo<Option<Thresholds>>,
    layer: Layer,
) -> AnyView {
    let parameter = layer.parameter();
    let (name, numbers) = (layer.name.clone(), number::grouped(layer.parameters as f64, 0));
    let signed = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:+.2}"));
    let parts = layer.parts;
    let measures = [
        layer.importance,
        parts.map(|parts| parts.gradient),
        parts.map(|parts| parts.activation),
        parts.map(|parts| parts.weight),
    ];
    let label = format!("Width of {name}");
    let component = layer.component.label();
    let chosen = {
        let layer = layer.clone();
        Memo::new(move |_| config.with(|config| width(&layer, config, thresholds.get())))
    };
    let bytes =
        move || layer.bytes_at(chosen.get()).map_or("–".into(), |bytes| number::grouped(bytes as f64, 0));
    let choose = move |event| {
        let bits: String = event_target_value(&event);
        let width = bits.parse().ok().and_then(|bits: u32| Width::try_from(bits).ok());
        room.settings.update(|settings| {
            if let Some(width) = width {
                settings.precision.own.insert(parameter.clone(), width);
            }
        });
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{component}</td>
            <td>{numbers}</td>
            {measures.map(|value| view! { <td>{signed(value)}</td> }).collect_view()}
            <td>{bytes}</td>
            <td><select aria-label=label on:change=choose>
                {Width::ALL.map(|width| view! {
                    <option value=width.bits().to_string() selected=move || chosen.get() == width>{width.label()}</option>
                }).collect_view()}
            </select></td>
        </tr>
    }
    .into_any()
}

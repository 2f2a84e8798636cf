//! The study of mixed precision: as published, on a fresh model, or measured on a trained one.

use super::published::{
    Module, demonstration, modules, potential_gradient, ratio_with_embeddings, recipe, size,
};
use super::record::{Assignment, Config, ConfigError, Layer, Mixed, Point, Published, WIDTHS};
use crate::kit::context::{Context, StudyError};
use crate::kit::record::{Manifest, Provenance};
use crate::studies::language_models::study::{corpus_of, held_out};
use crate::studies::quantization::record::Reading;
use bk_models::corpus::{Corpus, Text};
use bk_models::importance::{Importance, Measures};
use bk_models::precision::{Component, Plan, by_component, by_importance, bytes, quantizable, uniform};
use bk_models::{
    Architecture, Checkpoint, LanguageModel, ModelError, PackedModel, Parameters, QuantizedCheckpoint,
};
use bk_python::random::LegacyRandom;
use bk_quantize::Width;
use candle_core::DType;
use std::collections::BTreeMap;

/// Sequences per batch, as published.
const PUBLISHED_SEQUENCES: usize = 4;
/// Sequences per batch in the exact reading.
const SEQUENCES: usize = 16;

/// Runs the published reading: a fresh model and random text from the config's seed.
pub async fn published(config: &Config, context: &Context) -> Result<Mixed, StudyError> {
    let config = Config { reading: Reading::Published, ..config.clone() };
    config.check()?;
    context.step(0, 1).await?;
    let architecture = demonstration(config.vocabulary, config.width, config.layers, config.experts);
    let parameters = Parameters::fresh(&architecture, config.seed, DType::F32)?;
    let batches = random_batches(&architecture, &config);
    let pairs = batches.iter().map(|(inputs, targets)| (inputs.as_slice(), targets.as_slice()));
    let model = LanguageModel::new(&architecture, &parameters.tracked())?;
    let model = model.with_potential_gradient(potential_gradient);
    let importances = Measures::of(&model, &parameters, pairs)?.published();
    let thresholds = config.policy.thresholds(importances.values().map(|importance| importance.total()));
    let modules = modules(&architecture);
    let dynamic = |module: &Module| match (thresholds, importances.get(&module.name)) {
        (Some(thresholds), Some(importance)) => thresholds.width(importance.total()),
        // A name that the policy does not list.
        _ => Width::Int8,
    };
    let width = |module: &Module| match config.assignment {
        Assignment::Dynamic => dynamic(module),
        Assignment::Static => module.static_width(),
    };
    let found = size(&modules, width);
    let integers = || modules.iter().filter(|module| width(module).is_integer());
    let weights = |module: &Module| (module.inputs * module.outputs) as f64;
    let lost: f64 = integers().map(|module| weights(module) * module.lost_part()).sum();
    let layers = modules.iter().map(|module| Layer {
        name: module.name.clone(),
        component: Component::of(&module.name),
        parameters: module.parameters(),
        importance: importances.get(&module.name).map(|importance| importance.total()),
        parts: importances.get(&module.name).copied(),
        width: width(module),
        by_component: module.static_width(),
        by_importance: dynamic(module),
        bytes: vec![],
    });
    let record = Mixed {
        provenance: Provenance::Computed,
        manifest: Manifest::new(
            vec![],
            "The published recipe and its size estimate, on a fresh model of this lab; nothing was trained, and no perplexity was measured.",
        ),
        published: Some(Published {
            size: found,
            ratio_with_embeddings: ratio_with_embeddings(&architecture, &found),
            analysed: importances.len(),
            recipe: recipe(&parameters, width, &modules),
            lost_part: lost / integers().map(weights).sum::<f64>().max(1.0),
        }),
        layers: ranked(layers.collect()),
        text: None,
        fingerprint: None,
        rest: 0,
        thresholds,
        points: vec![],
        architecture,
        config,
    };
    context.step(1, 1).await?;
    Ok(record)
}

/// Runs the exact reading: a trained model, quantized in each storage and measured on its held-out text.
///
/// Results in `earlier`, a record of the same weights, are reused: importances over the same number of batches, and
/// points with the same storage of every tensor. `so_far` is called with the record whenever it has grown: first with
/// the sizes of all layers, then with their importances, then after every point.
pub async fn exact(
    config: &Config,
    checkpoint: &Checkpoint,
    content: Option<&[u8]>,
    earlier: Option<&Mixed>,
    mut so_far: impl FnMut(&Mixed),
    context: &Context,
) -> Result<Mixed, StudyError> {
    let mut record = outline(config, checkpoint)?;
    so_far(&record);
    let Checkpoint { architecture, parameters, .. } = checkpoint;
    let earlier = earlier.filter(|earlier| earlier.fingerprint == record.fingerprint);
    let corpus = corpus_of(checkpoint, content)?;
    corpus.check(architecture.context())?;
    let importances = match earlier.filter(|earlier| earlier.config.batches == record.config.batches) {
        Some(earlier) if !importances_of(earlier).is_empty() => importances_of(earlier),
        _ => importances(&record.config, checkpoint, &corpus, context).await?,
    };
    record = assigned(&record.config, checkpoint, &importances)?;
    so_far(&record);
    let known = earlier.map(|earlier| {
        let ways = ways(architecture, &earlier.config, &importances_of(earlier));
        (ways, earlier)
    });
    for Way { name, plan, uniform } in ways(architecture, &record.config, &importances) {
        let known = known.as_ref().and_then(|(ways, earlier)| {
            let same = ways.iter().find(|way| way.plan == plan)?;
            let alike = earlier.config.rounding() == record.config.rounding();
            earlier.points.iter().find(|point| alike && point.name == same.name)
        });
        let (bytes, perplexity) = match known {
            Some(point) => (point.bytes, point.perplexity),
            None => {
                let packed = PackedModel::new(architecture, parameters, &plan, record.config.rounding())?;
                let model = LanguageModel::new(architecture, &packed.weights()?)?;
                (packed.bytes().total(), held_out(&model, &corpus.held_out, context).await?.perplexity())
            }
        };
        record.points.push(Point { name, bytes, perplexity, uniform });
        so_far(&record);
    }
    Ok(record)
}

/// Describes a trained model without running it: its layers, and their bytes at every bit width.
///
/// # Errors
/// Fails if the config is invalid or makes an exception for a parameter that the model does not have.
pub fn outline(config: &Config, checkpoint: &Checkpoint) -> Result<Mixed, StudyError> {
    assigned(config, checkpoint, &Importances::new())
}

/// Returns the model of a checkpoint, quantized as a record states for its layers.
///
/// # Errors
/// Fails if the model cannot be quantized.
pub fn quantized(record: &Mixed, checkpoint: &Checkpoint) -> Result<QuantizedCheckpoint, StudyError> {
    let plan = record.layers.iter().map(|layer| (layer.parameter(), layer.width)).collect();
    Ok(QuantizedCheckpoint::new(checkpoint, &plan, record.config.rounding())?)
}

/// Importances by module.
type Importances = BTreeMap<String, Importance>;

/// Returns the plan of a config: the policy's plan with the config's exceptions.
///
/// # Errors
/// [`ConfigError::Parameter`] for an exception whose parameter the model does not quantize.
pub fn plan(
    architecture: &Architecture,
    config: &Config,
    importances: &BTreeMap<String, Importance>,
) -> Result<Plan, ConfigError> {
    let mut plan = policy_plan(architecture, config, config.assignment, importances);
    for (name, &width) in &config.own {
        *plan.get_mut(name).ok_or_else(|| ConfigError::Parameter(name.clone()))? = width;
    }
    Ok(plan)
}

fn policy_plan(
    architecture: &Architecture,
    config: &Config,
    assignment: Assignment,
    importances: &Importances,
) -> Plan {
    match assignment {
        Assignment::Static => by_component(architecture),
        Assignment::Dynamic => {
            let totals = importances.iter().map(|(name, importance)| (name.clone(), importance.total()));
            by_importance(architecture, &totals.collect(), config.policy)
        }
    }
}

/// A storage of a model.
struct Way {
    name: String,
    plan: Plan,
    uniform: bool,
}

/// Returns all storages to measure. Exceptions for parameters that do not exist add none.
fn ways(architecture: &Architecture, config: &Config, importances: &Importances) -> Vec<Way> {
    let way = |name: &str, plan, uniform| Way { name: name.into(), plan, uniform };
    let policy = |assignment| policy_plan(architecture, config, assignment, importances);
    let everything = architecture.parameters().into_iter().map(|parameter| (parameter.name, Width::Single));
    let mut ways = vec![way("FP32", everything.collect(), true)];
    let widths = [Width::Half, Width::Int8, Width::Int4];
    ways.extend(widths.map(|width| way(width.label(), uniform(architecture, width), true)));
    ways.push(way("static mixed", policy(Assignment::Static), false));
    ways.push(way("dynamic mixed", policy(Assignment::Dynamic), false));
    let own = (!config.own.is_empty()).then(|| plan(architecture, config, importances).ok()).flatten();
    ways.extend(own.map(|own| way("your own", own, false)));
    ways
}

/// Returns a record without points: every layer with its importance and its bit widths.
fn assigned(
    config: &Config,
    checkpoint: &Checkpoint,
    importances: &Importances,
) -> Result<Mixed, StudyError> {
    let config = Config { reading: Reading::Exact, ..config.clone() };
    config.check()?;
    let architecture = &checkpoint.architecture;
    let rounding = config.rounding();
    let plan = plan(architecture, &config, importances)?;
    let by_component = by_component(architecture);
    let by_importance = policy_plan(architecture, &config, Assignment::Dynamic, importances);
    let width = |plan: &Plan, name: &str| plan.get(name).copied().unwrap_or(Width::Half);
    let (chosen, rest): (Vec<_>, Vec<_>) = architecture.parameters().into_iter().partition(quantizable);
    let layers = chosen.iter().map(|parameter| {
        let name = parameter.name.strip_suffix(".weight").unwrap_or(&parameter.name);
        let parts = importances.get(name).copied();
        Layer {
            name: name.to_owned(),
            component: Component::of_parameter(&parameter.name),
            parameters: parameter.count(),
            importance: parts.map(Importance::total),
            parts,
            width: width(&plan, &parameter.name),
            by_component: width(&by_component, &parameter.name),
            by_importance: width(&by_importance, &parameter.name),
            bytes: WIDTHS.map(|width| bytes(parameter, width, rounding)).into(),
        }
    });
    Ok(Mixed {
        provenance: Provenance::Measured,
        manifest: Manifest::new(
            vec![],
            "Quantized and run by this lab: every tensor of the model is counted as it is stored, and perplexities are of held-out text.",
        ),
        text: Some(checkpoint.text.clone()),
        fingerprint: Some(fingerprint(architecture, &checkpoint.text, &checkpoint.parameters)?),
        rest: rest.iter().map(|parameter| bytes(parameter, Width::Half, rounding)).sum(),
        thresholds: config.policy.thresholds(importances.values().map(|importance| importance.total())),
        layers: ranked(layers.collect()),
        published: None,
        points: vec![],
        architecture: architecture.clone(),
        config,
    })
}

/// Returns the importances that a record holds.
fn importances_of(record: &Mixed) -> Importances {
    let layers = record.layers.iter();
    layers.filter_map(|layer| Some((layer.name.clone(), layer.parts?))).collect()
}

/// Measures importances on the first batches of the training part; the held-out part is not used for any decision.
async fn importances(
    config: &Config,
    checkpoint: &Checkpoint,
    corpus: &Corpus,
    context: &Context,
) -> Result<Importances, StudyError> {
    let Checkpoint { architecture, parameters, .. } = checkpoint;
    let model = LanguageModel::new(architecture, &parameters.tracked())?;
    let mut measures = Measures::of_weights(parameters)?;
    let batches = training_batches(architecture, corpus, config.batches);
    for (place, &batch) in batches.iter().enumerate() {
        context.step(place as u64, batches.len() as u64).await?;
        measures.add(&model, parameters, batch)?;
    }
    Ok(measures.exact())
}

/// Returns a checksum of a model: of its weights, and of the text that it is measured on.
pub(crate) fn fingerprint(
    architecture: &Architecture,
    text: &Text,
    parameters: &Parameters,
) -> Result<u32, StudyError> {
    let mut sum = crc32fast::Hasher::new();
    for (_, variable) in parameters.entries() {
        let values: Vec<f32> =
            variable.flatten_all().and_then(|flat| flat.to_vec1()).map_err(ModelError::from)?;
        values.iter().for_each(|value| sum.update(&value.to_le_bytes()));
    }
    sum.update(format!("{architecture:?}{text:?}").as_bytes());
    Ok(sum.finalize())
}

/// Sorts layers by importance, the most important first; those without importance come last.
fn ranked(mut layers: Vec<Layer>) -> Vec<Layer> {
    let rank = |layer: &Layer| layer.importance.unwrap_or(f64::NEG_INFINITY);
    layers.sort_by(|one, other| rank(other).total_cmp(&rank(one)));
    layers
}

/// Returns random tokens and independent random targets.
fn random_batches(architecture: &Architecture, config: &Config) -> Vec<(Vec<u32>, Vec<u32>)> {
    let mut random = LegacyRandom::new(config.seed);
    let count = PUBLISHED_SEQUENCES * architecture.context();
    let mut draw = || {
        let token = |_| (random.uniform() * config.vocabulary as f64) as u32;
        (0..count).map(token).collect::<Vec<u32>>()
    };
    (0..config.batches).map(|_| (draw(), draw())).collect()
}

/// Returns the first batches of the training part; the held-out part is not used for any decision.
fn training_batches<'a>(
    architecture: &Architecture,
    corpus: &'a Corpus,
    batches: usize,
) -> Vec<(&'a [u32], &'a [u32])> {
    let context = architecture.context();
    let sequences = (corpus.train.len() - 1) / context;
    let rows = SEQUENCES.min(sequences);
    let batch = |first: usize| {
        let (from, to) = (first * context, (first + rows) * context);
        (&corpus.train[from..to], &corpus.train[from + 1..to + 1])
    };
    (0..batches).map(|batch| batch * rows).filter(|first| first + rows <= sequences).map(batch).collect()
}

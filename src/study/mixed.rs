//! The study of mixed precision: as published, on a fresh model, or measured on one that was trained.

use super::language_model::{corpus_of, held_out};
use super::{Context, StudyError};
use crate::model::corpus::Corpus;
use crate::model::importance::Measures;
use crate::model::precision::{Component, Plan, by_component, by_importance, quantizable, uniform};
use crate::model::{Architecture, Checkpoint, LanguageModel, PackedModel, Parameters};
use crate::published::mixed_precision::{
    Module, demonstration, modules, potential_gradient, ratio_with_embeddings, recipe, size,
};
use crate::quantize::Width;
use crate::random::LegacyRandom;
use crate::record::mixed::{Assignment, Config, Layer, Mixed, Point, Published};
use crate::record::quantize::Reading;
use crate::record::{Manifest, Provenance};
use candle_core::DType;
use std::collections::BTreeMap;

/// Sequences a batch, as published.
const PUBLISHED_SEQUENCES: usize = 4;
/// Sequences a batch of the exact reading.
const SEQUENCES: usize = 16;

/// How many of the ways are of one width, the first ones.
const UNIFORM: usize = 4;

/// The published reading: a fresh model and random text of the config's seed.
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
    let thresholds = config.policy.thresholds(importances.values().copied());
    let modules = modules(&architecture);
    let width = |module: &Module| match (config.assignment, thresholds, importances.get(&module.name)) {
        (Assignment::Dynamic, Some(thresholds), Some(&importance)) => thresholds.width(importance),
        // A name that the policy does not know.
        (Assignment::Dynamic, ..) => Width::Int8,
        (Assignment::Static, ..) => module.static_width(),
    };
    let found = size(&modules, width);
    let integers = || modules.iter().filter(|module| width(module).is_integer());
    let weights = |module: &Module| (module.inputs * module.outputs) as f64;
    let lost: f64 = integers().map(|module| weights(module) * module.lost_part()).sum();
    let layers = modules.iter().map(|module| Layer {
        name: module.name.clone(),
        component: Component::of(&module.name),
        parameters: module.parameters(),
        importance: importances.get(&module.name).copied(),
        width: width(module),
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
        thresholds,
        points: vec![],
        architecture,
        config,
    };
    context.step(1, 1).await?;
    Ok(record)
}

/// The exact reading: a trained model, quantized in each way and measured on its held-out text.
pub async fn exact(
    config: &Config,
    checkpoint: &Checkpoint,
    content: Option<&[u8]>,
    context: &Context,
) -> Result<Mixed, StudyError> {
    let config = Config { reading: Reading::Exact, ..config.clone() };
    config.check()?;
    let Checkpoint { architecture, parameters, .. } = checkpoint;
    let corpus = corpus_of(checkpoint, content)?;
    corpus.check(architecture.context())?;
    let batches = training_batches(architecture, &corpus, config.batches);
    let model = LanguageModel::new(architecture, &parameters.tracked())?;
    let importances = Measures::of(&model, parameters, batches)?.exact();
    let fixed = by_component(architecture);
    let dynamic = by_importance(architecture, &importances, config.policy);
    let ways = [
        ("FP32".to_owned(), everything(architecture)),
        ("FP16".into(), uniform(architecture, Width::Half)),
        ("INT8".into(), uniform(architecture, Width::Int8)),
        ("INT4".into(), uniform(architecture, Width::Int4)),
        ("static mixed".into(), fixed.clone()),
        ("dynamic mixed".into(), dynamic.clone()),
    ];
    let mut points = Vec::with_capacity(ways.len());
    for (place, (name, plan)) in ways.into_iter().enumerate() {
        let packed = PackedModel::new(architecture, parameters, &plan, config.rounding())?;
        let model = LanguageModel::new(architecture, &packed.weights()?)?;
        let perplexity = held_out(&model, &corpus, context).await?.perplexity();
        let uniform = place < UNIFORM;
        points.push(Point { name, bytes: packed.bytes().total(), perplexity, uniform });
    }
    let plan = match config.assignment {
        Assignment::Static => fixed,
        Assignment::Dynamic => dynamic,
    };
    Ok(Mixed {
        provenance: Provenance::Measured,
        manifest: Manifest::new(
            vec![],
            "Quantized and run by this lab: every tensor of the model is counted as it is stored, and perplexities are of held-out text.",
        ),
        text: Some(checkpoint.text.clone()),
        thresholds: config.policy.thresholds(importances.values().copied()),
        layers: ranked(layers(architecture, &importances, &plan)),
        published: None,
        points,
        architecture: architecture.clone(),
        config,
    })
}

/// Everything in single precision, what is never quantized too.
fn everything(architecture: &Architecture) -> Plan {
    architecture.parameters().into_iter().map(|parameter| (parameter.name, Width::Single)).collect()
}

fn layers(architecture: &Architecture, importances: &BTreeMap<String, f64>, plan: &Plan) -> Vec<Layer> {
    let parameters = architecture.parameters().into_iter().filter(quantizable);
    let layer = parameters.map(|parameter| {
        let module = parameter.name.strip_suffix(".weight").unwrap_or(&parameter.name);
        Layer {
            component: Component::of_parameter(&parameter.name),
            parameters: parameter.count(),
            importance: importances.get(module).copied(),
            width: plan.get(&parameter.name).copied().unwrap_or(Width::Half),
            name: module.to_owned(),
        }
    });
    layer.collect()
}

/// The most important first; those without importance last.
fn ranked(mut layers: Vec<Layer>) -> Vec<Layer> {
    let rank = |layer: &Layer| layer.importance.unwrap_or(f64::NEG_INFINITY);
    layers.sort_by(|one, other| rank(other).total_cmp(&rank(one)));
    layers
}

/// Random tokens and, independent of them, random targets.
fn random_batches(architecture: &Architecture, config: &Config) -> Vec<(Vec<u32>, Vec<u32>)> {
    let mut random = LegacyRandom::new(config.seed);
    let count = PUBLISHED_SEQUENCES * architecture.context();
    let mut draw = || {
        let token = |_| (random.uniform() * config.vocabulary as f64) as u32;
        (0..count).map(token).collect::<Vec<u32>>()
    };
    (0..config.batches).map(|_| (draw(), draw())).collect()
}

/// The first batches of the training part: the held-out part decides nothing.
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

//! The study of mixed precision on models that were trained.

use bk_lab::kit::context::{Context, StudyError};
use bk_lab::studies::language_models::mixed_precision::record::{
    Assignment, Comparison, Config, Mixed, WIDTHS, comparison_table,
};
use bk_lab::studies::language_models::mixed_precision::study as mixed;
use bk_lab::studies::language_models::record as language_model;
use bk_lab::studies::language_models::study::Session;
use bk_models::corpus::Text;
use bk_models::precision::{Component, Policy};
use bk_models::{Architecture, Checkpoint, Gating, Mamba, Recipe, ResNetBk};
use bk_quantize::Width;
use pollster::block_on;
use std::collections::BTreeMap;

/// A model of either kind after a few steps on the embedded language.
pub fn trained(architecture: Architecture) -> Checkpoint {
    let recipe = Recipe {
        steps: 60,
        batch: 8,
        learning_rate: 1e-2,
        warm_up: 5,
        validate_every: 60,
        ..Recipe::default()
    };
    let config = language_model::Config { architecture, recipe, text: Text::Language { tokens: 20_000 } };
    let mut session = Session::new(&config, None).unwrap();
    block_on(session.advance(usize::MAX, &Context::unwatched())).unwrap();
    let bytes = session.checkpoint(false).unwrap();
    Checkpoint::read(&bytes).unwrap()
}

/// One of each kind.
pub fn both() -> [Checkpoint; 2] {
    let bk = ResNetBk {
        width: 16,
        layers: 1,
        context: 16,
        experts: 2,
        gating: Gating::All,
        potentials: 4,
        learned: true,
        tied: true,
        ..ResNetBk::default()
    };
    let mamba = Mamba { width: 16, layers: 2, context: 16, states: 4, ..Mamba::default() };
    [trained(Architecture::ResNetBk(bk)), trained(Architecture::Mamba(mamba))]
}

/// The record, and how many steps of work were told of.
fn run(config: &Config, checkpoint: &Checkpoint, earlier: Option<&Mixed>) -> (Mixed, usize) {
    let steps = std::rc::Rc::new(std::cell::Cell::new(0));
    let told = steps.clone();
    let context = Context::new(
        move |_| told.set(told.get() + 1),
        || Box::pin(std::future::ready(())),
        std::rc::Rc::default(),
    );
    let record = block_on(mixed::exact(config, checkpoint, None, earlier, |_| {}, &context)).unwrap();
    (record, steps.get())
}

#[test]
fn both_kinds_are_ranked_stored_and_measured() {
    for checkpoint in both() {
        let label = checkpoint.architecture.label();
        let (record, _) = run(&Config::default(), &checkpoint, None);
        let names: Vec<&str> = record.points.iter().map(|point| point.name.as_str()).collect();
        assert_eq!(names, ["FP32", "FP16", "INT8", "INT4", "static mixed", "dynamic mixed"]);
        // Every layer is counted, ranked, and has its part of all three measures.
        let counted: usize = record.layers.iter().map(|layer| layer.parameters).sum();
        assert!(counted * 10 > checkpoint.architecture.parameter_count() * 7, "{label}: {counted}");
        for layer in &record.layers {
            let parts = layer.parts.unwrap();
            assert!(parts.gradient != 0.0 && parts.activation != 0.0 && parts.weight != 0.0, "{layer:?}");
            assert_eq!(layer.importance, Some(parts.total()));
        }
        assert!(record.layers.is_sorted_by(|one, other| one.importance >= other.importance));
        // The static policy mixes three widths, whatever the model.
        for width in [Width::Half, Width::Int8, Width::Int4] {
            assert!(record.layers.iter().any(|layer| layer.by_component == width), "{label}: {width:?}");
        }
        assert!(
            record
                .layers
                .iter()
                .all(|layer| layer.component != Component::Other || layer.name.contains("gating"))
        );
        // Sizes that nothing was quantized for are those of what was.
        let sizes = [
            record.bytes_with(|_| Width::Half),
            record.bytes_with(|_| Width::Int8),
            record.bytes_with(|_| Width::Int4),
            record.bytes_with(|layer| layer.by_component),
            record.bytes_with(|layer| layer.by_importance),
        ];
        let measured: Vec<Option<usize>> = record.points[1..].iter().map(|point| Some(point.bytes)).collect();
        assert_eq!(sizes.to_vec(), measured, "{label}");
        assert_eq!(record.thresholds_of(Policy::default()), record.thresholds);
        // Of short rows the scales outweigh what they save, so that bytes need not rise with the bits.
        for layer in &record.layers {
            assert_eq!(layer.bytes.len(), WIDTHS.len());
            assert_eq!(layer.bytes_at(Width::Single), Some(4 * layer.parameters));
        }
    }
}

#[test]
fn a_plan_of_ones_own_is_one_more_point() {
    let [checkpoint, _] = both();
    let (plain, _) = run(&Config::default(), &checkpoint, None);
    // By hand, what the dynamic policy would do.
    let other = plain.layers.iter().filter(|layer| layer.by_importance != layer.by_component);
    let own: BTreeMap<String, Width> = other.map(|layer| (layer.parameter(), layer.by_importance)).collect();
    assert!(!own.is_empty());
    let (record, _) = run(&Config { own, ..Config::default() }, &checkpoint, None);
    let [dynamic, own] = &record.points[5..] else { panic!("{:?}", record.points) };
    assert_eq!(own.name, "your own");
    assert_eq!((own.bytes, own.perplexity), (dynamic.bytes, dynamic.perplexity));
    assert!(record.layers.iter().all(|layer| layer.width == layer.by_importance));
    assert_eq!(record.bytes_with(|layer| layer.width), Some(own.bytes));
    // What is not quantized, or not there, has no width to choose.
    for name in ["layer_norm_final.weight", "lm_heap.weight"] {
        let own = BTreeMap::from([(name.to_owned(), Width::Int8)]);
        let error = mixed::outline(&Config { own, ..Config::default() }, &checkpoint).unwrap_err();
        assert!(matches!(error, StudyError::Config(_)));
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn what_was_measured_once_is_not_measured_again() {
    let [checkpoint, other] = both();
    let (first, steps) = run(&Config::default(), &checkpoint, None);
    let (again, none) = run(&Config::default(), &checkpoint, Some(&first));
    assert_eq!(again, first);
    assert!(none == 0 && steps > 6, "{none} of {steps}");
    // Another threshold moves the dynamic point alone.
    let moved = Config { policy: Policy { high: 0.5, low: 0.0 }, ..Config::default() };
    let (found, some) = run(&moved, &checkpoint, Some(&first));
    assert_eq!(found, run(&moved, &checkpoint, None).0);
    assert_eq!(found.points[..5], first.points[..5]);
    assert!(found.points[5].bytes > first.points[5].bytes);
    assert!(0 < some && some * 5 < steps, "{some} of {steps}");
    // Another rounding measures all points, and no importance; another model everything.
    let rough = Config { group: 8, ..Config::default() };
    assert_eq!(run(&rough, &checkpoint, Some(&first)).0, run(&rough, &checkpoint, None).0);
    assert_eq!(run(&Config::default(), &other, Some(&first)).1, run(&Config::default(), &other, None).1);
}

#[test]
fn the_record_is_seen_to_grow() {
    let [_, checkpoint] = both();
    let mut seen: Vec<(bool, usize)> = vec![];
    let look = |record: &Mixed| {
        assert!(record.bytes_with(|_| Width::Int4) > Some(0));
        seen.push((record.layers.iter().all(|layer| layer.importance.is_some()), record.points.len()));
    };
    let config = Config { assignment: Assignment::Dynamic, ..Config::default() };
    block_on(mixed::exact(&config, &checkpoint, None, None, look, &Context::unwatched())).unwrap();
    assert_eq!(seen[..2], [(false, 0), (true, 0)]);
    assert_eq!(seen[2..], [1, 2, 3, 4, 5, 6].map(|points| (true, points)));
}

/// By hand, of three records whose perplexities are known.
#[test]
fn several_models_are_compared_by_their_means() {
    let [checkpoint, _] = both();
    let (record, _) = run(&Config::default(), &checkpoint, None);
    let records = [1.1, 1.2, 1.3].map(|factor| {
        let mut record = record.clone();
        record.points[0].perplexity = 10.0;
        record.points[4].perplexity = 10.0 * factor;
        record
    });
    let all = Comparison::of(&records);
    assert_eq!(all.len(), 6);
    let changes: Vec<i64> = all[4].changes.iter().map(|change| (100.0 * change).round() as i64).collect();
    assert_eq!(changes, [10, 20, 30]);
    assert!(all[3].over_uniform.is_empty() && all[4].over_uniform.len() == 3);
    // Of 10, 20 and 30: the deviation is 10, and t₀.₉₇₅ of two degrees of freedom 4.303.
    let row = &comparison_table(&records).rows[4];
    assert_eq!(row[2], "+20.00 ± 24.84 %");
}

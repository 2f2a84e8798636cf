//! Published sizes and counts, to the last digit.

use crate::published_files;
use bk_lab::studies::language_models::mixed_precision::published::{
    SIZES, demonstration, modules, potential_gradient, ratio_with_embeddings, recipe, size,
};
use bk_lab::studies::language_models::published_flops::flops;
use bk_models::importance::{Measures, Metric};
use bk_models::precision::Policy;
use bk_models::{Architecture, LanguageModel, Mamba, Parameters, ResNetBk};
use bk_quantize::Width;
use candle_core::DType;
use serde_json::Value;
use std::collections::BTreeMap;

fn two_places(value: f64) -> String {
    format!("{value:.2}")
}

/// resnet-bk.md §4.6.
#[test]
fn the_static_sizes_are_those_published() {
    let found = SIZES.map(|[vocabulary, width, layers]| {
        let modules = modules(&demonstration(vocabulary, width, layers, 4));
        size(&modules, |module| module.static_width())
    });
    let [demonstration_size, others @ ..] = found;
    assert_eq!(demonstration_size.total_parameters, 1_187_836);
    assert_eq!(two_places(demonstration_size.fp32_bytes / 1024.0), "4639.98");
    assert_eq!(two_places(demonstration_size.mixed_precision_bytes / 1024.0), "772.91");
    assert_eq!(two_places(demonstration_size.compression_ratio), "6.00");
    assert!(demonstration_size.meets_target);
    assert_eq!(others.map(|size| two_places(size.compression_ratio)), ["2.38", "3.29", "4.70", "3.97"]);
    let architecture = demonstration(1000, 128, 4, 4);
    assert_eq!(architecture.parameter_count(), 1_325_312);
    assert_eq!(two_places(ratio_with_embeddings(&architecture, &demonstration_size)), "4.98");
    let modules = modules(&architecture);
    let count = |width| modules.iter().filter(|module| module.static_width() == width).count();
    assert_eq!([Width::Half, Width::Int8, Width::Int4].map(count), [5, 8, 32]);
}

/// The dynamic assignment as the importances of §4.6 give it: experts INT8, routers and potentials FP16, outputs INT4.
#[test]
fn the_dynamic_size_is_that_published() {
    let modules = modules(&demonstration(1000, 128, 4, 4));
    let found = size(&modules, |module| match &module.name {
        name if name.contains("experts") => Width::Int8,
        name if name.contains("gating") || name.contains("v_proj") => Width::Half,
        _ => Width::Int4,
    });
    assert_eq!(found.mixed_precision_bytes, 1_125_500.0);
    assert_eq!(two_places(found.mixed_precision_bytes / 1024.0), "1099.12");
    assert_eq!(two_places(found.compression_ratio), "4.22");
    assert!(!found.meets_target);
}

/// The published analysis on this lab's own first parameters: 151 names, and what the ranks of 45 activations decide.
#[test]
fn the_published_analysis_of_a_fresh_model_is_reproduced() {
    let architecture = demonstration(1000, 128, 4, 4);
    let parameters = Parameters::fresh(&architecture, 42, DType::F32).unwrap();
    let tokens: Vec<u32> = (0..2 * 4 * 64u32).map(|place| place.wrapping_mul(2_654_435_761) >> 8).collect();
    let tokens: Vec<u32> = tokens.into_iter().map(|token| token % 1000).collect();
    let (inputs, targets) = tokens.split_at(4 * 64);
    let model = LanguageModel::new(&architecture, &parameters.tracked()).unwrap();
    let model = model.with_potential_gradient(potential_gradient);
    let measures = Measures::of(&model, &parameters, [(inputs, targets)]).unwrap();
    let importances = measures.published();
    assert_eq!(importances.len(), 151);
    let totals = importances.values().map(|importance| importance.total());
    let thresholds = Policy::default().thresholds(totals).unwrap();
    let modules = modules(&architecture);
    let found = size(&modules, |module| thresholds.width(importances[&module.name].total()));
    // Derivatives and weights decide nothing where they are looked up by other names.
    let parts = modules.iter().map(|module| importances[&module.name]);
    assert!(parts.into_iter().all(|parts| parts.gradient == 0.0 && parts.weight == 0.0));
    assert_eq!(two_places(found.mixed_precision_bytes / 1024.0), "1099.12");
    // Exactly, every linear map has all three measures.
    let exact = measures.exact();
    assert!(modules.iter().all(|module| exact.contains_key(&module.name)));
    assert!(exact.contains_key("token_embedding") && !exact.contains_key("lm_head.bias"));
    let zeroed = recipe(&parameters, |module| module.static_width(), &modules);
    assert_eq!(zeroed.zeros, zeroed.quantized);
    assert_eq!(zeroed.quantized, 4 * (8 * 128 * 256 + 4 * 128 + 128));
}

/// From the published run's own measures to its importances and thresholds.
#[test]
#[ignore = "needs the published files"]
fn importances_and_thresholds_are_those_of_the_published_run() {
    let run = published_files::json("resnet-bk/reference-runs/mixed_precision_demo2_seed42_detail.json");
    let metric = |key: &str| -> Metric {
        let entry = |(name, values): (&String, &Value)| {
            let values = match values {
                Value::Array(values) => values.iter().map(|value| value.as_f64().unwrap()).collect(),
                single => vec![single.as_f64().unwrap()],
            };
            (name.clone(), values)
        };
        run[key].as_object().unwrap().iter().map(entry).collect()
    };
    let measures = Measures {
        gradients: metric("gradient_magnitudes"),
        activations: metric("activation_variances"),
        weights: metric("weight_magnitudes"),
    };
    let totals = measures.published().into_iter().map(|(name, importance)| (name, importance.total()));
    let found: BTreeMap<String, f64> = totals.collect();
    let expected = run["importance"].as_object().unwrap();
    assert_eq!(found.len(), expected.len());
    for (name, value) in expected {
        // The run kept single precision.
        assert!((found[name] - value.as_f64().unwrap()).abs() < 1e-5, "{name}: {}", found[name]);
    }
    let thresholds = Policy::default().thresholds(found.values().copied()).unwrap();
    assert!((thresholds.high - run["high_threshold"].as_f64().unwrap()).abs() < 1e-5);
    assert!((thresholds.low.unwrap() - run["low_threshold"].as_f64().unwrap()).abs() < 1e-5);
}

/// §8.5.
#[test]
fn operations_are_those_published() {
    let bk = |vocabulary, width, layers| {
        let sizes = ResNetBk { vocabulary, width, layers, ..ResNetBk::default() };
        Architecture::ResNetBk(sizes)
    };
    let counts = |architecture: &Architecture, batch| {
        let found = flops(architecture, batch, 128);
        [found.forward(), found.backward(), found.optimizer, found.total()]
    };
    let small = bk(30_000, 64, 4);
    assert_eq!(counts(&small, 16), [8_143_880_192, 16_284_008_448, 62_191_800, 24_490_080_440]);
    assert_eq!(9764 * flops(&small, 16, 128).total(), 239_121_145_416_160);
    assert_eq!(counts(&small, 32)[..3], [16_287_760_384, 32_568_016_896, 62_191_800]);
    let large = bk(30_000, 256, 8);
    assert_eq!(counts(&large, 1), [2_508_175_360, 5_014_800_384, 357_854_880, 7_880_830_624]);
    let mamba = Mamba { vocabulary: 30_000, width: 256, layers: 8, ..Mamba::default() };
    let mamba = Architecture::Mamba(mamba);
    assert_eq!(counts(&mamba, 1), [2_867_232_768, 5_811_634_176, 167_800_320, 8_846_667_264]);
    let a_token = |architecture: &Architecture| flops(architecture, 1, 128).forward() / 128;
    assert_eq!([a_token(&large), a_token(&mamba)], [19_595_120, 22_400_256]);
    assert_eq!(format!("{:.3}", a_token(&mamba) as f64 / a_token(&large) as f64), "1.143");
    // Nothing is left out of the complete counts.
    for architecture in [large, mamba] {
        assert!(architecture.flops(1, 128).forward() > flops(&architecture, 1, 128).forward());
    }
}

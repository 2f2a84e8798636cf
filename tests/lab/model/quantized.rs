//! Quantized models that run.

use super::models::architectures;
use bk_models::corpus::Text;
use bk_models::precision::{by_component, uniform};
use bk_models::{
    Architecture, Evaluation, Format, LanguageModel, PackedModel, Parameters, Recipe, ResNetBk, Rounding,
    Training,
};
use bk_quantize::{ScaleRule, Width};
use candle_core::DType;

const ROUNDING: Rounding = Rounding { group: 128, rule: ScaleRule::AbsoluteMaximum };

#[test]
fn bytes_are_those_of_codes_and_scales() {
    let model =
        ResNetBk { vocabulary: 50, width: 24, layers: 1, context: 8, experts: 2, ..ResNetBk::default() };
    let architecture = Architecture::ResNetBk(model);
    let parameters = Parameters::fresh(&architecture, 1, DType::F32).unwrap();
    let packed =
        PackedModel::new(&architecture, &parameters, &uniform(&architecture, Width::Int4), ROUNDING).unwrap();
    for tensor in packed.tensors() {
        let bytes = tensor.bytes();
        match tensor.format() {
            Format::Int4 => {
                let rows = if tensor.name().ends_with("3.weight") {
                    24
                } else {
                    tensor.count() / if tensor.name().contains("output_proj") { 2 } else { 24 }
                };
                assert_eq!(bytes.codes, tensor.count() / 2, "{}", tensor.name());
                assert_eq!(bytes.scales, 4 * rows, "{}", tensor.name());
            }
            format => {
                assert_eq!(format, Format::Fp16, "{}", tensor.name());
                assert_eq!(bytes.total(), 2 * tensor.count());
            }
        }
    }
    assert_eq!(
        packed.tensors().iter().map(|tensor| tensor.count()).sum::<usize>(),
        architecture.parameter_count()
    );
}

#[test]
fn every_model_runs_from_its_codes() {
    for (name, architecture) in architectures() {
        let parameters = Parameters::fresh(&architecture, 5, DType::F32).unwrap();
        let losses = |plan| {
            let packed = PackedModel::new(&architecture, &parameters, &plan, ROUNDING).unwrap();
            let model = LanguageModel::new(&architecture, &packed.weights().unwrap()).unwrap();
            let tokens = super::models::tokens(91, 11, 3);
            Evaluation::of(&model, &tokens, 9).unwrap().loss()
        };
        let exact = losses(uniform(&architecture, Width::Single));
        let half = losses(uniform(&architecture, Width::Half));
        let four = losses(by_component(&architecture));
        assert!((half - exact).abs() < 1e-3, "{name}: {half} and {exact}");
        assert!(four != exact && (four - exact).abs() < 0.2, "{name}: {four} and {exact}");
    }
}

/// INT8 costs next to nothing, and two bits a good deal: a trained model is not just noise.
#[test]
fn fewer_bits_cost_a_trained_model_more() {
    let corpus = Text::Language { tokens: 40_000 }.corpus(None).unwrap();
    let model = ResNetBk {
        vocabulary: corpus.tokenizer.vocabulary(),
        width: 32,
        layers: 1,
        context: 32,
        experts: 2,
        ..ResNetBk::default()
    };
    let architecture = Architecture::ResNetBk(model);
    let recipe =
        Recipe { steps: 100, batch: 8, learning_rate: 1e-2, validate_every: 100, ..Recipe::default() };
    let mut training = Training::new(architecture.clone(), recipe).unwrap();
    while !training.is_complete() {
        training.step(&corpus.train, &corpus.validation).unwrap();
    }
    let perplexity = |width| {
        let plan = uniform(&architecture, width);
        let packed = PackedModel::new(&architecture, training.parameters(), &plan, ROUNDING).unwrap();
        let model = LanguageModel::new(&architecture, &packed.weights().unwrap()).unwrap();
        Evaluation::of(&model, &corpus.held_out, 32).unwrap().perplexity()
    };
    let all = [Width::Single, Width::Half, Width::Int8, Width::Int4, Width::Int2].map(perplexity);
    println!(
        "FP32 {:.4}, FP16 {:.4}, INT8 {:.4}, INT4 {:.4}, INT2 {:.4}",
        all[0], all[1], all[2], all[3], all[4]
    );
    let [single, half, eight, four, two] = all;
    assert!((half / single - 1.0).abs() < 1e-3);
    assert!((eight / single - 1.0).abs() < 1e-2);
    assert!(four > eight && two > 1.05 * four, "{all:?}");
}

//! Whole models.

use super::gradients;
use bk_models::{Architecture, Gating, LanguageModel, Mamba, Parameters, ResNetBk, Router, Use, Watch};
use bk_python::random::LegacyRandom;
use candle_core::{DType, Device, Tensor};

/// Small ones of both kinds, with every variant at least once.
pub fn architectures() -> Vec<(&'static str, Architecture)> {
    let base =
        ResNetBk { vocabulary: 11, width: 8, layers: 2, context: 9, experts: 3, ..ResNetBk::default() };
    let bk = |model: ResNetBk| Architecture::ResNetBk(model);
    let mamba = Mamba { vocabulary: 11, width: 8, layers: 2, context: 9, states: 4, ..Mamba::default() };
    vec![
        ("as published but causal", bk(ResNetBk { top_k: 2, ..base.clone() })),
        ("two-sided", bk(ResNetBk { top_k: 2, two_sided: true, ..base.clone() })),
        (
            "potentials",
            bk(ResNetBk { potentials: 4, learned: true, gating: Gating::All, tied: true, ..base.clone() }),
        ),
        (
            "applied",
            bk(ResNetBk {
                potentials: 4,
                learned: true,
                gating: Gating::All,
                resolvent: Use::Applied,
                ..base.clone()
            }),
        ),
        ("scattering", bk(ResNetBk { router: Router::Scattering, ..base })),
        ("mamba", Architecture::Mamba(mamba.clone())),
        ("mamba, untied", Architecture::Mamba(Mamba { tied: false, ..mamba })),
    ]
}

/// Tokens without a pattern.
pub fn tokens(count: usize, vocabulary: u32, factor: u32) -> Vec<u32> {
    (0..count as u32).map(|place| (place * place * factor + 3 * place + 1) % vocabulary).collect()
}

#[test]
fn derivatives_of_whole_models_are_exact() {
    for (name, architecture) in architectures() {
        let parameters = Parameters::fresh(&architecture, 7, DType::F64).unwrap();
        // The first parameters are so small that rounding would show in the differences.
        let mut random = LegacyRandom::new(9);
        for (_, variable) in parameters.entries() {
            let noise: Vec<f64> = (0..variable.elem_count()).map(|_| 0.3 * random.normal()).collect();
            let noise = Tensor::from_vec(noise, variable.shape(), &Device::Cpu).unwrap();
            variable.set(&(variable.as_tensor() + noise).unwrap()).unwrap();
        }
        let model = LanguageModel::new(&architecture, &parameters.tracked()).unwrap();
        let (inputs, targets) = (tokens(18, 11, 5), tokens(18, 11, 7));
        let variables: Vec<_> = parameters
            .entries()
            .iter()
            .map(|(parameter, variable)| (format!("{name}: {}", parameter.name), variable.clone()))
            .collect();
        let loss = || model.losses(&inputs, &targets, 9, Watch::default()).unwrap().mean_all().unwrap();
        gradients::check(&variables, 12, loss);
    }
}

#[test]
fn single_precision_gives_the_same_logits() {
    for (name, architecture) in architectures() {
        let logits = |precision| -> Vec<f64> {
            let parameters = Parameters::fresh(&architecture, 7, precision).unwrap();
            let model = LanguageModel::new(&architecture, &parameters.frozen()).unwrap();
            let logits = model.logits(&tokens(18, 11, 5), 9, Watch::default()).unwrap();
            logits.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
        };
        for (single, double) in logits(DType::F32).into_iter().zip(logits(DType::F64)) {
            assert!((single - double).abs() < 1e-5, "{name}: {single} and {double}");
        }
    }
}

/// resnet-bk.md §4.6, §8.5.
#[test]
fn parameters_are_as_many_as_published() {
    let bk = |vocabulary, width, layers, context, experts| {
        let base = ResNetBk { vocabulary, width, layers, context, experts, ..ResNetBk::default() };
        Architecture::ResNetBk(base).parameter_count()
    };
    assert_eq!(bk(1000, 128, 4, 64, 4), 1_325_312);
    assert_eq!(bk(30_000, 64, 4, 128, 4), 4_146_120);
    assert_eq!(bk(30_000, 256, 8, 128, 4), 23_856_992);
    let mamba = Mamba { vocabulary: 30_000, width: 256, layers: 8, ..Mamba::default() };
    assert_eq!(Architecture::Mamba(mamba).parameter_count(), 11_186_688);
}

#[test]
fn what_cannot_be_computed_is_refused_in_a_sentence() {
    let architecture = Architecture::ResNetBk(ResNetBk { top_k: 5, ..ResNetBk::default() });
    let error = Parameters::fresh(&architecture, 1, DType::F32).unwrap_err();
    assert!(error.to_string().contains("from 1 to 4"), "{error}");
    let applied = ResNetBk { potentials: 5, resolvent: Use::Applied, ..ResNetBk::default() };
    let error = Parameters::fresh(&Architecture::ResNetBk(applied), 1, DType::F32).unwrap_err();
    assert!(
        error.to_string().contains("5 resolvents") && error.to_string().contains("divides 128"),
        "{error}"
    );
    let architecture = Architecture::Mamba(Mamba::default());
    let parameters = Parameters::fresh(&architecture, 1, DType::F32).unwrap();
    let model = LanguageModel::new(&architecture, &parameters.frozen()).unwrap();
    let error =
        |tokens: &[u32], length| model.logits(tokens, length, Watch::default()).unwrap_err().to_string();
    assert!(error(&[1, 5000], 2).contains("Token 5000"));
    assert!(error(&[1, 2, 3], 2).contains("3 tokens in sequences of 2"));
    let other = Architecture::Mamba(Mamba { width: 32, ..Mamba::default() });
    let error = LanguageModel::new(&other, &parameters.frozen()).unwrap_err().to_string();
    assert!(error.contains("embedding.weight") && error.contains("[1024, 64]"), "{error}");
}

//! Early exit by the phase, and learned sparsity of the diagonal.

use bk_lab::studies::language_models::published_flops::{SparsityEstimate, early_exit, flops};
use bk_models::corpus::Text;
use bk_models::early_exit::{Exit, Exits, Halting, PhaseSource};
use bk_models::sparsity::{Sight, SparsityTraining, TARGET, flops_a_token, parameters};
use bk_models::{Architecture, Evaluation, Mamba, Parameters, Recipe, ResNetBk, Training, Watch};
use candle_core::DType;
use proptest::prelude::*;
use std::f64::consts::{PI, TAU};

/// Weights are sums of a few numbers below 1.
const ROUNDING: f64 = 1e-12;

/// A model of the published kind that no training has touched, and its tokens.
fn fresh(layers: usize) -> (Training, Vec<u32>) {
    let model = ResNetBk { vocabulary: 27, width: 16, layers, context: 12, ..ResNetBk::default() };
    let training = Training::new(Architecture::ResNetBk(model), Recipe::default()).unwrap();
    (training, (0..48).map(|place| place * 7 % 27).collect())
}

fn logits(tensor: &candle_core::Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// resnet-bk.md §8.1, verified there: eight layers, one phase a token, uniform.
#[test]
fn the_published_bookkeeping_reports_a_hundredth_of_the_depth() {
    const TOKENS: usize = 20_000;
    let mut halting = Halting::new(Exit::PUBLISHED, 8, TOKENS);
    let phase = |token: u32| TAU * (f64::from(token) + 0.5) / TOKENS as f64 - PI;
    for layer in 0..8 {
        let phases: Vec<f64> = halting.running().iter().map(|&token| phase(token)).collect();
        halting.pass(layer, &phases);
        if layer < 4 {
            // The earliest exit is after five layers, never the two or three that are asked for.
            assert_eq!(halting.running().len(), TOKENS, "{layer}");
        }
    }
    let exits = halting.exits();
    assert!((exits.published_mean_layers() - 0.105).abs() < 5e-4, "{}", exits.published_mean_layers());
    assert!((exits.published_reduction() - 0.987).abs() < 5e-4, "{}", exits.published_reduction());
    assert!((exits.mean_layers() - 6.42).abs() < 5e-3, "{}", exits.mean_layers());
}

/// resnet-bk.md §8.5.
#[test]
fn the_published_counter_of_early_exit_finds_seven_per_cent() {
    let model = ResNetBk { vocabulary: 30_000, width: 256, layers: 8, context: 128, ..ResNetBk::default() };
    let whole = flops(&Architecture::ResNetBk(model.clone()), 1, 128);
    let less = early_exit(&model, 1, 128, 5.2);
    let saved = 1.0 - less.total() as f64 / whole.total() as f64;
    assert!((100.0 * saved - 7.2).abs() < 0.05, "{saved}");
}

/// resnet-bk.md §8.2: 33792 operations instead of 2560, where 2.5 times fewer are reported.
#[test]
fn learned_sparsity_takes_thirteen_times_more() {
    let estimate = SparsityEstimate::of(128, 64, TARGET);
    assert!((estimate.reported_reduction() - 2.5).abs() < ROUNDING);
    assert_eq!(estimate.standard, 2560.0);
    assert!((estimate.kept + estimate.importance + estimate.interpolation - 33_792.0).abs() < 1e-9);
    assert!((estimate.increase() - 13.2).abs() < 1e-9);
    // Counted completely, with the full diagonal that is computed before any of it is left out, it is far more.
    let model = ResNetBk { layers: 1, ..ResNetBk::default() };
    let all = Architecture::ResNetBk(model.clone()).flops(1, 1);
    let core = all.components.iter().find(|component| component.name == "layer_0.resolvent").unwrap().forward;
    assert!(flops_a_token(&model, 128) > 13 * core);
}

#[test]
fn tokens_that_never_exit_leave_the_model_as_it_is() {
    for layers in [1, 3] {
        let (training, tokens) = fresh(layers);
        let whole = logits(&training.model().logits(&tokens, 12, Watch::default()).unwrap());
        for source in [PhaseSource::BlockOutput, PhaseSource::Resolvent] {
            let never = Exit { source, halting: 0.99, least_layers: layers };
            let (exiting, exits) = training.model().exiting(&tokens, 12, never).unwrap();
            assert_eq!(logits(&exiting), whole, "{layers} {source:?}");
            assert_eq!(exits.mean_layers(), layers as f64);
            // The published bookkeeping gives them no weight at all.
            assert_eq!(exits.published_reduction(), 1.0);
        }
    }
}

/// An exit at the first layer is a model of that layer alone, for whatever the later ones hold.
#[test]
fn tokens_that_exit_at_once_have_seen_one_layer() {
    let (training, tokens) = fresh(3);
    let at_once = Exit { source: PhaseSource::Resolvent, halting: 0.0, least_layers: 0 };
    let (exiting, exits) = training.model().exiting(&tokens, 12, at_once).unwrap();
    assert_eq!(exits.running, [48, 0, 0]);
    let (one, _) = fresh(1);
    for (parameter, variable) in one.parameters().entries() {
        let entries = training.parameters().entries();
        let (_, from) = entries.iter().find(|(other, _)| other.name == parameter.name).unwrap();
        variable.set(&from.as_detached_tensor().copy().unwrap()).unwrap();
    }
    let alone = logits(&one.model().logits(&tokens, 12, Watch::default()).unwrap());
    assert_eq!(logits(&exiting), alone);
}

#[test]
fn only_the_diagonal_of_a_resolvent_has_phases_and_sites() {
    let mamba = Mamba { vocabulary: 27, width: 8, layers: 1, context: 12, ..Mamba::default() };
    let mamba = Training::new(Architecture::Mamba(mamba), Recipe::default()).unwrap();
    let refused = mamba.model().exiting(&[1, 2, 3], 3, Exit::PUBLISHED);
    assert!(refused.is_err_and(|error| error.to_string().contains("Choose ResNet-BK")));
    assert!(SparsityTraining::new(mamba.model(), Recipe::default(), Sight::Past).is_err());
}

/// A mask of ones changes no bit; the best sites of a sequence look ahead, and those chosen by themselves do not.
#[test]
fn every_site_kept_leaves_the_model_as_it_is() {
    let (training, tokens) = fresh(2);
    let model = training.model();
    let networks = Parameters::drawn(parameters(model.resnet_bk().unwrap()), 3, DType::F32).unwrap();
    let whole = logits(&model.logits(&tokens, 12, Watch::default()).unwrap());
    for sight in Sight::ALL {
        let kept = model.clone().with_every_site(&networks, sight).unwrap();
        assert_eq!(logits(&kept.logits(&tokens, 12, Watch::default()).unwrap()), whole, "{sight:?}");
        let sparse = model.clone().with_sparsity(&networks, sight, &[]).unwrap();
        assert_ne!(logits(&sparse.logits(&tokens, 12, Watch::default()).unwrap()), whole, "{sight:?}");
        let leak = bk_models::causality::probe(&sparse, &tokens[..12], &[3, 6, 9]).unwrap();
        assert_eq!(leak.holds(), sight == Sight::Past, "{sight:?}: {}", leak.largest_leak());
    }
    // ⌊12·0.4⌋ of 12 sites.
    let sparse = model.clone().with_sparsity(&networks, Sight::Both, &[]).unwrap();
    assert!((sparse.sparsity_on(&tokens, 12).unwrap() - 8.0 / 12.0).abs() < 1e-6);
}

/// The networks learn: what they guess costs less than what they begin with, while the model stays as it is.
#[test]
fn the_networks_of_sparsity_learn_on_a_model_that_stays() {
    let (mut training, _) = fresh(2);
    let text: Vec<u32> = Text::Language { tokens: 20_000 }.corpus(None).unwrap().train;
    for _ in 0..60 {
        training.step(&text, &text[..100]).unwrap();
    }
    let whole = Evaluation::of(training.model(), &text[..2000], 12).unwrap();
    let recipe = Recipe { steps: 80, learning_rate: 1e-2, warm_up: 5, ..Recipe::default() };
    let mut networks = SparsityTraining::new(training.model(), recipe, Sight::Past).unwrap();
    let loss = |networks: &SparsityTraining| {
        Evaluation::of(&networks.model(&text).unwrap(), &text[..2000], 12).unwrap().loss()
    };
    let before = loss(&networks);
    while !networks.is_complete() {
        networks.step(&text).unwrap();
    }
    let after = loss(&networks);
    assert!(after < before, "{after} {before}");
    assert_eq!(Evaluation::of(training.model(), &text[..2000], 12).unwrap(), whole);
    let sparsity = networks.model(&text).unwrap().sparsity_on(&text[..1200], 12).unwrap();
    assert!((sparsity - TARGET).abs() < 0.1, "{sparsity}");
}

proptest! {
    /// Whatever the phases are, the weights of a token sum to 1, it runs through a beginning of the layers, and the published
    /// bookkeeping never reports more than a layer.
    #[test]
    fn the_weights_of_a_token_sum_to_one(
        phases in proptest::collection::vec(-PI..=PI, 1..12),
        halting in 0.0..1.0f64,
        least_layers in 0usize..12,
    ) {
        let layers = phases.len();
        let exit = Exit { source: PhaseSource::BlockOutput, halting, least_layers };
        let mut tokens = Halting::new(exit, layers, 1);
        let mut sum = 0.0;
        for (layer, &phase) in phases.iter().enumerate() {
            let weights = tokens.pass(layer, &vec![phase; tokens.running().len()]);
            prop_assert!(weights.iter().all(|weight| (-ROUNDING..=1.0 + ROUNDING).contains(weight)));
            sum += weights.iter().sum::<f64>();
        }
        prop_assert!((sum - 1.0).abs() < ROUNDING);
        prop_assert!(tokens.running().is_empty());
        let exits: Exits = tokens.exits();
        prop_assert!(exits.running.windows(2).all(|pair| pair[0] >= pair[1]));
        prop_assert!(exits.published_mean_layers() <= 1.0 / layers as f64 + ROUNDING);
    }
}

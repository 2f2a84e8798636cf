//! Complete counts.

use super::models::architectures;
use bk_models::{Architecture, Mamba, ResNetBk, Use};

#[test]
fn operations_grow_with_the_tokens_and_the_optimizer_with_the_parameters() {
    for (name, architecture) in architectures() {
        let (one, two) = (architecture.flops(1, 8), architecture.flops(2, 8));
        assert_eq!(2 * one.forward(), two.forward(), "{name}");
        assert_eq!(2 * one.backward(), two.backward(), "{name}");
        assert_eq!(one.optimizer, 18 * architecture.parameter_count() as u64, "{name}");
        assert!(one.backward() > one.forward(), "{name}");
    }
}

/// By hand, for sizes that tell all factors apart: a token of a causal model with one layer.
#[test]
fn a_small_models_operations_are_those_counted_by_hand() {
    let model =
        ResNetBk { vocabulary: 10, width: 4, layers: 1, context: 3, experts: 2, ..ResNetBk::default() };
    let flops = Architecture::ResNetBk(model).flops(1, 1);
    let norm = 7 * 4 + 4;
    let router = 2 * 4 * 2 + 2 + 2;
    let experts = (2 * 4 * 8 + 8) + 8 + (2 * 8 * 4 + 4);
    let (potential, resolvent, output) = (2 * 4 + 1 + 2, 9 + 4, 2 * 2 * 4 + 4);
    let head = 2 * 4 * 10 + 10;
    let loss = 4 * 10 + 3;
    let all = 4 + norm + router + experts + potential + resolvent + output + 8 + norm + head + loss;
    assert_eq!(flops.forward(), all);
    let model = ResNetBk {
        vocabulary: 10,
        width: 4,
        layers: 1,
        context: 3,
        experts: 2,
        resolvent: Use::Applied,
        ..ResNetBk::default()
    };
    let values = 2 * 4 * 16 + 8 * (2 * 4 + 5) + 8 * 10 + 16 * 6;
    let applied = values + (2 * 16 * 4 + 4) - output;
    assert_eq!(Architecture::ResNetBk(model).flops(1, 1).forward(), all + applied);
    let model = Mamba { vocabulary: 10, width: 4, layers: 1, states: 3, ..Mamba::default() };
    let flops = Architecture::Mamba(model).flops(1, 1);
    let (channels, rank) = (8, 1);
    let parts = [
        2 * norm,
        2 * 4 * 2 * channels,
        channels * (2 * 4 + 5),
        2 * channels * (rank + 6),
        2 * rank * channels + channels + 6 * channels,
        channels * (7 * 3 + 3),
        channels * 6,
        2 * channels * 4,
        4,
        2 * 4 * 10,
        loss,
    ];
    assert_eq!(flops.forward(), parts.iter().sum::<u64>());
}

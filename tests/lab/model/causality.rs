//! Who sees the future.

use super::mixed::both;
use super::models::{architectures, tokens};
use bk_lab::kit::context::{Context, StudyError};
use bk_lab::studies::language_models::leak::Config;
use bk_lab::studies::language_models::study::{causality_map, held_out_sequence, leak, predict};
use bk_models::causality::{TOLERANCE, probe};
use bk_models::{Architecture, Gating, LanguageModel, ModelError, Parameters, ResNetBk};
use candle_core::DType;
use pollster::block_on;

#[test]
fn no_causal_model_moves_an_earlier_logit_and_the_two_sided_one_is_caught() {
    for (name, architecture) in architectures() {
        let parameters = Parameters::fresh(&architecture, 3, DType::F32).unwrap();
        let model = LanguageModel::new(&architecture, &parameters.frozen()).unwrap();
        let positions: Vec<usize> = (0..9).collect();
        let found = probe(&model, &tokens(9, 11, 5), &positions).unwrap();
        assert_eq!(found.holds(), architecture.is_causal(), "{name}: {}", found.largest_leak());
        if architecture.is_causal() {
            assert!(found.largest_leak() < TOLERANCE / 10.0, "{name}");
        }
        // The token itself has to be seen, or the probe would prove nothing.
        for (&position, moved) in found.changed.iter().zip(&found.moved) {
            assert!(moved[position] > 100.0 * TOLERANCE, "{name}: {}", moved[position]);
        }
    }
}

/// Not by a bit: how many tokens visit an expert together decides how products of matrices are summed.
#[test]
fn the_rounding_of_a_logit_depends_on_no_later_token() {
    for gating in [Gating::default(), Gating::All] {
        let model =
            ResNetBk { vocabulary: 27, width: 32, layers: 2, context: 48, gating, ..ResNetBk::default() };
        let architecture = Architecture::ResNetBk(model);
        for seed in 0..4 {
            let parameters = Parameters::fresh(&architecture, seed, DType::F32).unwrap();
            let model = LanguageModel::new(&architecture, &parameters.frozen()).unwrap();
            let positions: Vec<usize> = (1..48).step_by(5).collect();
            let found = probe(&model, &tokens(48, 27, seed), &positions).unwrap();
            assert_eq!(found.largest_leak(), 0.0, "{gating:?}, seed {seed}");
        }
    }
}

/// A map of all positions through the study, and what the model expects: the road of page and command line.
#[test]
fn what_a_model_expects_of_a_prompt_depends_on_nothing_after_it() {
    let context = Context::unwatched();
    for checkpoint in both() {
        let kept = checkpoint.kept().unwrap();
        let tokens = kept.tokenizer.encode(b"the old king sees a ").unwrap();
        // Sequences hold no more than the context.
        assert!(
            matches!(predict(&kept, &tokens), Err(StudyError::Model(error)) if matches!(error.downcast_ref(), Some(ModelError::Tokens { .. })))
        );
        let tokens = &tokens[..16];
        let all = predict(&kept, tokens).unwrap();
        let part = predict(&kept, &tokens[..8]).unwrap();
        // The products of matrices of other sizes are summed in another order.
        for (one, other) in all.logits.iter().take(8).flatten().zip(part.logits.iter().flatten()) {
            assert!((one - other).abs() < 1e-5, "{one} and {other}");
        }
        assert_eq!(all.vocabulary[tokens[0] as usize], "t");
        for position in 0..16 {
            let total: f64 = all.probabilities(position).iter().sum();
            assert!((total - 1.0).abs() < 1e-12);
            let [(_, first), (_, second)] = all.likeliest(position, 2)[..] else { panic!() };
            assert!(first >= second);
        }
        // What was measured on the held-out text is what the surprises of its sequences sum to.
        let sequence = held_out_sequence(&kept, None).unwrap();
        let surprises = predict(&kept, &sequence).unwrap();
        assert_eq!(surprises.surprise(0), None);
        let mean = (1..16).filter_map(|position| surprises.surprise(position)).sum::<f64>() / 15.0;
        assert!((1.0..4.0).contains(&mean), "{mean}");
        let map = block_on(causality_map(&kept, tokens, None, &context)).unwrap();
        assert_eq!(map, probe(&kept.model, tokens, &(0..16).collect::<Vec<_>>()).unwrap());
        let some = block_on(causality_map(&kept, tokens, Some(&[5, 99]), &context)).unwrap();
        assert_eq!((some.changed.as_slice(), some.moved.as_slice()), (&[5][..], &map.moved[5..6]));
        assert!(map.holds());
    }
}

/// resnet-bk.md §9.5.
#[test]
fn the_leak_is_demonstrated() {
    let found = block_on(leak(&Config::default(), &Context::unwatched())).unwrap();
    println!(
        "causal {:.4}, two-sided {:.4}, chance {:.4}",
        found.causal.held_out.loss(),
        found.two_sided.held_out.loss(),
        found.chance()
    );
    assert!(found.causal.held_out.loss() > found.chance() - 0.01);
    assert!(found.two_sided.held_out.loss() < found.chance() - 0.2);
    assert!(found.causal.largest_leak <= TOLERANCE && found.two_sided.largest_leak > TOLERANCE);
    assert_eq!(found.two_sided.warnings().len(), 3);
}

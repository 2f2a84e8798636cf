//! Who sees the future.

use crate::models::{architectures, tokens};
use bk_lab::model::causality::{TOLERANCE, probe};
use bk_lab::model::{LanguageModel, Parameters};
use candle_core::DType;

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

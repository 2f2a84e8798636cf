//! Quantized models as files.

use super::mixed::both;
use bk_lab::kit::context::Context;
use bk_lab::studies::language_models::mixed_precision::record::Config;
use bk_lab::studies::language_models::mixed_precision::study as mixed;
use bk_lab::studies::language_models::study::evaluate_kept;
use bk_models::precision::{Plan, uniform};
use bk_models::{Checkpoint, CheckpointError, KeptModel, QuantizedCheckpoint, Rounding};
use bk_quantize::{ScaleRule, Width};
use pollster::block_on;
use proptest::prelude::*;
use std::sync::LazyLock;

const ROUNDING: Rounding = Rounding { group: 16, rule: ScaleRule::AbsoluteMaximum };

/// Bytes of a safetensors file before its tensors.
fn header(file: &[u8]) -> usize {
    8 + u64::from_le_bytes(file[..8].try_into().unwrap()) as usize
}

fn perplexity(kept: &KeptModel) -> f64 {
    block_on(evaluate_kept(kept, None, &Context::unwatched())).unwrap().held_out.perplexity()
}

#[test]
fn a_quantized_model_is_kept_in_as_many_bytes_as_were_counted() {
    for checkpoint in both() {
        let context = Context::unwatched();
        let record =
            block_on(mixed::exact(&Config::default(), &checkpoint, None, None, |_| {}, &context)).unwrap();
        let quantized = mixed::quantized(&record, &checkpoint).unwrap();
        let file = quantized.write().unwrap();
        assert_eq!(file, quantized.write().unwrap());
        let back = QuantizedCheckpoint::read(&file).unwrap();
        assert_eq!(back, quantized);
        let point = &record.points[4];
        assert_eq!(point.name, "static mixed");
        assert_eq!(file.len() - header(&file), point.bytes);
        // What runs from the file is what was measured.
        let kept = KeptModel::read(&file).unwrap();
        assert_eq!((kept.bytes, perplexity(&kept)), (point.bytes, point.perplexity));
        assert_eq!(kept.steps, 60);
        let numbers: usize = kept.widths.iter().map(|&(_, count)| count).sum();
        assert_eq!(numbers, checkpoint.architecture.parameter_count());
        // Its codes are no weights to go on with.
        assert!(matches!(Checkpoint::read(&file), Err(CheckpointError::Quantized)));
    }
}

#[test]
fn every_width_comes_back() {
    let [checkpoint, _] = both();
    for width in Width::ALL {
        let plan = uniform(&checkpoint.architecture, width);
        let quantized = QuantizedCheckpoint::new(&checkpoint, &plan, ROUNDING).unwrap();
        let back = QuantizedCheckpoint::read(&quantized.write().unwrap()).unwrap();
        assert_eq!(back.packed(), quantized.packed());
        assert_eq!(back.plan(), &plan);
    }
    let plan = Plan::from([("lm_heap.weight".to_owned(), Width::Int8)]);
    let file = QuantizedCheckpoint::new(&checkpoint, &plan, ROUNDING).unwrap().write().unwrap();
    assert!(matches!(QuantizedCheckpoint::read(&file), Err(CheckpointError::Unexpected(_))));
}

#[test]
fn a_changed_code_is_noticed_and_would_change_the_perplexity() {
    let [checkpoint, _] = both();
    let plan = uniform(&checkpoint.architecture, Width::Int4);
    let sound = QuantizedCheckpoint::new(&checkpoint, &plan, ROUNDING).unwrap().write().unwrap();
    // The codes lie behind the floats, which are aligned: the last bytes are codes.
    let mut file = sound.clone();
    let last = file.len() - 1;
    file[last] ^= 0x80;
    let Err(CheckpointError::Checksum { found, written }) = KeptModel::read(&file) else {
        panic!("a changed code was read")
    };
    let (found, written) = (format!("{found:08x}"), format!("{written:08x}"));
    let place = file.windows(8).position(|window| window == written.as_bytes()).unwrap();
    file[place..place + 8].copy_from_slice(found.as_bytes());
    let [before, after] = [sound, file].map(|file| perplexity(&KeptModel::read(&file).unwrap()));
    assert!(before != after && after.is_finite(), "{before} and {after}");
}

static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let [_, checkpoint] = both();
    let plan = uniform(&checkpoint.architecture, Width::Int8);
    QuantizedCheckpoint::new(&checkpoint, &plan, ROUNDING).unwrap().write().unwrap()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is changed, the file is refused, unless it still means the same.
    #[test]
    fn a_damaged_file_is_refused(place in any::<prop::sample::Index>(), flip in 1u8.., in_header in any::<bool>()) {
        let mut file = SOUND.clone();
        let length = if in_header { header(&file) } else { file.len() };
        file[place.index(length)] ^= flip;
        if let Ok(found) = QuantizedCheckpoint::read(&file) {
            prop_assert_eq!(found, QuantizedCheckpoint::read(&SOUND).unwrap());
        }
    }

    #[test]
    fn a_file_that_ends_early_is_refused(length in any::<prop::sample::Index>()) {
        prop_assert!(KeptModel::read(&SOUND[..length.index(SOUND.len())]).is_err());
    }
}

//! What is stored of a model, to the byte, and what that costs.

use bk_lab::kit::record::hypothesis::Interval;
use bk_lab::studies::lora::published::size::VisionTransformer as Published;
use bk_lab::studies::lora::record::Storage as PublishedStorage;
use bk_models::ops::{Storage, StoredMatrix};
use bk_models::vision::generator::Task;
use bk_models::vision::{Base, Dropout, Linear, Lora, Network, VisionTransformer};
use bk_models::{Parameter, Parameters};
use bk_python::random::LegacyRandom;
use bk_quantize::block::BLOCK;
use candle_core::DType;

fn deit(width: usize, heads: usize, classes: usize) -> VisionTransformer {
    VisionTransformer { side: 224, channels: 3, patch: 16, width, heads, depth: 12, classes }
}

/// vit-lora.md §2.5 and §3.1.
#[test]
fn the_layout_of_deit_has_its_sizes() {
    let sizes = [
        (192, 3, 10, 5_526_346),
        (192, 3, 100, 5_543_716),
        (192, 3, 1000, 5_717_416),
        (384, 6, 10, 21_669_514),
        (384, 6, 100, 21_704_164),
        (384, 6, 1000, 22_050_664),
    ];
    for (width, heads, classes, parameters) in sizes {
        let model = deit(width, heads, classes);
        model.check().unwrap();
        assert_eq!(model.parameter_count(), parameters);
        for rank in [4, 8, 16] {
            assert_eq!(Lora::of_rank(rank).adapter_count(&model), 192 * width * rank);
            let attention = Lora { targets: vec![Linear::Attention], ..Lora::of_rank(rank) };
            assert_eq!(attention.adapter_count(&model), 48 * width * rank);
        }
    }
}

#[test]
fn a_base_takes_the_bytes_that_were_calculated() {
    let model = deit(192, 3, 10);
    let zeros = |parameter: &Parameter| vec![0.0; parameter.count()];
    let parameters = Parameters::of(model.parameters(), zeros, DType::F32).unwrap();
    let published = Published::named("deit_tiny_patch16_224", 10).unwrap();
    let expected = [
        (Storage::Single, PublishedStorage::Baseline, 21.0813),
        (Storage::EightBit, PublishedStorage::EightBit, 5.9729),
        (Storage::FourBit, PublishedStorage::FourBit, 3.6790),
        (Storage::FourBitDouble, PublishedStorage::FourBitDouble, 3.4432),
    ];
    for (storage, same, megabytes) in expected {
        let bytes = Base::new(&model, &parameters, storage).unwrap().bytes().total();
        assert_eq!(Some(bytes as u64), published.bytes(same, 4), "{storage:?}");
        // The table has four decimals.
        assert!((bytes as f64 / 1_048_576.0 - megabytes).abs() <= 5e-5, "{storage:?}: {bytes}");
    }
}

#[test]
fn a_base_of_the_labs_own_size_takes_what_its_codes_and_scales_take() {
    let model = VisionTransformer::tiny(8);
    let parameters = Parameters::drawn(model.parameters(), 1, DType::F32).unwrap();
    let weights = 4 * 12 * 48 * 48;
    let kept = 4 * (model.parameter_count() - weights);
    let rows = 4 * (3 + 1 + 4 + 1) * 48;
    let blocks = weights / 64;
    // Each of the 16 matrices has an offset, and a second-level maximum for every 256 blocks: 108, 36, 144 and 144 each.
    let expected = [
        (Storage::Single, 4 * weights),
        (Storage::EightBit, weights + 4 * rows),
        (Storage::FourBit, weights / 2 + 4 * blocks),
        (Storage::FourBitDouble, weights / 2 + blocks + 16 * (4 + 4)),
    ];
    for (storage, bytes) in expected {
        let found = Base::new(&model, &parameters, storage).unwrap().bytes().total();
        assert_eq!(found, kept + bytes, "{storage:?}");
    }
}

/// Of one matrix, rounded scales may by luck fit better than exact ones; over many they fit worse. What holds for each is
/// that the largest weight of a block, which NF4 gives back exactly, is lost.
#[test]
fn double_quantization_costs_accuracy_of_the_weights_and_saves_bytes() {
    let mut costs = vec![];
    for seed in 0..60 {
        let mut random = LegacyRandom::new(seed);
        let values: Vec<f32> = (0..96 * 192).map(|_| (0.02 * random.normal()) as f32).collect();
        let stored = Storage::ALL.map(|storage| StoredMatrix::new(&values, 192, storage.format()).unwrap());
        let error = |matrix: &StoredMatrix| {
            let found = matrix.values();
            let squares =
                found.into_iter().zip(&values).map(|(found, &value)| f64::from(found - value).powi(2));
            (squares.sum::<f64>() / values.len() as f64).sqrt()
        };
        let [single, eight, four, double] = stored.each_ref().map(error);
        assert!(single == 0.0 && eight > 0.0 && four > 2.0 * eight, "seed {seed}: {eight}, {four}");
        costs.push(double / four - 1.0);
        let exact_maxima = |matrix: &StoredMatrix| {
            let found = matrix.values();
            let blocks = values.chunks(BLOCK).zip(found.chunks(BLOCK));
            let largest = |values: &[f32]| values.iter().fold(0f32, |most, value| most.max(value.abs()));
            blocks.filter(|(values, found)| largest(values) == largest(found)).count()
        };
        let blocks = values.len() / BLOCK;
        assert_eq!(exact_maxima(&stored[2]), blocks);
        // One scale of every 256 is the largest, which 8 bits hold to a rounding.
        assert!(exact_maxima(&stored[3]) < blocks / 50, "seed {seed}: {}", exact_maxima(&stored[3]));
        let bytes = stored.each_ref().map(|matrix| matrix.bytes().total());
        assert!(bytes.windows(2).all(|pair| pair[1] < pair[0]), "{bytes:?}");
    }
    let interval = Interval::of(&costs, 0.99).unwrap();
    assert!(interval.lower() > 0.0, "{interval:?}");
}

#[test]
fn a_model_with_new_adapters_is_its_base_bit_for_bit() {
    let model = VisionTransformer::tiny(8);
    let trained = Parameters::drawn(model.parameters(), 3, DType::F32).unwrap();
    let images = Task::Shapes.images(2, 4).unwrap();
    let chosen: Vec<usize> = (0..images.len()).collect();
    for storage in Storage::ALL {
        let base = Base::new(&model, &trained, storage).unwrap();
        let bits = |network: &Network, dropout| -> Vec<u32> {
            let logits = network.logits(&images, &chosen, dropout).unwrap();
            logits.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
        };
        let expected = bits(&Network::frozen(&base, DType::F32).unwrap(), None);
        for rank in [4, 8, 16] {
            let lora = Lora::of_rank(rank);
            let adapters = Parameters::drawn(lora.parameters(&model), 5, DType::F32).unwrap();
            let mut weights = adapters.frozen();
            for (parameter, variable) in trained.entries() {
                if parameter.name.starts_with("head") {
                    weights.replace(&parameter.name, variable.as_detached_tensor());
                }
            }
            let adapted = Network::adapted(&base, &lora, 8, &weights, DType::F32).unwrap();
            assert!(bits(&adapted, None) == expected, "{storage:?}, rank {rank}");
            let dropout = Some(Dropout { rate: 0.1, seed: 1, tokens_before: 0 });
            assert!(bits(&adapted, dropout) == expected, "{storage:?}, rank {rank}, in training");
        }
    }
}

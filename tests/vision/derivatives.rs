//! Derivatives of the operations and of whole models against finite differences, in double precision.

use crate::gradients;
use bk_models::ops::{Storage, StoredMatrix, attention, gelu};
use bk_models::vision::{Base, Dropout, Images, Lora, Network, VisionTransformer};
use bk_models::{Parameter, Parameters};
use bk_python::random::LegacyRandom;
use candle_core::{D, DType, Device, Tensor, Var};
use std::sync::Arc;

fn normal(shape: &[usize], seed: u32) -> Tensor {
    let mut random = LegacyRandom::new(seed);
    let values: Vec<f64> = (0..shape.iter().product()).map(|_| random.normal()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn variable(name: &str, tensor: &Tensor) -> (String, Var) {
    (name.into(), Var::from_tensor(tensor).unwrap())
}

/// A loss with a different weight for every output.
fn weighted(output: &Tensor) -> Tensor {
    (output * normal(output.dims(), 99)).unwrap().sum_all().unwrap()
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn largest_difference(left: &Tensor, right: &Tensor) -> f64 {
    let pairs = numbers(left).into_iter().zip(numbers(right));
    pairs.fold(0.0, |most, (left, right)| most.max((left - right).abs()))
}

#[test]
fn the_derivatives_of_gelu_are_exact() {
    let variables = [variable("x", &(normal(&[40], 3) * 2.0).unwrap())];
    gradients::check(&variables, 40, || weighted(&gelu(&variables[0].1).unwrap()));
}

#[test]
fn gelu_is_the_exact_one() {
    // x·Φ(x) in 16 digits; the approximation by tanh would be off by 2e-4 at 1.
    let exact = [
        (1.0, 0.841_344_746_068_542_9),
        (-1.0, -0.158_655_253_931_457_05),
        (0.0, 0.0),
        (-5.0, -1.433_257_859_395_969_5e-6),
        (3.0, 2.995_950_305_905_11),
    ];
    for (x, expected) in exact {
        let double = numbers(&gelu(&Tensor::new(&[x], &Device::Cpu).unwrap()).unwrap())[0];
        // A rounding of x is one of 25 times its size in Φ(−5), which falls as steeply.
        assert!((double - expected).abs() <= 5e-15 * expected.abs(), "gelu({x}) = {double}, not {expected}");
        let single = numbers(&gelu(&Tensor::new(&[x as f32], &Device::Cpu).unwrap()).unwrap())[0];
        assert!((single - expected).abs() <= 2e-6 * expected.abs(), "gelu({x}) = {single}, not {expected}");
    }
}

#[test]
fn the_derivatives_of_attention_are_exact() {
    // Two sequences of five sites, three heads of two numbers.
    let variables = [variable("packed", &normal(&[10, 18], 4))];
    gradients::check(&variables, 180, || weighted(&attention(&variables[0].1, 3, 5).unwrap()));
}

#[test]
fn attention_is_a_softmax_of_products() {
    let (heads, sites, size) = (3, 5, 2);
    let packed = normal(&[2 * sites, 3 * heads * size], 5);
    let parts = packed.reshape((2, sites, 3, heads, size)).unwrap();
    let part = |which| {
        let part = parts.narrow(2, which, 1).unwrap().squeeze(2).unwrap();
        part.transpose(1, 2).unwrap().contiguous().unwrap()
    };
    let keys = part(1).transpose(2, 3).unwrap().contiguous().unwrap();
    let scores = (part(0).matmul(&keys).unwrap() / (size as f64).sqrt()).unwrap();
    let powers = scores.exp().unwrap();
    let weights = powers.broadcast_div(&powers.sum_keepdim(D::Minus1).unwrap()).unwrap();
    let expected = weights.matmul(&part(2)).unwrap().transpose(1, 2).unwrap().contiguous().unwrap();
    let found = attention(&packed, heads, sites).unwrap();
    let difference = largest_difference(&found, &expected.reshape(found.dims()).unwrap());
    assert!(difference < 1e-14, "{difference}");
    assert!(attention(&packed, 3, 4).is_err());
    assert!(attention(&packed, 4, 5).is_err());
}

#[test]
fn derivatives_pass_stored_matrices_as_the_numbers_they_stand_for() {
    let values: Vec<f32> = numbers(&normal(&[5 * 7], 6)).into_iter().map(|value| value as f32).collect();
    for storage in Storage::ALL {
        let matrix = Arc::new(StoredMatrix::new(&values, 7, storage.format()).unwrap());
        let x = Var::from_tensor(&normal(&[4, 7], 7)).unwrap();
        let y = matrix.product(&x).unwrap();
        let upstream = normal(&[4, 5], 99);
        let by = weighted(&y).backward().unwrap();
        let stands_for: Vec<f64> = matrix.values().into_iter().map(f64::from).collect();
        let stands_for = Tensor::from_vec(stands_for, (5, 7), &Device::Cpu).unwrap();
        let expected = upstream.matmul(&stands_for).unwrap();
        assert!(largest_difference(by.get(&x).unwrap(), &expected) < 1e-13, "{storage:?}");
        let exact = x.matmul(&stands_for.t().unwrap()).unwrap();
        // LLM.int8 rounds activations of up to 3 to 1/127 of a row's largest; the others multiply exactly.
        let tolerance = if storage == Storage::EightBit { 0.1 } else { 1e-13 };
        let difference = largest_difference(&y, &exact);
        assert!(difference < tolerance, "{storage:?}: {difference}");
        assert_eq!(difference > 1e-6, storage == Storage::EightBit, "{storage:?}: {difference}");
        assert!(matrix.product(&normal(&[4, 6], 8)).is_err());
    }
}

/// A model of 5 tokens of 6 numbers.
fn model() -> VisionTransformer {
    VisionTransformer { side: 4, channels: 1, patch: 2, width: 6, heads: 2, depth: 2, classes: 3 }
}

fn images() -> Images {
    let mut random = LegacyRandom::new(8);
    let pixels = (0..3 * 16).map(|_| (random.uniform() * 256.0) as u8).collect();
    let classes = ["a", "b", "c"].map(String::from).to_vec();
    Images::new([4, 1], classes, pixels, vec![0, 1, 2]).unwrap()
}

/// Values large enough that every derivative is far from 0, the biases and adapters' B too.
fn shaken(parameters: Vec<Parameter>, seed: u32, precision: DType) -> Parameters {
    let mut random = LegacyRandom::new(seed);
    let values = |parameter: &Parameter| {
        let middle =
            if parameter.name.contains("norm") && parameter.name.ends_with("weight") { 1.0 } else { 0.0 };
        (0..parameter.count()).map(|_| middle + 0.4 * random.normal()).collect()
    };
    Parameters::of(parameters, values, precision).unwrap()
}

fn variables(parameters: &Parameters) -> Vec<(String, Var)> {
    parameters
        .entries()
        .iter()
        .map(|(parameter, variable)| (parameter.name.clone(), variable.clone()))
        .collect()
}

#[test]
fn the_derivatives_of_a_model_are_exact() {
    let parameters = shaken(model().parameters(), 11, DType::F64);
    let network = Network::new(&model(), &parameters.tracked(), DType::F64).unwrap();
    let images = images();
    gradients::check(&variables(&parameters), 12, || {
        network.losses(&images, &[0, 1, 2], None).unwrap().mean_all().unwrap()
    });
}

#[test]
fn the_derivatives_of_adapters_are_exact_through_every_storage_that_rounds_weights_alone() {
    let base = shaken(model().parameters(), 12, DType::F32);
    for (storage, rank_stabilized) in
        [(Storage::Single, false), (Storage::FourBit, true), (Storage::FourBitDouble, false)]
    {
        let base = Base::new(&model(), &base, storage).unwrap();
        let lora = Lora { rank_stabilized, ..Lora::of_rank(2) };
        let parameters = shaken(lora.parameters(&model()), 13, DType::F64);
        let network = Network::adapted(&base, &lora, 3, &parameters.tracked(), DType::F64).unwrap();
        let images = images();
        let dropout = Some(Dropout { rate: 0.1, seed: 5, tokens_before: 0 });
        gradients::check(&variables(&parameters), 8, || {
            network.losses(&images, &[0, 1, 2], dropout).unwrap().mean_all().unwrap()
        });
    }
}

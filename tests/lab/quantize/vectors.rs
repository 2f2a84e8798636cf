//! The reference vectors of vit-lora.md §2: NF4, double quantization and LLM.int8 bit for bit in the codes.

use crate::published_files;
use bk_quantize::block::{FourBit, NF4_LEVELS};
use bk_quantize::rows::multiply;
use bk_quantize::{Format, Packed, Rounding};

/// What the codes' values may differ by: the vectors were made in single precision by other software.
const TOLERANCE: f64 = 1e-7;

/// Number of values of the vectors; 301 blocks, the last of 17.
const COUNT: usize = 19_217;

/// x = ((u₁ + u₂ + u₃ + u₄) − 2)·0.05 with u = s/2³² and s ← 1664525·s + 1013904223 from 12345.
fn input() -> Vec<f32> {
    let mut state = 12345u32;
    let mut uniform = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state) / 4_294_967_296.0
    };
    (0..COUNT).map(|_| ((uniform() + uniform() + uniform() + uniform() - 2.0) * 0.05) as f32).collect()
}

#[track_caller]
fn assert_close(found: &[f32], expected: &[f64]) {
    assert!(!expected.is_empty() && found.len() >= expected.len());
    for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        assert!((f64::from(found) - expected).abs() <= TOLERANCE, "{index}: {found} instead of {expected}");
    }
}

/// Stores weights in a format without settings of its own.
fn packed(weights: &[f32], columns: usize, format: Format) -> Packed {
    Packed::new(weights, columns, format, Rounding::default()).unwrap()
}

/// Root of the mean squared error.
fn rmse(exact: &[f32], found: &[f32]) -> f64 {
    let squares = exact.iter().zip(found).map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2));
    (squares.sum::<f64>() / exact.len() as f64).sqrt()
}

#[test]
fn nf4_gives_the_published_codes_and_values() {
    let input = input();
    assert_close(&input, &[-0.0392494797706604, 0.0033364715054631233, 0.008160303346812725]);
    let quantized = packed(&input, input.len(), Format::Nf4);
    assert_close(&quantized.scales(), &[0.04955776780843735, 0.06223977357149124, 0.07906445860862732]);
    assert_eq!(
        quantized.codes()[..64],
        [
            1, 8, 9, 9, 14, 13, 2, 1, 11, 2, 14, 12, 10, 7, 13, 10, 9, 2, 11, 12, 15, 14, 9, 4, 9, 4, 11, 13,
            8, 4, 6, 13, 12, 13, 8, 8, 5, 4, 9, 4, 0, 9, 0, 1, 1, 3, 1, 5, 10, 5, 12, 3, 13, 8, 12, 4, 14,
            15, 3, 8, 12, 5, 6, 6
        ]
    );
    let mut histogram = [0; 16];
    quantized.codes().iter().for_each(|&code| histogram[code as usize] += 1);
    assert_eq!(
        histogram,
        [406, 948, 1264, 1473, 1501, 1576, 1640, 1586, 1480, 1366, 1299, 1218, 1194, 1088, 822, 356]
    );
    assert_eq!(quantized.packed()[..8], [24, 153, 237, 33, 178, 236, 167, 218]);
    assert_eq!((quantized.packed().len(), quantized.packed().last()), (9609, Some(&199)));
    let values = quantized.values();
    assert_close(&values, &[-0.03450176119804382, 0.003943821880966425, 0.007975341752171516]);
    let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
    assert!((sum + 1.687267501372844).abs() < 1e-5, "{sum}");
    assert!((rmse(&input, &values) - 0.0026197985975482535).abs() < TOLERANCE);
    assert_eq!(quantized.bytes().total(), 9609 + 4 * 301);
}

#[test]
fn double_quantization_gives_the_published_scales_and_never_helps() {
    let input = input();
    let quantized = packed(&input, input.len(), Format::Nf4Double);
    let double = quantized.double().unwrap();
    assert_close(&[double.offset], &[0.07089651376008987]);
    assert_close(&double.second_maxima, &[0.022661983966827393, 0.0235489159822464]);
    assert_eq!(double.codes[..16], [4, 43, 209, 197, 26, 45, 242, 208, 57, 148, 49, 200, 154, 33, 209, 55]);
    assert_close(&quantized.scales(), &[0.04966861009597778, 0.06209728866815567, 0.07905837148427963]);
    let values = quantized.values();
    assert_close(&values, &[-0.03457893058657646, 0.0039526429027318954, 0.007993179373443127]);
    assert!((rmse(&input, &values) - 0.002619984836862941).abs() < TOLERANCE);
    let single = packed(&input, input.len(), Format::Nf4);
    assert!(rmse(&input, &values) > rmse(&input, &single.values()));
    // A code a scale, two second-level maxima and the offset.
    assert_eq!(quantized.bytes().total(), 9609 + 301 + 4 * 2 + 4);
}

#[test]
fn rows_of_8_bits_give_the_published_codes() {
    let input = input();
    let quantized = packed(&input[..4 * 48], 48, Format::LlmInt8);
    let expected = [0.04955776780843735, 0.06223977357149124, 0.07906445860862732, 0.05376267805695534];
    assert_close(&quantized.scales(), &expected);
    let codes: Vec<i8> = quantized.packed().iter().map(|&code| code as i8).collect();
    assert_eq!(
        codes[..48],
        [
            -101, 9, 21, 26, 92, 74, -59, -95, 37, -74, 106, 62, 29, -2, 67, 26, 24, -65, 49, 57, 122, 92,
            19, -42, 21, -34, 41, 66, 13, -41, -15, 72, 53, 66, 10, 7, -18, -35, 16, -39, -119, 17, -127,
            -83, -88, -49, -102, -21
        ]
    );
    assert_eq!(quantized.bytes().total(), 4 * 48 + 4 * 4);
}

#[test]
#[ignore = "needs the published files"]
fn the_whole_file_of_vectors_agrees() {
    let vectors = published_files::json("vit-lora/quant_test_vectors.json");
    let numbers = |key: &str| -> Vec<f64> {
        vectors[key].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    };
    let whole = |key: &str| -> Vec<i64> { numbers(key).into_iter().map(|value| value as i64).collect() };
    let wide = |codes: &[u8]| -> Vec<i64> { codes.iter().map(|&code| i64::from(code)).collect() };
    let unpacked =
        |packed: &Packed| -> Vec<i64> { packed.codes()[..64].iter().map(|&code| code.into()).collect() };
    let input = input();
    assert_close(&input, &numbers("x_first8"));
    assert_close(&NF4_LEVELS, &numbers("nf4_levels"));
    let fp4: Vec<f32> = (0..16).map(|code| FourBit::Fp4.level(code)).collect();
    assert_close(&fp4, &numbers("fp4_levels_by_code"));

    let single = packed(&input, input.len(), Format::Nf4);
    assert_eq!(unpacked(&single), whole("codes_first64"));
    assert_eq!(wide(&single.packed()[..32]), whole("packed_first32"));
    assert_close(&single.scales(), &numbers("absmax_first4"));
    assert_close(&single.values(), &numbers("dequant_first8"));
    let double = packed(&input, input.len(), Format::Nf4Double);
    assert_eq!(wide(&double.double().unwrap().codes[..16]), whole("dq_scale_codes_first16"));
    assert_close(&double.scales(), &numbers("dq_scales_first4"));
    assert_close(&double.values(), &numbers("dequant_dq_first8"));
}

#[test]
fn every_level_is_its_own_nearest_and_a_midpoint_goes_to_the_lower_index() {
    for kind in [FourBit::Nf4, FourBit::Fp4] {
        for code in 0..16u8 {
            let level = kind.level(code);
            assert_eq!(kind.level(kind.code(level)), level, "{kind:?} {code}");
        }
    }
    // Half of ±1/12·0.0625 and the next: the published threshold itself stays below.
    assert_eq!(FourBit::Nf4.code(0.039_790_15), 7);
    assert_eq!(FourBit::Nf4.code(0.039_790_2), 8);
    assert_eq!((FourBit::Fp4.code(0.083), FourBit::Fp4.code(-0.083)), (1, 9));
}

#[test]
fn outlying_columns_are_multiplied_in_floating_point() {
    let weights = [0.5, -0.25, 1.0, 0.125, 0.75, -1.0];
    let quantized = packed(&weights, 3, Format::LlmInt8);
    let activations = [1.0, 100.0, -2.0, 0.5, 3.0, 4.0];
    let product = multiply(&quantized, &activations).unwrap();
    let exact: Vec<f32> = activations
        .chunks(3)
        .flat_map(|row| weights.chunks(3).map(|column| row.iter().zip(column).map(|(x, w)| x * w).sum()))
        .collect();
    // The largest share of the error is the outlier's 100 times half a step of the weights, 1/254.
    for (found, exact) in product.iter().zip(&exact) {
        assert!((found - exact).abs() < 0.45, "{found} instead of {exact}");
    }
    // Were the outlier quantized with its row, the others would be lost: 1 and −2 of 100 have the codes 1 and −3.
    let alone = multiply(&quantized, &[1.0, 0.0, -2.0]).unwrap();
    assert!((alone[0] + 1.5).abs() < 0.02, "{alone:?}");
}

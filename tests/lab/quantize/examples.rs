//! The worked examples of resnet-bk.md §3.1, and sizes to the byte.

use bk_quantize::{
    ByteCount, Calibration, ErrorMeasure, Granularity, Quantized, ScaleRule, Scheme, Subject, Width,
};

fn scheme(width: Width, group: usize, rule: ScaleRule) -> Scheme {
    Scheme { width, zero_point: false, granularity: Granularity::Group, group, rule }
}

/// Calibrates on values and quantizes them.
fn quantized(scheme: Scheme, values: &[f32]) -> Quantized {
    let mut calibration = Calibration::start(scheme, values.len()).unwrap();
    calibration.collect(values).unwrap();
    calibration.calibrate().unwrap().apply().quantize(values).unwrap()
}

#[test]
fn the_published_divisor_leaves_the_outermost_code_unused() {
    let quantized = quantized(scheme(Width::Int4, 3, ScaleRule::PublishedDivisor), &[1.0, -0.5, 0.25]);
    assert!((quantized.quantizer().grids()[0].scale - 0.153_846_2).abs() < 1e-7);
    assert_eq!(quantized.codes(), [6, -3, 2]);
    for (found, expected) in quantized.dequantize().iter().zip([0.923077, -0.461538, 0.307692]) {
        assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
    }
}

#[test]
fn the_absolute_maximum_uses_it() {
    let quantized = quantized(scheme(Width::Int4, 3, ScaleRule::AbsoluteMaximum), &[1.0, -0.6, 0.25]);
    // −0.6 · 7 = −4.2 and 0.25 · 7 = 1.75.
    assert_eq!(quantized.codes(), [7, -4, 2]);
    assert_eq!(quantized.dequantize()[0], 1.0);
}

#[test]
fn halves_go_to_the_even_code() {
    let grids = quantized(scheme(Width::Int8, 1, ScaleRule::AbsoluteMaximum), &[127.0]);
    let grid = grids.quantizer().grids()[0];
    assert_eq!(grid.scale, 1.0);
    let codes = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5].map(|value| grid.encode(value, Width::Int8));
    assert_eq!(codes, [0, 2, 2, 0, -2, -2]);
    assert_eq!([1e9, -1e9].map(|value| grid.encode(value, Width::Int8)), [127, -128]);
}

#[test]
fn a_zero_point_puts_every_level_where_the_values_are() {
    let values: Vec<f32> = (0..256).map(|place| place as f32).collect();
    let scheme = Scheme { zero_point: true, ..scheme(Width::Int8, 256, ScaleRule::AbsoluteMaximum) };
    let quantized = quantized(scheme, &values);
    assert_eq!(quantized.quantizer().grids()[0].zero_point, -128);
    assert_eq!(quantized.dequantize(), values);
}

#[test]
fn least_squares_is_never_worse_than_the_absolute_maximum() {
    // Two outliers among values of a bell: clipping them costs less than widening every step.
    let mut values: Vec<f32> = (0..999).map(|place| ((place as f32 / 999.0) - 0.5) * 2.0).collect();
    values.push(6.0);
    for width in [Width::Int2, Width::Int3, Width::Int4, Width::Int8] {
        for zero_point in [false, true] {
            let error = |rule| {
                let scheme = Scheme { zero_point, ..scheme(width, 1000, rule) };
                let found = quantized(scheme, &values).dequantize();
                let pairs = values.iter().zip(&found).map(|(x, y)| (f64::from(*x), f64::from(*y)));
                ErrorMeasure::of(Subject::Input, pairs).mse
            };
            let (least, widest) = (error(ScaleRule::LeastSquares), error(ScaleRule::AbsoluteMaximum));
            assert!(least <= widest, "{width:?}: {least} against {widest}");
            if width == Width::Int3 {
                assert!(least < 0.5 * widest, "{least} against {widest}");
            }
        }
    }
}

#[test]
fn a_percentile_clips_what_lies_beyond() {
    let values: Vec<f32> = (1..=100).map(|place| place as f32).collect();
    let found = quantized(scheme(Width::Int8, 100, ScaleRule::Percentile(90.0)), &values).dequantize();
    // The nearest rank to 0.9 · 99 is the 90th value.
    assert_eq!(found.iter().copied().fold(0.0, f32::max), 90.0);
}

#[test]
fn sizes_are_those_of_the_bytes() {
    let values = [0.5f32; 512];
    let of = |scheme: Scheme| {
        let quantized = quantized(scheme, &values);
        let bytes = quantized.bytes();
        assert_eq!(bytes.codes, quantized.packed().len());
        assert_eq!(bytes.scales, quantized.scale_bytes().len());
        assert_eq!(bytes.zero_points, quantized.zero_point_bytes().len());
        bytes
    };
    let count = |codes, scales, zero_points| ByteCount { codes, scales, zero_points };
    let rule = ScaleRule::AbsoluteMaximum;
    let channel = Scheme { granularity: Granularity::Channel, ..scheme(Width::Int8, 0, rule) };
    assert_eq!(of(channel), count(512, 2048, 0));
    assert_eq!(of(Scheme { zero_point: true, ..channel }), count(512, 2048, 512));
    assert_eq!(of(scheme(Width::Int4, 128, rule)), count(256, 16, 0));
    assert_eq!(of(Scheme { zero_point: true, ..scheme(Width::Int4, 128, rule) }), count(256, 16, 2));
    assert_eq!(of(scheme(Width::Int3, 128, rule)), count(192, 16, 0));
    assert_eq!(of(scheme(Width::Int2, 100, rule)), count(128, 24, 0));
    assert_eq!(of(scheme(Width::Half, 128, rule)), count(1024, 0, 0));
    assert_eq!(of(scheme(Width::Single, 128, rule)), count(2048, 0, 0));
}

#[test]
fn half_precision_rounds_to_even_and_saturates() {
    let scheme = scheme(Width::Half, 1, ScaleRule::AbsoluteMaximum);
    let values = [0.1, 1.0 + 1.0 / 2048.0, 1.0 + 3.0 / 2048.0, 1e9, -1e9, 1e-9];
    let found = quantized(scheme, &values).dequantize();
    assert_eq!(found, [0.099_975_586, 1.0, 1.001_953_1, 65504.0, -65504.0, 0.0]);
}

#[test]
fn measures_are_those_of_the_definitions() {
    let measure = ErrorMeasure::of(Subject::EndToEnd, [(1.0, 0.5), (-1.0, -1.5), (2.0, 2.0), (0.0, 0.0)]);
    assert_eq!((measure.mae, measure.mse), (0.25, 0.125));
    assert_eq!(measure.relative_percent, Some(25.0));
    // 10·log₁₀(1.5/0.125)
    assert!((measure.snr_db.unwrap() - 10.791_812_460_476_25).abs() < 1e-12);
    let perfect = ErrorMeasure::of(Subject::Output, [(1.0, 1.0)]);
    assert_eq!((perfect.mae, perfect.snr_db, perfect.relative_percent), (0.0, None, Some(0.0)));
    assert_eq!(ErrorMeasure::of(Subject::Input, []).mae, 0.0);
}

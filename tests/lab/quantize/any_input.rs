//! Any finite input, any group size, any length: never a panic, and within half a step where the range reaches.

use bk_quantize::{
    Calibration, Granularity, QuantizeError, ScaleRule, Scheme, Width, pack, packed_length, unpack,
};
use proptest::prelude::*;

/// x/s is rounded once in single precision before it is rounded to a code, and (q − z)·s once after: with codes up to
/// 256 steps from zero, 256·2⁻²³ of a step.
const HALF_STEP: f64 = 0.5 + 256.0 / 8_388_608.0;

fn any_finite() -> impl Strategy<Value = f32> {
    prop_oneof![
        6 => -4.0f32..4.0,
        2 => any::<f32>().prop_filter("finite", |value| value.is_finite()),
        1 => prop::sample::select(vec![0.0, -0.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45, -1e-45]),
    ]
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    let rules = prop_oneof![
        Just(ScaleRule::AbsoluteMaximum),
        Just(ScaleRule::PublishedDivisor),
        (50.1..=100.0f64).prop_map(ScaleRule::Percentile),
        Just(ScaleRule::LeastSquares),
    ];
    let granularities =
        prop::sample::select(vec![Granularity::Tensor, Granularity::Channel, Granularity::Group]);
    (prop::sample::select(Width::ALL.to_vec()), any::<bool>(), granularities, 0usize..40, rules).prop_map(
        |(width, zero_point, granularity, group, rule)| {
            let zero_point = zero_point && rule != ScaleRule::PublishedDivisor;
            Scheme { width, zero_point, granularity, group, rule }
        },
    )
}

proptest! {
    #[test]
    fn what_was_packed_is_within_half_a_step(
        scheme in any_scheme(), values in prop::collection::vec(any_finite(), 0..60), rows in 1usize..4,
    ) {
        let channels = values.len();
        let mut calibration = Calibration::start(scheme, channels).unwrap();
        for _ in 0..rows {
            calibration.collect(&values).unwrap();
        }
        if values.is_empty() {
            prop_assert_eq!(calibration.calibrate().unwrap_err(), QuantizeError::Empty);
            return Ok(());
        }
        let quantized = calibration.calibrate().unwrap().apply().quantize(&values).unwrap();
        let found = quantized.dequantize();
        prop_assert_eq!(found.len(), values.len());
        prop_assert!(found.iter().all(|value| value.is_finite()));
        prop_assert_eq!(quantized.packed().len(), packed_length(values.len(), scheme.width.bits()));
        for (channel, (&value, &found)) in values.iter().zip(&found).enumerate() {
            let Some(grid) = quantized.quantizer().grid_of(channel) else { continue };
            let (low, high) = grid.range(scheme.width);
            if (low..=high).contains(&value) {
                let steps = (f64::from(value) - f64::from(found)).abs() / f64::from(grid.scale);
                prop_assert!(steps <= HALF_STEP, "{value} became {found}, {steps} steps away on {grid:?}");
            }
        }
    }

    #[test]
    fn the_absolute_maximum_covers_what_it_was_calibrated_on(
        values in prop::collection::vec(-1e30f32..1e30, 1..60), zero_point: bool, group in 1usize..40,
    ) {
        let scheme = Scheme { width: Width::Int8, zero_point, granularity: Granularity::Group, group, rule: ScaleRule::AbsoluteMaximum };
        let mut calibration = Calibration::start(scheme, values.len()).unwrap();
        calibration.collect(&values).unwrap();
        let quantized = calibration.calibrate().unwrap().apply().quantize(&values).unwrap();
        for (channel, (&value, &found)) in values.iter().zip(&quantized.dequantize()).enumerate() {
            let scale = f64::from(quantized.quantizer().grid_of(channel).unwrap().scale);
            let steps = (f64::from(value) - f64::from(found)).abs() / scale;
            // Rounding the zero point moves the range by up to half a step; the outermost value rounds once more.
            prop_assert!(steps <= HALF_STEP + 1e-4, "{value} became {found}, {steps} steps away");
        }
    }

    #[test]
    fn codes_come_back_from_their_bytes(codes in prop::collection::vec(any::<u8>(), 0..100), bits in 1u32..=8, padding: u8) {
        let mask = ((1u32 << bits) - 1) as u8;
        let bytes = pack(&codes, bits, padding);
        prop_assert_eq!(bytes.len(), packed_length(codes.len(), bits));
        let expected: Vec<u8> = codes.iter().map(|code| code & mask).collect();
        prop_assert_eq!(unpack(&bytes, bits, codes.len()), expected);
    }
}

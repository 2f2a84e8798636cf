//! The state machine of calibration. What it forbids by type cannot be written down here; what it checks is.

use bk_quantize::{
    Calibration, ComplexCalibration, Granularity, Grid, QuantizeError, ScaleRule, Scheme, Width,
};
use num_complex::Complex;

const SCHEME: Scheme = Scheme {
    width: Width::Int8,
    zero_point: false,
    granularity: Granularity::Group,
    group: 2,
    rule: ScaleRule::AbsoluteMaximum,
};

#[test]
fn collects_calibrates_applies_and_starts_again() {
    let mut calibration = Calibration::start(SCHEME, 3).unwrap();
    calibration.collect(&[1.0, 0.0, 0.5, -2.54, 0.0, 0.25]).unwrap();
    let calibrated = calibration.calibrate().unwrap();
    // Two channels, and a short group of one; both rows count.
    let scales: Vec<f32> = calibrated.quantizer().grids().iter().map(|grid| grid.scale).collect();
    assert_eq!(scales, [0.02, 0.5 / 127.0]);
    let applied = calibrated.apply();
    assert_eq!(applied.quantize(&[1.0, 0.0, 0.5]).unwrap().codes(), [50, 0, 127]);

    let mut again = applied.recalibrate();
    again.collect(&[127.0, 0.0, 0.0]).unwrap();
    let again = again.calibrate().unwrap().apply();
    assert_eq!(again.quantize(&[1.0, 0.0, 0.5]).unwrap().codes(), [1, 0, 0]);
}

#[test]
fn training_may_move_the_grids_before_they_are_applied() {
    let mut calibration = Calibration::start(SCHEME, 2).unwrap();
    calibration.collect(&[1.0, 2.0]).unwrap();
    let calibrated = calibration.calibrate().unwrap();
    let wider = calibrated.clone().with_grids(vec![Grid::new(0.5, 0, Width::Int8)]).unwrap().apply();
    assert_eq!(wider.quantize(&[1.0, 2.0]).unwrap().codes(), [2, 4]);
    assert_eq!(calibrated.with_grids(vec![]), Err(QuantizeError::Grids { found: 0, expected: 1 }));
}

#[test]
fn an_empty_calibration_is_an_error() {
    let calibration = Calibration::start(SCHEME, 4).unwrap();
    let error = calibration.calibrate().unwrap_err();
    assert_eq!(error, QuantizeError::Empty);
    assert!(error.to_string().contains("Collect at least one row"));
    let calibration = ComplexCalibration::start(SCHEME, 4).unwrap();
    assert_eq!(calibration.apply().unwrap_err(), QuantizeError::Empty);
}

#[test]
fn bad_samples_are_named_and_not_kept() {
    let mut calibration = Calibration::start(SCHEME, 2).unwrap();
    calibration.collect(&[1.0, 1.0]).unwrap();
    let error = calibration.collect(&[5.0, 5.0, 5.0, f32::INFINITY]).unwrap_err();
    assert_eq!(error, QuantizeError::NotFinite { index: 3, value: f32::INFINITY });
    assert_eq!(calibration.collect(&[5.0]), Err(QuantizeError::Rows { values: 1, channels: 2 }));
    let applied = calibration.calibrate().unwrap().apply();
    assert_eq!(applied.quantizer().grids()[0].scale, 1.0 / 127.0);
    assert!(matches!(applied.quantize(&[0.0, f32::NAN]), Err(QuantizeError::NotFinite { index: 1, .. })));
}

#[test]
fn schemes_that_are_none_are_refused() {
    let start = |rule, zero_point| Calibration::start(Scheme { rule, zero_point, ..SCHEME }, 2).map(|_| ());
    assert_eq!(start(ScaleRule::PublishedDivisor, true), Err(QuantizeError::PublishedDivisor));
    assert_eq!(start(ScaleRule::Percentile(50.0), false), Err(QuantizeError::Percentile(50.0)));
    assert!(start(ScaleRule::Percentile(f64::NAN), false).is_err());
    assert_eq!(Width::try_from(5), Err(QuantizeError::Width(5)));
}

#[test]
fn real_and_imaginary_parts_have_scales_of_their_own() {
    let values = [Complex::new(1.27, 127.0), Complex::new(-0.02, 3.0)];
    let mut calibration = ComplexCalibration::start(SCHEME, 2).unwrap();
    calibration.collect(&values).unwrap();
    let quantized = calibration.apply().unwrap().quantize(&values).unwrap();
    assert_eq!((quantized.re.codes(), quantized.im.codes()), (vec![127, -2], vec![127, 3]));
    assert_eq!(quantized.dequantize()[1], Complex::new(-0.02, 3.0));
    assert_eq!(quantized.bytes().total(), 2 * (2 + 4));
}

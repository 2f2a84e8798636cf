//! The format table: every format stores any finite matrix, and what is stored is what its row says.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use bk_quantize::{Format, Packed, QuantizeError, Rounding, ScaleRule, Sharing};
use proptest::prelude::*;

/// Finite weights of every magnitude.
fn weights(count: usize) -> impl Strategy<Value = Vec<f32>> {
    let weight = prop_oneof![
        -1.0f32..1.0,
        any::<u32>().prop_map(f32::from_bits).prop_filter("finite", |weight| weight.is_finite()),
        Just(0.0f32),
    ];
    prop::collection::vec(weight, count)
}

/// A matrix as `(weights, columns)`.
fn matrix() -> impl Strategy<Value = (Vec<f32>, usize)> {
    (0usize..7, 1usize..90).prop_flat_map(|(rows, columns)| (weights(rows * columns), Just(columns)))
}

fn rounding(group: usize) -> Rounding {
    Rounding { group, rule: ScaleRule::AbsoluteMaximum }
}

proptest! {
    #[test]
    fn a_matrix_is_restored_from_its_bytes((weights, columns) in matrix(), group in 1usize..100) {
        for format in Format::ALL {
            let packed = Packed::new(&weights, columns, format, rounding(group)).unwrap();
            prop_assert_eq!(packed.codes().len(), weights.len());
            let values = packed.values();
            prop_assert_eq!(values.len(), weights.len());
            prop_assert!(values.iter().all(|value| value.is_finite()), "{:?}", format);
            if format == Format::Fp32 {
                prop_assert_eq!(&values, &weights);
            }
            if !format.is_double() {
                let size = [weights.len(), columns];
                let (codes, scales) = (packed.packed().to_vec(), packed.scales());
                let restored = Packed::restore(format, rounding(group), size, codes, scales).unwrap();
                prop_assert_eq!(restored.codes(), packed.codes());
                prop_assert_eq!(restored.values(), values);
            }
        }
    }

    #[test]
    fn codes_return_from_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 64), columns in 1usize..20) {
        for format in Format::ALL.into_iter().filter(|format| !format.is_double()) {
            let rows = 3;
            let length = match format.sharing() {
                Sharing::Block(_) => (rows * columns * format.bits() as usize).div_ceil(8),
                _ => rows * (columns * format.bits() as usize).div_ceil(8),
            };
            let scales = match format.sharing() {
                Sharing::Nothing => 0,
                Sharing::Group => rows * columns.div_ceil(8),
                Sharing::Row => rows,
                Sharing::Block(size) => (rows * columns).div_ceil(size),
            };
            let codes: Vec<u8> = bytes.iter().copied().cycle().take(length).collect();
            let size = [rows * columns, columns];
            let restored = Packed::restore(format, rounding(8), size, codes.clone(), vec![0.5; scales]).unwrap();
            prop_assert_eq!(restored.packed(), codes.as_slice());
            prop_assert_eq!(restored.codes().len(), rows * columns);
            let more = Packed::restore(format, rounding(8), size, [codes, vec![0]].concat(), vec![0.5; scales]);
            let is_refused = matches!(more, Err(QuantizeError::Packed { .. }));
            prop_assert!(is_refused, "{:?}", format);
        }
    }

    #[test]
    fn bytes_are_the_bits_of_the_table((weights, columns) in matrix(), group in 1usize..100) {
        let rows = weights.len() / columns;
        for format in Format::ALL {
            let bytes = Packed::new(&weights, columns, format, rounding(group)).unwrap().bytes();
            let bits = format.bits() as usize;
            let (codes, groups) = match format.sharing() {
                Sharing::Nothing => (rows * (columns * bits).div_ceil(8), 0),
                Sharing::Group => (rows * (columns * bits).div_ceil(8), rows * columns.div_ceil(group)),
                Sharing::Row => (rows * (columns * bits).div_ceil(8), rows),
                Sharing::Block(size) => ((weights.len() * bits).div_ceil(8), weights.len().div_ceil(size)),
            };
            // One byte per quantized scale, four per 256 of them, and four for their mean.
            let scales = if format.is_double() { groups + 4 * groups.div_ceil(256) + 4 } else { 4 * groups };
            prop_assert_eq!((bytes.codes, bytes.scales, bytes.zero_points), (codes, scales, 0), "{:?}", format);
        }
    }

    #[test]
    fn a_weight_that_is_not_finite_is_named(
        (weights, columns) in matrix(), place: prop::sample::Index, which in 0usize..3,
    ) {
        prop_assume!(!weights.is_empty());
        let mut weights = weights;
        let index = place.index(weights.len());
        weights[index] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][which];
        for format in Format::ALL {
            let error = Packed::new(&weights, columns, format, Rounding::default()).unwrap_err();
            let is_named = matches!(error, QuantizeError::NotFinite { index: found, .. } if found == index);
            prop_assert!(is_named, "{:?}: {}", format, error);
        }
    }
}

#[test]
fn every_key_is_unique_and_names_its_format() {
    for format in Format::ALL {
        assert_eq!(format.key().parse(), Ok(format));
        assert_eq!(Format::ALL.into_iter().filter(|other| other.label() == format.label()).count(), 1);
    }
    assert!(matches!("int5".parse::<Format>(), Err(QuantizeError::Format(_))));
}

#[test]
fn a_matrix_needs_whole_rows_and_a_valid_rule() {
    let shape = Err(QuantizeError::Shape { values: 7, width: 3 });
    assert_eq!(Packed::new(&[1.0; 7], 3, Format::Int4, Rounding::default()), shape);
    let none = Packed::new(&[1.0], 0, Format::Int4, Rounding::default());
    assert_eq!(none, Err(QuantizeError::Shape { values: 1, width: 0 }));
    let rule = Rounding { group: 8, rule: ScaleRule::Percentile(20.0) };
    assert_eq!(Packed::new(&[1.0; 6], 3, Format::Int4, rule), Err(QuantizeError::Percentile(20.0)));
}

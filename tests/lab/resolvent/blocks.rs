//! The kernels' own layout: packed and unpacked, a batch is what it was, however few of a block's lanes it fills.

use bk_resolvent::{
    Batch, Blocks, ComplexBlocks, ComplexPlanes, Cotangents, Gradient, GradientBlocks, Real, causal_batch,
    causal_blocks, green_batch, green_blocks, green_blocks_with_adjoint, green_with_adjoint,
};
use proptest::prelude::*;

use super::batch::Problem;

/// Every kernel in blocks gives to the last bit what it gives from rows.
fn check<T: Real + std::fmt::Debug>(problem: &Problem, bonded: bool) -> Result<(), TestCaseError> {
    problem.batch::<T, _>(bonded, |batch| {
        let blocks = Blocks::pack(batch).unwrap();
        prop_assert_eq!((blocks.sites(), blocks.sequences()), (batch.sites(), batch.sequences()));
        let (mut packed, mut unpacked) = (ComplexBlocks::default(), ComplexPlanes::default());
        let mut rows = ComplexPlanes::default();
        green_blocks(&blocks, &mut packed).unwrap();
        packed.unpack(&mut unpacked).unwrap();
        green_batch(batch, &mut rows).unwrap();
        prop_assert_eq!(&unpacked, &rows);
        causal_blocks(&blocks, &mut packed).unwrap();
        packed.unpack(&mut unpacked).unwrap();
        causal_batch(batch, &mut rows).unwrap();
        prop_assert_eq!(&unpacked, &rows);

        let cotangents = ComplexPlanes { re: batch.diagonals().to_vec(), im: rows.im.clone() };
        let (mut packed_gradient, mut unpacked_gradient) = (GradientBlocks::default(), Gradient::default());
        let mut gradient = Gradient::default();
        let g = Cotangents::pack(batch, &cotangents).unwrap();
        green_blocks_with_adjoint(&blocks, &g, &mut packed, &mut packed_gradient).unwrap();
        packed.unpack(&mut unpacked).unwrap();
        packed_gradient.unpack(batch, &mut unpacked_gradient).unwrap();
        green_with_adjoint(batch, &cotangents, &mut rows, &mut gradient).unwrap();
        prop_assert_eq!(&unpacked, &rows);
        prop_assert_eq!(&unpacked_gradient, &gradient);
        Ok(())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One sequence to two blocks and a half, with lengths around the squares that are transposed at once. At this η
    /// one sequence is too short to be cut in pieces.
    #[test]
    fn blocks_and_rows_are_the_same_batch(
        sequences in 1usize..72, sites in 1usize..40, bonded in any::<bool>(), seed in any::<u32>()
    ) {
        let problem = Problem::random(sequences, sites, 0.1, seed);
        check::<f32>(&problem, bonded)?;
        check::<f64>(&problem, bonded)?;
    }
}

#[test]
fn a_batch_of_another_shape_is_refused() {
    let (small, large) = (Problem::random(3, 5, 0.1, 1), Problem::random(5, 3, 0.1, 1));
    small.batch::<f32, _>(false, |small| {
        large.batch::<f32, _>(false, |large| {
            let planes = ComplexPlanes { re: vec![0.0; 15], im: vec![0.0; 15] };
            let cotangents = Cotangents::pack(large, &planes).unwrap();
            let blocks = Blocks::pack(small).unwrap();
            let (mut green, mut gradient) = (ComplexBlocks::default(), GradientBlocks::default());
            let error =
                green_blocks_with_adjoint(&blocks, &cotangents, &mut green, &mut gradient).unwrap_err();
            assert!(error.to_string().contains("5 sites"), "{error}");
        });
    });
}

#[test]
fn no_sequence_at_all_is_a_batch_too() {
    let batch = Batch::<f32>::new(7, &[], &[]).unwrap();
    let (mut green, mut planes) = (ComplexBlocks::default(), ComplexPlanes::default());
    green_blocks(&Blocks::pack(&batch).unwrap(), &mut green).unwrap();
    green.unpack(&mut planes).unwrap();
    assert!(planes.re.is_empty() && planes.im.is_empty());
}

//! NumPy's legacy generator (`numpy.random.RandomState`), so that a NumPy user can draw the same numbers.
//!
//! Mersenne Twister 19937 with 53-bit uniforms and polar normals: resnet-bk.md Appendix A.1 to A.3.

use rand_mt::Mt;

/// The stream of `numpy.random.RandomState(seed)`.
///
/// Every published simulation and every random potential draws from it, because then the same numbers can be
/// had from NumPy in one line. It is no source of cryptographic randomness.
#[derive(Debug, Clone)]
pub struct LegacyRandom {
    bits: Mt,
    /// The polar method makes normals in pairs; the second of a pair waits here (Appendix A.2).
    waiting_normal: Option<f64>,
}

impl LegacyRandom {
    /// The stream of `seed`, as `numpy.random.RandomState(seed)` starts it.
    pub fn new(seed: u32) -> Self {
        Self { bits: Mt::new(seed), waiting_normal: None }
    }

    /// The next uniform double in [0, 1), on the grid of 2⁻⁵³; NumPy's `random_sample()`.
    pub fn uniform(&mut self) -> f64 {
        let high = f64::from(self.bits.next_u32() >> 5);
        let low = f64::from(self.bits.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// The next standard normal double; NumPy's `standard_normal()`.
    ///
    /// The logarithm is pxfm's: the standard library's differs from glibc's, on which NumPy's numbers rest, and
    /// differs between native and WebAssembly.
    pub fn normal(&mut self) -> f64 {
        if let Some(normal) = self.waiting_normal.take() {
            return normal;
        }
        loop {
            let first = 2.0 * self.uniform() - 1.0;
            let second = 2.0 * self.uniform() - 1.0;
            let squared_radius = first * first + second * second;
            if squared_radius < 1.0 && squared_radius != 0.0 {
                let factor = (-2.0 * pxfm::f_log(squared_radius) / squared_radius).sqrt();
                self.waiting_normal = Some(factor * first);
                return factor * second;
            }
        }
    }

    /// The numbers 0 to count − 1 in random order; NumPy's `permutation(count)`, whose first k entries are
    /// its choice of k without replacement.
    pub fn permutation(&mut self, count: u32) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..count).collect();
        for index in (1..count).rev() {
            let other = self.at_most(index);
            numbers.swap(index as usize, other as usize);
        }
        numbers
    }

    /// The next whole number from 0 to `most`, by rejection under a mask of ones.
    fn at_most(&mut self, most: u32) -> u32 {
        let mask = u32::MAX.checked_shr(most.leading_zeros()).unwrap_or(0);
        loop {
            let number = self.bits.next_u32() & mask;
            if number <= most {
                return number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LegacyRandom;

    #[test]
    fn normals_of_seed_42_are_those_of_appendix_a5() {
        let mut random = LegacyRandom::new(42);
        let normals: Vec<f64> = (0..6).map(|_| random.normal()).collect();
        assert_eq!(
            normals,
            [
                0.4967141530112327,
                -0.13826430117118466,
                0.6476885381006925,
                1.5230298564080254,
                -0.23415337472333597,
                -0.23413695694918055
            ]
        );
    }

    #[test]
    fn uniforms_of_seed_42_are_those_of_numpy() {
        let mut random = LegacyRandom::new(42);
        let uniforms: Vec<f64> = (0..3).map(|_| random.uniform()).collect();
        assert_eq!(uniforms, [0.3745401188473625, 0.9507143064099162, 0.7319939418114051]);
    }

    #[test]
    fn permutations_of_seed_42_are_those_of_numpy() {
        let mut random = LegacyRandom::new(42);
        assert_eq!(random.permutation(10), [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
        assert_eq!(random.permutation(5), [1, 0, 3, 4, 2]);
        assert!(random.permutation(0).is_empty());
        assert_eq!(random.permutation(1), [0]);
    }

    #[test]
    fn a_waiting_normal_survives_uniform_draws() {
        let mut random = LegacyRandom::new(42);
        random.normal();
        random.uniform();
        assert_eq!(random.normal(), -0.13826430117118466);
    }
}

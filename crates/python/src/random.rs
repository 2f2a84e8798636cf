//! The generators behind the published numbers: NumPy's legacy one (`numpy.random.RandomState`) and Python's
//! (`random`), so that anyone with NumPy or Python can draw the same numbers.
//!
//! Both are the Mersenne Twister 19937 with 53-bit uniforms. They differ in how a seed becomes its state and in
//! what is made of its bits: resnet-bk.md Appendix A.1 to A.3, vit-lora.md §5.

use rand_mt::Mt;

/// The next uniform double in [0, 1), on the grid of 2⁻⁵³, from two words of the twister.
fn uniform(bits: &mut Mt) -> f64 {
    let high = f64::from(bits.next_u32() >> 5);
    let low = f64::from(bits.next_u32() >> 6);
    (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
}

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
        uniform(&mut self.bits)
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

/// The stream of Python's `random` after `random.seed(seed)`.
///
/// The published study of quantized LoRA draws from it, without ever seeding it.
#[derive(Debug, Clone)]
pub struct PythonRandom {
    bits: Mt,
}

impl PythonRandom {
    /// The stream of `seed`: its 32-bit words, the lowest first, are the key of the twister.
    pub fn new(seed: u64) -> Self {
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        let words = if high == 0 { 1 } else { 2 };
        PythonRandom { bits: Mt::new_with_key([low, high].into_iter().take(words)) }
    }

    /// The next double between `from` and `to`; Python's `uniform(from, to)`.
    pub fn uniform(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * uniform(&mut self.bits)
    }

    /// The next whole number from 0 to `count` − 1, by rejection of the highest bits; 0 for a count of 0.
    pub fn below(&mut self, count: u32) -> u32 {
        let width = u32::BITS - count.leading_zeros();
        if width == 0 {
            return 0;
        }
        loop {
            let number = self.bits.next_u32() >> (u32::BITS - width);
            if number < count {
                return number;
            }
        }
    }

    /// One of the items; Python's `choice(items)`.
    pub fn choice<Item: Copy, const COUNT: usize>(&mut self, items: [Item; COUNT]) -> Item {
        const { assert!(COUNT > 0 && COUNT <= u32::MAX as usize) };
        items[self.below(COUNT as u32) as usize]
    }

    /// The next whole number from `least` to `most`, both included; Python's `randint(least, most)`.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most.saturating_sub(least).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::{LegacyRandom, PythonRandom};

    /// `random.seed(s)`, then `random.random()` twice, `randint(20, 50)` and `choice([0, 1, 2])`, by CPython 3.11.
    #[test]
    fn draws_are_those_of_python() {
        let expected = [
            (0, 0.8444218515250481, 0.7579544029403025, 33, 0),
            (42, 0.6394267984578837, 0.025010755222666936, 28, 0),
            (123, 0.052363598850944326, 0.08718667752263232, 33, 1),
            (4294967296, 0.11299430095636409, 0.41782886486292836, 20, 0),
            (18446744073709551615, 0.021825695401270107, 0.3380953268613758, 26, 1),
        ];
        for (seed, first, second, integer, item) in expected {
            let mut random = PythonRandom::new(seed);
            assert_eq!((random.uniform(0.0, 1.0), random.uniform(0.0, 1.0)), (first, second), "seed {seed}");
            assert_eq!((random.between(20, 50), random.choice([0, 1, 2])), (integer, item), "seed {seed}");
        }
    }

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

//! The random number generators behind the published numbers: NumPy's legacy generator (`numpy.random.RandomState`)
//! and Python's `random`. The same numbers can be drawn with NumPy or Python.
//!
//! Both are the Mersenne Twister 19937 with 53-bit uniforms. They differ in how they derive the state from the
//! seed, and the numbers from the bits: resnet-bk.md Appendix A.1 to A.3, vit-lora.md §5.

use rand_mt::Mt;

/// Returns the next uniform double in [0, 1), a multiple of 2⁻⁵³, from two words of the twister.
fn uniform(bits: &mut Mt) -> f64 {
    let high = f64::from(bits.next_u32() >> 5);
    let low = f64::from(bits.next_u32() >> 6);
    (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
}

/// The stream of `numpy.random.RandomState(seed)`.
///
/// Every published simulation and every random potential uses it, so that NumPy can produce the same numbers in one
/// line. Not suitable for cryptography.
#[derive(Debug, Clone)]
pub struct LegacyRandom {
    bits: Mt,
    /// The second normal of a pair, not yet returned: the polar method generates normals in pairs (resnet-bk.md
    /// Appendix A.2).
    waiting_normal: Option<f64>,
}

impl LegacyRandom {
    /// Creates the stream of `seed`, in the state of `numpy.random.RandomState(seed)`.
    pub fn new(seed: u32) -> Self {
        Self { bits: Mt::new(seed), waiting_normal: None }
    }

    /// Returns the next uniform double in [0, 1), a multiple of 2⁻⁵³, as NumPy's `random_sample()`.
    pub fn uniform(&mut self) -> f64 {
        uniform(&mut self.bits)
    }

    /// Returns the next standard normal double, as NumPy's `standard_normal()`.
    ///
    /// Uses the logarithm of pxfm. That of the standard library differs from that of glibc, which NumPy uses, and
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

    /// Returns the numbers 0 to count − 1 in random order, as NumPy's `permutation(count)`, whose first k entries
    /// are its choice of k without replacement.
    pub fn permutation(&mut self, count: u32) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..count).collect();
        for index in (1..count).rev() {
            let other = self.at_most(index);
            numbers.swap(index as usize, other as usize);
        }
        numbers
    }

    /// Returns the next integer from 0 to `most`, by masking the bits and rejecting larger numbers.
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
/// The published study of quantized LoRA uses this generator without seeding it.
#[derive(Debug, Clone)]
pub struct PythonRandom {
    bits: Mt,
}

impl PythonRandom {
    /// Creates the stream of `seed`. The key of the twister consists of the 32-bit words of the seed, the lowest
    /// first.
    pub fn new(seed: u64) -> Self {
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        let words = if high == 0 { 1 } else { 2 };
        PythonRandom { bits: Mt::new_with_key([low, high].into_iter().take(words)) }
    }

    /// Returns the next double between `from` and `to`, as Python's `uniform(from, to)`.
    pub fn uniform(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * uniform(&mut self.bits)
    }

    /// Returns the next integer from 0 to `count` − 1, from the highest bits, rejecting larger numbers; 0 for a
    /// count of 0.
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

    /// Returns one of the items, as Python's `choice(items)`.
    pub fn choice<Item: Copy, const COUNT: usize>(&mut self, items: [Item; COUNT]) -> Item {
        const { assert!(COUNT > 0 && COUNT <= u32::MAX as usize) };
        items[self.below(COUNT as u32) as usize]
    }

    /// Returns the next integer from `least` to `most`, both included, as Python's `randint(least, most)`.
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

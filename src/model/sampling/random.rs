//! Random numbers: a generator, the normal distribution, and the distributions of a sweep.
//!
//! Everything is computed here, so that a seed gives the same points in every version of every
//! dependency.

use crate::document::{Distribution, Spread};

/// `SplitMix64`: each call adds a constant and mixes (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014).
#[derive(Clone, Debug)]
pub(super) struct Generator(u64);

/// What each call adds: 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Generator {
    pub fn new(seed: u64) -> Self {
        Generator(seed)
    }

    /// A generator that has given so many numbers.
    pub fn after(seed: u64, numbers: u64) -> Self {
        Generator(seed.wrapping_add(STEP.wrapping_mul(numbers)))
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number above 0 and below 1.
    pub fn uniform(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }
}

/// The quantile of the standard normal distribution, to 1e-16 (Wichura, "Algorithm AS 241: the
/// percentage points of the normal distribution", Applied Statistics 37(3), 1988).
#[must_use]
pub(super) fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 8] = [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ];
    const B: [f64; 8] = [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ];
    const C: [f64; 8] = [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ];
    const E: [f64; 8] = [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ];
    let ratio = |over: &[f64; 8], under: &[f64; 8], r: f64| {
        let at = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * r + c);
        at(over) / at(under)
    };
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&A, &B, 0.180_625 - q * q);
    }
    let r = (-(if q < 0.0 { p } else { 1.0 - p }).ln()).sqrt();
    let x = if r <= 5.0 { ratio(&C, &D, r - 1.6) } else { ratio(&E, &F, r - 5.0) };
    if q < 0.0 { -x } else { x }
}

/// The standard normal distribution function, to about 1e-15: its series near 0, and the continued
/// fraction of its tail beyond (Abramowitz and Stegun, 26.2.11 and 26.2.14).
#[must_use]
pub(super) fn normal_probability(x: f64) -> f64 {
    let density = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let a = x.abs();
    let upper = if a < 3.0 {
        let (mut term, mut sum, mut n) = (a, a, 1.0);
        while term > 1e-18 * sum {
            n += 2.0;
            term *= a * a / n;
            sum += term;
        }
        0.5 - density * sum
    } else {
        let fraction = (1..=60).rev().fold(a, |f, k| a + f64::from(k) / f);
        density / fraction
    };
    if x > 0.0 { 1.0 - upper } else { upper }
}

/// The value of an axis at a probability.
#[must_use]
pub(super) fn quantile(spread: &Spread, u: f64) -> f64 {
    let pick = |n: usize| ((u * n as f64) as usize).min(n - 1);
    match spread {
        Spread::Range { from, to, steps: None } => from + u * (to - from),
        Spread::Range { from, to, steps: Some(n) } => from + pick(*n) as f64 / (*n - 1) as f64 * (to - from),
        Spread::Values(values) => values[pick(values.len())],
        Spread::Scenarios(lists) => pick(lists.len()) as f64,
        Spread::Random(Distribution::Normal(mean, sd)) => mean + sd * normal_quantile(u),
        Spread::Random(Distribution::Lognormal(median, sigma)) => median * (sigma * normal_quantile(u)).exp(),
        Spread::Random(Distribution::Uniform(low, high)) => low + u * (high - low),
        Spread::Random(Distribution::Triangular(low, mode, high)) => {
            let (width, left) = (high - low, mode - low);
            if u * width < left {
                low + (u * width * left).sqrt()
            } else {
                high - ((1.0 - u) * width * (high - mode)).sqrt()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of Python's `statistics.NormalDist().inv_cdf`.
    #[test]
    fn quantiles_of_the_normal_distribution() {
        for (p, z) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.001, -3.090_232_306_167_813_5),
            (1e-12, -7.034_483_825_301_131),
            (1e-20, -9.262_340_089_798_409),
        ] {
            assert!((normal_quantile(p) - z).abs() < 1e-12, "{p}: {}", normal_quantile(p));
        }
    }

    #[test]
    fn the_distribution_function_is_the_inverse() {
        for i in 1..200 {
            let z = f64::from(i - 100) / 13.0;
            let p = normal_probability(z);
            if p < 0.999_999 {
                assert!((normal_quantile(p) - z).abs() < 1e-8, "{z}: {p}");
            }
        }
        assert!((normal_probability(1.0) - 0.841_344_746_068_542_9).abs() < 1e-15);
    }

    #[test]
    fn the_generator_gives_the_published_numbers() {
        // The first outputs of SplitMix64 for the seed 1234567, as in the reference code.
        let mut g = Generator::new(1_234_567);
        assert_eq!([g.next(), g.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        assert_eq!(Generator::after(1_234_567, 1).next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn triangles_and_ranges() {
        let triangle = Spread::Random(Distribution::Triangular(0.0, 1.0, 3.0));
        assert!((quantile(&triangle, 1.0 / 3.0) - 1.0).abs() < 1e-12);
        assert!(quantile(&triangle, 1e-12) < 1e-5 && quantile(&triangle, 1.0 - 1e-12) > 2.9999);
        let range = Spread::Range { from: 0.0, to: 4.0, steps: Some(5) };
        assert_eq!([0.0, 0.5, 0.999].map(|u| quantile(&range, u)), [0.0, 2.0, 4.0]);
    }
}

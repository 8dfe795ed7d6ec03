//! What sample sizes allow to say about shares.

/// What share of something was counted: between 0 and 1, over so many samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share.
    pub value: f64,
    /// Over how many samples; at least one.
    pub n: u64,
}

impl Share {
    /// A share; `None` where `value` is no share or nothing was sampled.
    pub fn new(value: f64, n: u64) -> Option<Self> {
        ((0.0..=1.0).contains(&value) && n > 0).then_some(Self { value, n })
    }

    /// Between which values the true share lies with a confidence of 95 %: Wilson's score interval.
    ///
    /// Source: E. B. Wilson, 'Probable inference, the law of succession, and statistical inference', Journal of the
    /// American Statistical Association 22 (1927), p. 209-212.
    pub fn interval(self) -> (f64, f64) {
        /// The 97.5 % point of the normal distribution.
        const Z: f64 = 1.959_963_984_540_054;
        let (n, z2) = (self.n as f64, Z * Z);
        let centre = self.value + z2 / (2.0 * n);
        let half = Z * (self.value * (1.0 - self.value) / n + z2 / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z2 / n;
        (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
    }
}

/// How likely a difference at least this large would be if nothing had changed; `None` where the samples are too few for
/// the test: fewer than five are expected with or without the property in one of the two.
///
/// The two-sided z-test for two proportions with the pooled share. For a mean of values between 0 and 1 that are not all
/// 0 or 1 it errs on the side of caution: no such values vary more than those of a yes-or-no question with the same mean
/// (R. Bhatia and C. Davis, 'A better bound on the variance', The American Mathematical Monthly 107 (2000), p. 353-357).
///
/// Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 7.3.3; the condition on the counts is W. G. Cochran's,
/// 'Some methods for strengthening the common chi-square tests', Biometrics 10 (1954), p. 417-451.
pub fn chance_of_difference(one: Share, other: Share) -> Option<f64> {
    const LEAST_EXPECTED: f64 = 5.0;
    let (n1, n2) = (one.n as f64, other.n as f64);
    let pooled = (one.value * n1 + other.value * n2) / (n1 + n2);
    let least = n1.min(n2) * pooled.min(1.0 - pooled);
    if least < LEAST_EXPECTED {
        return None;
    }
    let error = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    let z = (one.value - other.value).abs() / error;
    Some(complementary_error(z / std::f64::consts::SQRT_2))
}

/// Which of these chances stand when they are looked at together, at a level of 5 % for all: Holm's step-down procedure.
///
/// Source: S. Holm, 'A simple sequentially rejective multiple test procedure', Scandinavian Journal of Statistics 6
/// (1979), p. 65-70.
pub fn standing(chances: &[f64]) -> Vec<bool> {
    const LEVEL: f64 = 0.05;
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|a, b| chances[*a].total_cmp(&chances[*b]));
    let mut stands = vec![false; chances.len()];
    for (rank, at) in order.into_iter().enumerate() {
        if chances[at] > LEVEL / (chances.len() - rank) as f64 {
            break;
        }
        stands[at] = true;
    }
    stands
}

/// The complementary error function for `x` of at least 0, within 1.5e-7.
///
/// Source: M. Abramowitz and I. A. Stegun, 'Handbook of Mathematical Functions' (1964), formula 7.1.26.
fn complementary_error(x: f64) -> f64 {
    const A: [f64; 5] = [0.254_829_592, -0.284_496_736, 1.421_413_741, -1.453_152_027, 1.061_405_429];
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let sum = A.iter().rev().fold(0.0, |sum, a| (sum + a) * t);
    (sum * (-x * x).exp()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(value: f64, n: u64) -> Share {
        Share::new(value, n).expect("a share")
    }

    #[test]
    fn the_error_function_is_that_of_the_tables() {
        // Abramowitz and Stegun, table 7.1.
        let table =
            [(0.0, 1.0), (0.5, 0.479_500_122), (1.0, 0.157_299_207), (1.5, 0.033_894_854), (2.0, 0.004_677_735)];
        for (x, value) in table {
            assert!((complementary_error(x) - value).abs() < 2e-7, "{x}");
        }
    }

    #[test]
    fn the_interval_is_the_published_one() {
        // R. G. Newcombe, 'Two-sided confidence intervals for the single proportion', Statistics in Medicine 17 (1998),
        // table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        let table =
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)];
        for (with, n, low, high) in table {
            let (a, b) = share(f64::from(with) / n as f64, n).interval();
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{with} of {n}: {a} {b}");
        }
    }

    #[test]
    fn a_difference_counts_when_the_samples_carry_it() {
        // 20 of 400 against 40 of 400: z = 2.685, p = 0.0073.
        let chance = chance_of_difference(share(0.05, 400), share(0.10, 400)).expect("enough samples");
        assert!((chance - 0.00726).abs() < 1e-4, "{chance}");
        assert_eq!(chance_of_difference(share(0.05, 40), share(0.10, 40)), None, "three are expected");
        assert_eq!(chance_of_difference(share(0.0, 400), share(0.0, 400)), None);
        assert!(Share::new(1.5, 10).is_none() && Share::new(0.5, 0).is_none() && Share::new(f64::NAN, 1).is_none());
    }

    #[test]
    fn chances_are_judged_together() {
        assert_eq!(standing(&[0.04, 0.001, 0.02]), [true, true, true]);
        assert_eq!(standing(&[0.04, 0.001, 0.03]), [false, true, false]);
        assert_eq!(standing(&[0.03, 0.04]), [false, false]);
        assert_eq!(standing(&[]), [false; 0]);
    }
}

//! A share of the traffic.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

/// A share of the traffic in hundredths of a percent: 5 % is 500. Exact, so that shares add up to exactly 100 % or don't.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

/// Why a text is no share of the traffic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// It is no decimal number.
    #[error("`{0}` is no percentage: write it as 5 or 2.5")]
    NoNumber(String),
    /// It is finer than hundredths of a percent.
    #[error("`{0}` has more than two decimals, the finest share of traffic is 0.01 percent")]
    TooFine(String),
    /// It is below 0 or above 100.
    #[error("`{0}` is no share of the traffic: those are from 0 to 100 percent")]
    OutOfRange(String),
}

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// All of the traffic.
    pub const WHOLE: Self = Self(10_000);

    /// The share of so many hundredths of a percent; `None` for more than 10,000.
    pub fn from_hundredths(hundredths: u32) -> Option<Self> {
        (hundredths <= Self::WHOLE.0).then_some(Self(hundredths))
    }

    /// Hundredths of a percent; more than 10,000 for a sum.
    pub fn hundredths(self) -> u32 {
        self.0
    }

    /// What is left of it when `other` is taken away; nothing where that is more.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Share {
    fn sum<I: Iterator<Item = Self>>(shares: I) -> Self {
        Self(shares.fold(0, |sum, share| sum.saturating_add(share.0)))
    }
}

impl fmt::Display for Share {
    /// The percentage as short as it can be written: `5`, `2.5`, `33.33`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (percent, rest) = (self.0 / 100, self.0 % 100);
        let text = match rest {
            0 => percent.to_string(),
            rest if rest % 10 == 0 => format!("{percent}.{}", rest / 10),
            rest => format!("{percent}.{rest:02}"),
        };
        f.pad(&text)
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
        if unsigned.is_empty() && decimals.is_empty() || !is_number(unsigned) || !is_number(decimals) {
            return Err(ShareError::NoNumber(text.to_owned()));
        }
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > 2 {
            return Err(ShareError::TooFine(text.to_owned()));
        }
        let out_of_range = || ShareError::OutOfRange(text.to_owned());
        // At most five digits matter: leading zeros say nothing, and more is above 100.
        let digits = format!("{unsigned}{decimals:0<2}");
        let hundredths = digits.trim_start_matches('0');
        let hundredths = if hundredths.is_empty() { 0 } else { hundredths.parse().map_err(|_| out_of_range())? };
        match Self::from_hundredths(hundredths) {
            Some(share) if share == Self::NONE || !whole.starts_with('-') => Ok(share),
            _ => Err(out_of_range()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shares_are_exact() {
        for (text, hundredths) in [
            ("5", 500),
            ("2.5", 250),
            ("33.33", 3333),
            ("0.10", 10),
            ("100.000", 10_000),
            (".5", 50),
            ("5.", 500),
            ("007", 700),
            ("-0", 0),
        ] {
            assert_eq!(text.parse().map(Share::hundredths), Ok(hundredths), "{text}");
        }
        for (text, error) in [
            ("", ShareError::NoNumber as fn(String) -> ShareError),
            ("1e1", ShareError::NoNumber),
            ("five", ShareError::NoNumber),
            ("33.333", ShareError::TooFine),
            ("100.01", ShareError::OutOfRange),
            ("-1", ShareError::OutOfRange),
            ("99999999999999999999", ShareError::OutOfRange),
        ] {
            assert_eq!(text.parse::<Share>(), Err(error(text.to_owned())));
        }
        let thirds: Share =
            ["33.33", "33.33", "33.34"].iter().map(|text| text.parse::<Share>().expect("a share")).sum();
        assert_eq!(thirds, Share::WHOLE);
    }

    proptest! {
        #[test]
        fn shares_are_read_as_they_are_written(hundredths in 0_u32..=10_000) {
            let share = Share::from_hundredths(hundredths).expect("it is in range");
            prop_assert_eq!(share.to_string().parse(), Ok(share));
        }

        #[test]
        fn no_text_is_too_much(text in any::<String>(), number in "[-+]?[0-9]{0,12}\\.?[0-9]{0,12}") {
            let _ = text.parse::<Share>();
            let _ = number.parse::<Share>();
        }
    }
}

//! What a plain scalar means: the core schema of YAML 1.2 (specification 1.2.2, section 10.3.2).
//!
//! It is not YAML 1.1: `no`, `yes`, `on`, `1_000`, `0b1` and `12:30:00` are text, and `012` is the number twelve.

use super::Kind;

/// The kind of the plain scalar `text`.
pub(super) fn plain(text: &str) -> Kind {
    match text.as_bytes().first() {
        None => Kind::Null,
        Some(b'n' | b'N' | b'~') if matches!(text, "null" | "Null" | "NULL" | "~") => Kind::Null,
        Some(b't' | b'T' | b'f' | b'F') if boolean(text).is_some() => Kind::Bool,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(text),
        Some(_) => Kind::String,
    }
}

/// The value of a boolean.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Kind {
    if radix(text).is_some() {
        return Kind::Integer;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Kind::Float;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    if exponent.is_some_and(|digits| !is_digits(digits)) {
        return Kind::String;
    }
    match mantissa.split_once('.') {
        None if !is_digits(mantissa) => Kind::String,
        None if exponent.is_none() => Kind::Integer,
        None => Kind::Float,
        Some((whole, fraction)) => {
            let whole_is_fine = whole.is_empty() || is_digits(whole);
            let fraction_is_fine = fraction.is_empty() || is_digits(fraction);
            let has_digits = !whole.is_empty() || !fraction.is_empty();
            if whole_is_fine && fraction_is_fine && has_digits { Kind::Float } else { Kind::String }
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits and the base of `0x1F` and `0o17`.
fn radix(text: &str) -> Option<(&str, u32)> {
    let (digits, base) = match text.as_bytes() {
        [b'0', b'x', ..] => (&text[2..], 16),
        [b'0', b'o', ..] => (&text[2..], 8),
        _ => return None,
    };
    // `from_str_radix` would accept a sign, which the schema does not have here.
    let all_digits = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base));
    all_digits.then_some((digits, base))
}

/// The value of an integer, if it fits.
pub(super) fn integer<T>(text: &str) -> Option<T>
where
    T: std::str::FromStr + TryFrom<u64>,
{
    match radix(text) {
        Some((digits, base)) => T::try_from(u64::from_str_radix(digits, base).ok()?).ok(),
        None => text.parse().ok(),
    }
}

/// The value of an integer or a float; a whole number over 2^53 is rounded.
pub(super) fn float(text: &str) -> Option<f64> {
    if let Some((digits, base)) = radix(text) {
        let value = |digit: char| digit.to_digit(base).map(f64::from);
        return digits.chars().try_fold(0.0, |sum, digit| Some(sum * f64::from(base) + value(digit)?));
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        // Rust's parser also knows the words `inf` and `nan`, which are text in YAML.
        _ if unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') => {
            unsigned.parse::<f64>().ok().map(|value| sign * value)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_schema_decides_what_a_plain_scalar_is() {
        let cases: &[(Kind, &[&str])] = &[
            (Kind::Null, &["", "~", "null", "Null", "NULL"]),
            (Kind::Bool, &["true", "True", "TRUE", "false", "False", "FALSE"]),
            (Kind::Integer, &["0", "-0", "+12", "012", "0o17", "0x1F", "18446744073709551616"]),
            (Kind::Float, &["1.0", "1.", ".5", "-1e3", "1E+3", "+.inf", "-.INF", ".nan", "6.02e23", "0e0"]),
            (
                Kind::String,
                &[
                    "nULL",
                    "no",
                    "yes",
                    "on",
                    "off",
                    "y",
                    "tRUE",
                    "1_000",
                    "0b1",
                    "0o8",
                    "0x",
                    "0xG",
                    "-0x1",
                    "1e",
                    "1e+",
                    ".",
                    "-",
                    "+",
                    "..",
                    "1.2.3",
                    "12:30:00",
                    "2026-11-21",
                    "-.nan",
                    ".inf1",
                    "inf",
                    "nan",
                    "e3",
                    "1 2",
                    "--1",
                    "١",
                ],
            ),
        ];
        for (kind, texts) in cases {
            for text in *texts {
                assert_eq!(plain(text), *kind, "{text:?}");
            }
        }
    }

    #[test]
    fn numbers_have_their_values() {
        assert_eq!(integer::<u64>("0x1F"), Some(31));
        assert_eq!(integer::<u64>("0o17"), Some(15));
        assert_eq!(integer::<u64>("012"), Some(12));
        assert_eq!(integer::<u64>("+7"), Some(7));
        assert_eq!(integer::<u64>("-7"), None);
        assert_eq!(integer::<i64>("-7"), Some(-7));
        assert_eq!(integer::<u64>("18446744073709551615"), Some(u64::MAX));
        assert_eq!(integer::<u64>("18446744073709551616"), None);
        assert_eq!(float("-.inf"), Some(f64::NEG_INFINITY));
        assert_eq!(float("0x10"), Some(16.0));
        assert_eq!(float("1."), Some(1.0));
        assert_eq!(float("-.5"), Some(-0.5));
        assert_eq!(float("inf"), None);
        assert!(float(".nan").is_some_and(f64::is_nan));
    }
}

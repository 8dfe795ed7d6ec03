//! Whether characters were drawn or written: entropy, and runs of letters that follow each other as they do in words.
//!
//! A byte-pair tokenizer measures much the same (words cost fewer tokens a character than random strings); pairs of
//! letters need no vocabulary of megabytes, so they can be asked on a path that a short text takes.

/// For each letter, those that follow it in 96 of 100 pairs of letters in the words of English prompts. Two letters at
/// random are such a pair four times in ten.
static FOLLOWERS: [&[u8]; 26] = [
    b"bcdfgiklmnprstuvwy",
    b"aeiloru",
    b"acehiklorstuy",
    b"adeilorsu",
    b"acdefgilmnpqrstvwxy",
    b"aefilortu",
    b"aehinorsu",
    b"aeiotu",
    b"abcdefglmnoprstvz",
    b"e",
    b"eis",
    b"adeilostuy",
    b"aeimopsu",
    b"acdefgiklnopstuvy",
    b"abcdfgijklmnoprstuvw",
    b"aehiloprstu",
    b"u",
    b"acdegikmnorstuvy",
    b"acehikopstuy",
    b"acehiloprstuy",
    b"abcdegilmnprst",
    b"aei",
    b"aehinor",
    b"apt",
    b"ops",
    b"e",
];

/// Shannon's entropy in bits a character.
pub(super) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let length = bytes.len() as f64;
    let share = |count: u32| f64::from(count) / length;
    -counts.iter().filter(|&&count| count > 0).map(|&count| share(count) * share(count).log2()).sum::<f64>()
}

/// Whether the characters read as words: identifiers, sentences, paths.
///
/// They do where two fifths of them lie in runs of four letters or more whose pairs are nearly all common. A run ends
/// where case rises, as in `callFunction` and `HTTPServer`.
pub(super) fn is_wordy(bytes: &[u8]) -> bool {
    let mut covered = 0;
    let mut start = 0;
    for at in 0..=bytes.len() {
        let ends = match (bytes.get(at.wrapping_sub(1)), bytes.get(at), bytes.get(at + 1)) {
            (_, None, _) => true,
            (_, Some(byte), _) if !byte.is_ascii_alphabetic() => true,
            (Some(last), Some(byte), next) => {
                byte.is_ascii_uppercase()
                    && (last.is_ascii_lowercase()
                        || last.is_ascii_uppercase() && next.is_some_and(u8::is_ascii_lowercase))
            }
            _ => false,
        };
        if ends {
            if is_word(&bytes[start..at]) {
                covered += at - start;
            }
            let is_letter = bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
            start = if is_letter { at } else { at + 1 };
        }
    }
    covered * 5 >= bytes.len() * 2
}

/// Whether a run of letters is made of common pairs, three of four at least.
fn is_word(run: &[u8]) -> bool {
    let is_common = |pair: &&[u8]| {
        let first = usize::from(pair[0].to_ascii_lowercase() - b'a');
        FOLLOWERS[first].contains(&pair[1].to_ascii_lowercase())
    };
    run.len() >= 4 && run.windows(2).filter(is_common).count() * 4 >= (run.len() - 1) * 3
}

/// Eight, four, four, four and twelve hexadecimal digits with hyphens (RFC 9562): an identifier, no secret.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(place, byte)| {
            if matches!(place, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// Whether a value of sixteen characters or more looks drawn at random.
pub(super) fn is_random(bytes: &[u8]) -> bool {
    entropy(bytes) >= if bytes.len() < 24 { 2.8 } else { 3.0 } && !is_wordy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_random_characters() {
        for words in
            ["callFunctionCheckIfDataAlreadyExists", "key_algorithm_name_of_v2", "support-assistant-v2-production"]
        {
            assert!(!is_random(words.as_bytes()), "{words}");
        }
        for random in ["9fQz7Lw0xKvB2mTn", "zq8XvKj2pWm4LtRb9NcY", "4f9a1c7be02d58736b1e9d40"] {
            assert!(is_random(random.as_bytes()), "{random}");
        }
    }
}

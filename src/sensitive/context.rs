//! What stands around a candidate: the words before and after it on a bounded stretch.

/// How far a label may stand before its value, in bytes.
pub(super) const REACH: usize = 60;

/// The stretch of up to `reach` bytes before `at`, cut at a blank line: a label does not speak across paragraphs.
pub(super) fn before(bytes: &[u8], at: usize, reach: usize) -> &[u8] {
    let window = &bytes[at.saturating_sub(reach)..at];
    let start = window.windows(2).rposition(|pair| pair == b"\n\n").map_or(0, |place| place + 2);
    &window[start..]
}

/// The stretch of up to `reach` bytes after `at`, cut at a line's end.
pub(super) fn after(bytes: &[u8], at: usize, reach: usize) -> &[u8] {
    let window = &bytes[at..bytes.len().min(at + reach)];
    &window[..window.iter().position(|&byte| byte == b'\n').unwrap_or(window.len())]
}

/// Whether a byte belongs to a word; bytes of a character beyond ASCII do.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Whether one of `words`, which are in lower case, stands in `window` as a whole word, in any ASCII case.
///
/// A word that begins or ends beyond ASCII is found anywhere, since scripts such as Chinese put no space around words.
pub(super) fn mentions(window: &[u8], words: &[&str]) -> bool {
    last_mention(window, words).is_some()
}

/// Where the last of `words` that stands in `window` ends.
pub(super) fn last_mention(window: &[u8], words: &[&str]) -> Option<usize> {
    // A position whose letter begins none of the words is passed without comparing.
    let bit = |byte: u8| 1u64 << (byte & 63);
    let first_letters = words.iter().fold(0, |bits, word| bits | bit(word.as_bytes()[0]));
    (0..window.len()).rev().find_map(|start| {
        let first = window[start].to_ascii_lowercase();
        if first_letters & bit(first) == 0 {
            return None;
        }
        let starts_word = first >= 0x80 || start == 0 || !is_letter(window[start - 1]);
        let fits = |word: &&&str| word.as_bytes()[0] == first && starts_with_word(&window[start..], word);
        if starts_word { words.iter().find(fits).map(|word| start + word.len()) } else { None }
    })
}

/// Whether `window` begins with `word` and the word ends there.
pub(super) fn starts_with_word(window: &[u8], word: &str) -> bool {
    let word = word.as_bytes();
    window.len() >= word.len()
        && window[..word.len()].eq_ignore_ascii_case(word)
        && window.get(word.len()).is_none_or(|&next| !is_letter(next) || word.last().is_some_and(|&last| last >= 0x80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_whole_words_in_the_same_paragraph() {
        assert!(mentions(b"my Phone: ", &["phone"]));
        assert!(!mentions(b"microphones ", &["phone"]));
        assert!(mentions("电话号码：".as_bytes(), &["电话"]));
        assert_eq!(before(b"phone\n\nid ", 10, REACH), b"id ");
        assert_eq!(after(b"12 fax\nnext", 2, 20), b" fax");
    }
}

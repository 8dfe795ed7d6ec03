//! Text from users' files made safe and honest to print: what a terminal would obey or hide becomes visible.
//!
//! An excerpt must not be able to move the cursor, recolour the screen or reorder what is read (CVE-2021-42574), and an
//! invisible character that a finding points at has to be seen.

use std::fmt::Write as _;

/// Columns of a tab in an excerpt, wherever on the line it stands.
const TAB: &str = "    ";

/// Appends `text` to `out` with control, bidirectional and invisible characters replaced by something visible.
///
/// Joiners and emoji selectors stay where a character before them gives them work to do; the first character of `text`
/// has none.
pub(super) fn push_clean(out: &mut String, text: &str) {
    let mut before = None;
    for c in text.chars() {
        push_char(out, c, before);
        before = Some(c);
    }
}

/// `text` as [`push_clean`] writes it.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_clean(&mut out, text);
    out
}

/// Columns that `c` takes in cleaned text, at most: a joined emoji takes fewer than its parts.
pub(super) fn columns(c: char) -> usize {
    if matches!(c, ' '..='~') {
        return 1;
    }
    let mut cleaned = String::new();
    push_char(&mut cleaned, c, None);
    unicode_width::UnicodeWidthStr::width(cleaned.as_str())
}

fn push_char(out: &mut String, c: char, before: Option<char>) {
    match c {
        '\t' => out.push_str(TAB),
        '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
        '\u{7f}' => out.push('\u{2421}'),
        _ if is_hidden(c, before) => write!(out, "<U+{:04X}>", u32::from(c)).expect("because a String takes any text"),
        _ => out.push(c),
    }
}

/// Whether a reader would not see `c`, or would see other characters in another order because of it.
fn is_hidden(c: char, before: Option<char>) -> bool {
    match c {
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0d}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        '\u{200c}' | '\u{200d}' => before.is_none_or(|before| before.is_ascii()),
        '\u{fe0e}' | '\u{fe0f}' => before.is_none_or(|before| before.is_ascii_alphabetic() || before.is_whitespace()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn what_a_terminal_would_obey_or_hide_is_visible() {
        let table = [
            ("plain ñ 日本", "plain ñ 日本"),
            ("\u{1b}[31mred", "␛[31mred"),
            ("a\tb\rc\nd\0\u{7f}", "a    b␍c␊d␀␡"),
            ("\u{9b}2J", "<U+009B>2J"),
            ("user\u{202e}nimda", "user<U+202E>nimda"),
            ("a\u{200b}b\u{feff}", "a<U+200B>b<U+FEFF>"),
            ("\u{e0041}", "<U+E0041>"),
            ("👩\u{200d}💻 ❤\u{fe0f} 1\u{fe0f}\u{20e3}", "👩\u{200d}💻 ❤\u{fe0f} 1\u{fe0f}\u{20e3}"),
            ("a\u{200d}b", "a<U+200D>b"),
        ];
        for (text, shown) in table {
            assert_eq!(clean(text), shown);
        }
    }

    #[test]
    fn columns_are_never_fewer_than_those_of_the_cleaned_text() {
        for text in ["a\tb", "日本語", "👩\u{200d}💻", "e\u{301}", "\u{1b}\u{202e}", "한국"] {
            assert!(text.chars().map(columns).sum::<usize>() >= clean(text).width(), "{text:?}");
        }
    }
}

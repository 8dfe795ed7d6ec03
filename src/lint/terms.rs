//! Terms in text, whatever case, accents or look-alike letters they are written with.

use unicode_normalization::UnicodeNormalization as _;

use crate::sensitive::unicode::latin_twin;
use crate::text::Span;

/// A text as terms are compared: letters without case and accents, twins of Latin letters as those, characters that nobody
/// sees left out, and white space as one space.
pub(crate) struct Folded {
    text: String,
    /// For each byte of `text`, where the character that it comes from starts and ends.
    origins: Vec<Span>,
}

impl Folded {
    pub(crate) fn new(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), origins: Vec::with_capacity(text.len()) };
        for (at, character) in text.char_indices() {
            let origin = Span::new(at, at + character.len_utf8());
            if character.is_ascii() {
                folded.push(character.to_ascii_lowercase(), origin);
                continue;
            }
            for part in std::iter::once(character).nfkd().filter(|part| !is_left_out(*part)) {
                let part = latin_twin(part).unwrap_or(part);
                part.to_lowercase().for_each(|lower| folded.push(latin_twin(lower).unwrap_or(lower), origin));
            }
        }
        folded
    }

    fn push(&mut self, character: char, origin: Span) {
        let character = if character.is_whitespace() { ' ' } else { character };
        if character == ' ' && self.text.ends_with(' ') {
            return;
        }
        self.text.push(character);
        self.origins.extend(std::iter::repeat_n(origin, character.len_utf8()));
    }

    /// Where `term`, itself folded, stands as a word or words, in the text that this was made of.
    pub(crate) fn find<'a>(&'a self, term: &'a Self) -> impl Iterator<Item = Span> + 'a {
        let wanted = term.text.trim();
        let finder = memchr::memmem::Finder::new(wanted.as_bytes()).into_owned();
        let mut at = 0;
        std::iter::from_fn(move || {
            while !wanted.is_empty() && at < self.text.len() {
                let start = at + finder.find(&self.text.as_bytes()[at..])?;
                let end = start + wanted.len();
                at = end;
                if self.is_apart(start, end) {
                    return Some(self.origins[start].cover(self.origins[end - 1]));
                }
                at = start + 1;
            }
            None
        })
    }

    /// Whether no word goes on over the edges of this range. Scripts that put no spaces between words have no such edges.
    fn is_apart(&self, start: usize, end: usize) -> bool {
        let goes_on = |before: Option<char>, after: Option<char>| {
            before.is_some_and(is_part_of_spaced_word) && after.is_some_and(is_part_of_spaced_word)
        };
        let (before, inside, after) = (&self.text[..start], &self.text[start..end], &self.text[end..]);
        // A letter that was taken apart, and a voiced kana, are whole or not meant.
        let cuts = |at: usize| at > 0 && self.origins.get(at) == Some(&self.origins[at - 1]);
        if cuts(start) || cuts(end) || after.starts_with(['\u{3099}', '\u{309A}']) {
            return false;
        }
        !goes_on(before.chars().next_back(), inside.chars().next())
            && !goes_on(inside.chars().next_back(), after.chars().next())
    }

    /// Whether `clause`, itself folded, stands anywhere in it.
    pub(crate) fn contains(&self, clause: &Self) -> bool {
        self.text.contains(clause.text.trim())
    }
}

/// Accents of Latin, Greek and Cyrillic, and what nobody sees. Marks of other scripts make other letters.
fn is_left_out(character: char) -> bool {
    matches!(character, '\u{0300}'..='\u{036F}' | '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}' | '\u{FE00}'..='\u{FE0F}')
}

fn is_part_of_spaced_word(character: char) -> bool {
    let is_unspaced = matches!(character,
        '\u{0E00}'..='\u{0EFF}' // Thai, Lao
        | '\u{1000}'..='\u{109F}' // Myanmar
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{2E80}'..='\u{A4CF}' // Han, Hiragana, Katakana, Bopomofo, Yi
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}');
    // Korean puts particles after a word without a space.
    let is_hangul = matches!(character, '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7FF}');
    character.is_alphanumeric() && !is_unspaced && !is_hangul
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(term: &str, text: &'t str) -> Vec<&'t str> {
        let (text_folded, term) = (Folded::new(text), Folded::new(term));
        text_folded.find(&term).map(|span| span.slice(text)).collect()
    }

    #[test]
    fn case_accents_and_twins_make_no_difference() {
        assert_eq!(
            found("guarantee", "We GUARANTEE, guarаntee and guarantée."),
            ["GUARANTEE", "guarаntee", "guarantée"]
        );
        assert_eq!(found("café", "a cafe, a CAFE\u{301}s"), ["cafe"]);
        assert_eq!(found("résumé", "RE\u{301}SUME\u{301}"), ["RE\u{301}SUME"]);
        assert_eq!(found("guar\u{200B}antee", "gua\u{AD}rantee"), ["gua\u{AD}rantee"]);
        assert_eq!(found("ｆｕｌｌ", "full"), ["full"]);
    }

    #[test]
    fn words_are_whole_where_a_script_has_words() {
        assert_eq!(found("ass", "class, assess, ass"), ["ass"]);
        assert_eq!(found("risk free", "risk\n   free riskfree risk freedom"), ["risk\n   free"]);
        assert_eq!(found("C++", "C++, C++17"), ["C++", "C++"]);
        assert_eq!(found("保証", "必ず保証します"), ["保証"]);
        assert_eq!(found("か", "が"), [""; 0]);
        assert_eq!(found("보장", "보장합니다"), ["보장"]);
        assert_eq!(found("", "a"), [""; 0]);
    }
}

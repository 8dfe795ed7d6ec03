//! INJ005: words that mix Latin with letters of another script that look the same.

use crate::text::Span;

/// A word in which a letter of one script stands for its twin in the script of the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookAlike {
    /// The word.
    pub span: Span,
    /// The first letter that is out of place.
    pub letter: Span,
    /// That letter.
    pub found: char,
    /// What it is taken for.
    pub looks_like: char,
}

/// Letters of Cyrillic, Greek, Armenian and Cherokee with the Latin letter that they are drawn like (from
/// `confusables.txt` of UTS #39, those that are alike in most typefaces), sorted.
static TWINS: &[(char, char)] = &[
    ('Α', 'A'),
    ('Β', 'B'),
    ('Ε', 'E'),
    ('Ζ', 'Z'),
    ('Η', 'H'),
    ('Ι', 'I'),
    ('Κ', 'K'),
    ('Μ', 'M'),
    ('Ν', 'N'),
    ('Ο', 'O'),
    ('Ρ', 'P'),
    ('Τ', 'T'),
    ('Υ', 'Y'),
    ('Χ', 'X'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('ϲ', 'c'),
    ('ϳ', 'j'),
    ('Ѕ', 'S'),
    ('І', 'I'),
    ('Ј', 'J'),
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('З', '3'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('У', 'Y'),
    ('Х', 'X'),
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('ѕ', 's'),
    ('і', 'i'),
    ('ї', 'i'),
    ('ј', 'j'),
    ('Ү', 'Y'),
    ('ү', 'y'),
    ('һ', 'h'),
    ('Ӏ', 'I'),
    ('ӏ', 'l'),
    ('Ԁ', 'D'),
    ('ԁ', 'd'),
    ('Ԛ', 'Q'),
    ('ԛ', 'q'),
    ('Ԝ', 'W'),
    ('ԝ', 'w'),
    ('օ', 'o'),
    ('Ꭺ', 'A'),
    ('Ꭼ', 'E'),
    ('Ꮃ', 'W'),
    ('Ꮋ', 'H'),
    ('Ꮇ', 'M'),
    ('Ꮤ', 'W'),
    ('Ꮪ', 'S'),
    ('Ꮲ', 'P'),
    ('Ꮯ', 'C'),
    ('Ꭲ', 'T'),
];

/// The Latin letter that a letter of another script is drawn like.
pub fn latin_twin(letter: char) -> Option<char> {
    if letter.is_ascii() {
        return None;
    }
    TWINS.iter().find(|(twin, _)| *twin == letter).map(|(_, latin)| *latin)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    /// One with letters that look Latin.
    Alike,
    Other,
}

fn script(letter: char) -> Script {
    match letter {
        'a'..='z' | 'A'..='Z' | '\u{00C0}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}' => Script::Latin,
        '\u{0370}'..='\u{058F}'
        | '\u{1F00}'..='\u{1FFF}'
        | '\u{13A0}'..='\u{13FF}'
        | '\u{2DE0}'..='\u{2DFF}'
        | '\u{A640}'..='\u{A69F}' => Script::Alike,
        _ => Script::Other,
    }
}

/// The words of `text` that mix scripts where no language does.
///
/// A word counts when all its letters beyond Latin have a Latin twin, or, in a word that is mostly of the other script,
/// all its Latin letters are twins of that script. So `TNFα`, `Δt`, `SMSки` and `ISO-код` don't count.
pub fn look_alikes(text: &str) -> Vec<LookAlike> {
    let mut hits = Vec::new();
    // Only text with a letter of such a script has words to judge; their first bytes in UTF-8 are these.
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(step) = bytes[at..].iter().position(|byte| matches!(byte, 0xCD..=0xD6 | 0xE1 | 0xE2 | 0xEA)) {
        let near = at + step;
        let start = text[at..near]
            .rfind(|letter: char| !letter.is_alphabetic())
            .map_or(at, |gap| at + gap + text[at + gap..].chars().next().map_or(1, char::len_utf8));
        let end = text[near..].find(|letter: char| !letter.is_alphabetic()).map_or(text.len(), |gap| near + gap);
        hits.extend(judge(text, start, end));
        at = if end > near { end } else { near + text[near..].chars().next().map_or(1, char::len_utf8) };
    }
    hits
}

fn judge(text: &str, start: usize, end: usize) -> Option<LookAlike> {
    let word = &text[start..end];
    let count = |wanted: Script| word.chars().filter(|letter| script(*letter) == wanted).count();
    let (latin, alike) = (count(Script::Latin), count(Script::Alike));
    if latin == 0 || alike == 0 || latin + alike < 3 || count(Script::Other) > 0 {
        return None;
    }
    let has_twin = |letter: char| TWINS.iter().any(|(twin, known)| *twin == letter || *known == letter);
    let out_of_place = if latin >= alike { Script::Alike } else { Script::Latin };
    let mut letters = word.char_indices().filter(|(_, letter)| script(*letter) == out_of_place);
    if !letters.clone().all(|(_, letter)| has_twin(letter)) || is_unit(word, alike) {
        return None;
    }
    let (offset, found) = letters.next()?;
    let looks_like =
        latin_twin(found).or_else(|| TWINS.iter().find(|(_, latin)| *latin == found).map(|(twin, _)| *twin))?;
    let letter = Span::new(start + offset, start + offset + found.len_utf8());
    Some(LookAlike { span: Span::new(start, end), letter, found, looks_like })
}

/// One Greek letter at the edge of a short word is a symbol: `κB`, `Νu`, `ρgh`.
fn is_unit(word: &str, alike: usize) -> bool {
    let is_greek = |letter: Option<char>| letter.is_some_and(|letter| matches!(letter, '\u{0370}'..='\u{03FF}'));
    alike == 1 && word.chars().count() <= 4 && (is_greek(word.chars().next()) || is_greek(word.chars().next_back()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imitations_are_found_with_the_letter_that_is_wrong() {
        let text = "Log in to pаypal now";
        let [hit] = look_alikes(text)[..] else { panic!("one word imitates") };
        assert_eq!((hit.span.slice(text), hit.found, hit.looks_like), ("pаypal", 'а', 'a'));
        assert_eq!(look_alikes("аdmin раssword Gооgle Mосква").len(), 4);
    }

    #[test]
    fn honest_mixtures_are_left_alone() {
        for text in [
            "TNFα and Δt in μs",
            "ISO-код, SMSки",
            "Москва London",
            "β2 κB ρgh",
            "naïve café Straße",
            "日本語English",
            "α",
        ] {
            assert_eq!(look_alikes(text), [], "{text}");
        }
    }
}

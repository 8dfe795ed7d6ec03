//! How much of a text has changed, for a reason that fits on a line.

use std::collections::BTreeMap;

/// What has become of a text's sentences: '2 sentences changed, 1 added'.
///
/// Sentences are compared as a bag: linear, and a paragraph that moved is told as such.
pub(super) fn difference(old: &str, new: &str) -> String {
    let (before, after) = (sentences(old), sentences(new));
    let mut count: BTreeMap<&str, i64> = BTreeMap::new();
    before.iter().for_each(|sentence| *count.entry(sentence).or_default() -= 1);
    after.iter().for_each(|sentence| *count.entry(sentence).or_default() += 1);
    let added: i64 = count.values().filter(|count| **count > 0).sum();
    let removed: i64 = -count.values().filter(|count| **count < 0).sum::<i64>();
    let changed = added.min(removed);
    let counts = [(changed, "changed"), (added - changed, "added"), (removed - changed, "removed")];
    let mut said: Vec<String> = Vec::new();
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let noun = if said.is_empty() { if count == 1 { " sentence" } else { " sentences" } } else { "" };
        said.push(format!("{count}{noun} {what}"));
    }
    match said.is_empty() {
        false => said.join(", "),
        true if before == after => "white space changed".to_owned(),
        true => "sentences moved".to_owned(),
    }
}

/// The first words of a text, to tell it from others.
pub(super) fn beginning(text: &str) -> String {
    const MOST: usize = 28;
    let words = text.split_whitespace();
    let mut out = String::new();
    for word in words {
        if !out.is_empty() && out.chars().count() + word.chars().count() >= MOST {
            out.push('…');
            return out;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().take(MOST));
    }
    out
}

/// Lines, and the sentences in them.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut start = 0;
        let mut ends = false;
        for (at, c) in line.char_indices() {
            if ends && c.is_whitespace() {
                found.push(line[start..at].trim());
                start = at;
            }
            ends = matches!(c, '.' | '!' | '?' | '。' | '！' | '？');
        }
        found.push(line[start..].trim());
    }
    found.retain(|sentence| !sentence.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_counted() {
        for (old, new, said) in [
            ("Be kind. Be short.", "Be kind. Be brief.", "1 sentence changed"),
            ("Be kind.", "Be kind. Be brief. Be true.", "2 sentences added"),
            ("a\nb\nc", "a\nx", "1 sentence changed, 1 removed"),
            ("Be kind. Be short.", "Be kind.\nBe short.\n", "white space changed"),
            ("a\nb", "b\na", "sentences moved"),
            ("", "It costs 1.5 €? Yes!", "2 sentences added"),
        ] {
            assert_eq!(difference(old, new), said, "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_beginning_is_short() {
        assert_eq!(beginning("  Be kind.\n"), "Be kind.");
        assert_eq!(beginning("Answer every question in the language of the customer"), "Answer every question in the…");
        assert_eq!(beginning(&"x".repeat(99)).len(), 28);
    }
}

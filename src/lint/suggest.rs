//! 'Did you mean': the known name that a misspelt one most likely stands for.

/// Names longer than this are never compared: nobody misspells them, and comparing takes the product of the lengths.
const LONGEST: usize = 64;
/// Candidates that are looked at; more are no names that somebody keeps in mind.
const MOST: usize = 1000;

/// The candidate that `word` is most likely a slip of, the first among equals; rather none than a far-fetched one.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let length = folded.chars().count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let allowed = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        .take(MOST)
        .filter(|candidate| candidate.len() <= LONGEST && *candidate != word)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        // Two letters of three may be another word altogether: `id` is no slip of `it`.
        .filter(|&(distance, _)| distance == 0 || (length > 2 && distance <= allowed))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// `maxTokens`, `max_tokens` and `max-tokens` are one name in three habits.
fn fold(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_other_words_are_not() {
        let known = ["customer_name", "question", "id", "tone"];
        for (word, expected) in [
            ("custmer_name", Some("customer_name")),
            ("customerName", Some("customer_name")),
            ("qestion", Some("question")),
            ("questoin", Some("question")),
            ("answer", None),
            ("it", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }

    #[test]
    fn a_name_is_no_misspelling_of_itself() {
        assert_eq!(nearest("tone", ["tone"]), None);
    }
}

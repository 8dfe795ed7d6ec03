//! Counts by a vocabulary that a registry entry names: merging by rank as it is defined, with a heap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Encoding;
use super::tokenizer::Tokens;
use super::{Family, estimate};
use crate::store::Store;
use crate::store::vocabulary::{Ranks, Vocabulary, VocabularyError, VocabularyFile};

/// A file of the store that counts a model's tokens. The file is read when something is counted.
#[derive(Clone, Copy)]
pub struct Local<'a> {
    store: &'a Store,
    file: &'a VocabularyFile,
    /// Whose pattern cuts text; a `tokenizer.json` has its own.
    pattern: Encoding,
    /// What is estimated where the file turns out to be of no use.
    otherwise: Family,
}

/// No normalisation makes more of a byte: U+FDFA, 3 bytes, becomes 33 in form NFKC.
const MOST_PER_BYTE: u64 = 11;

impl<'a> Local<'a> {
    pub(super) fn new(store: &'a Store, file: &'a VocabularyFile, pattern: Encoding, otherwise: Family) -> Self {
        Self { store, file, pattern, otherwise }
    }

    /// The file's path.
    pub fn path(self) -> &'a str {
        self.file.path().as_str()
    }

    /// Whether the file counts.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check(self) -> Result<(), &'a VocabularyError> {
        self.store.vocabulary(self.file).map(drop)
    }

    /// How many tokens `text` is; an estimate where the file is of no use.
    pub(super) fn count(self, text: &str) -> Tokens {
        let counted = match self.store.vocabulary(self.file) {
            Ok(Vocabulary::Ranks(ranks)) => Some(count(ranks, self.pattern, text)),
            #[cfg(feature = "tokenizer-json")]
            Ok(Vocabulary::TokenizerJson(tokenizer)) => tokenizer.count(text),
            Err(_) => None,
        };
        counted.map_or_else(|| estimate(text, self.otherwise).into(), |tokens| Tokens::exactly(tokens as u64))
    }

    /// A bound without counting and without reading the file. A `tokenizer.json` may write text anew before it cuts it,
    /// and put one token before it.
    pub(super) fn at_most(self, text: &str) -> u64 {
        let bytes = text.len() as u64;
        if crate::store::vocabulary::is_json(self.file.path()) { bytes * MOST_PER_BYTE + 1 } else { bytes }
    }
}

impl PartialEq for Local<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.file, other.file) && self.pattern == other.pattern
    }
}

impl Eq for Local<'_> {}

impl std::fmt::Debug for Local<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Local").field("file", self.file).field("pattern", &self.pattern).finish_non_exhaustive()
    }
}

/// How many tokens `text` is by `ranks`, cut by the pattern of `pattern`. Takes n log n time, whatever the text holds.
fn count(ranks: &Ranks, pattern: Encoding, text: &str) -> usize {
    let end_of_piece = pattern.end_of_piece();
    let text = text.as_bytes();
    let mut merger = Merger::default();
    let (mut start, mut sum) = (0, 0);
    while start < text.len() {
        let end = end_of_piece(text, start);
        sum += merger.count(ranks, &text[start..end]);
        start = end;
    }
    sum
}

/// Merges pieces, and keeps its memory between them.
#[derive(Default)]
struct Merger {
    parts: Vec<Part>,
    /// By rank and, of equal ranks, from the left: a part that may merge with the next one, and where that one ends.
    candidates: BinaryHeap<Reverse<(u32, usize, usize)>>,
}

/// The part of a piece that starts where it stands in the list.
#[derive(Clone, Copy)]
struct Part {
    end: usize,
    /// Where the part before it starts.
    before: usize,
    merged: bool,
}

impl Merger {
    fn count(&mut self, ranks: &Ranks, piece: &[u8]) -> usize {
        if piece.len() == 1 || ranks.rank(piece).is_some() {
            return 1;
        }
        self.parts.clear();
        self.candidates.clear();
        let part = |at: usize| Part { end: at + 1, before: at.saturating_sub(1), merged: false };
        self.parts.extend((0..piece.len()).map(part));
        for at in 0..piece.len() - 1 {
            self.consider(ranks, piece, at);
        }
        let mut count = piece.len();
        while let Some(Reverse((_, start, end))) = self.candidates.pop() {
            // What has changed since it was considered was considered again.
            if self.parts[start].merged || self.end_of_next(start) != Some(end) {
                continue;
            }
            let next = self.parts[start].end;
            self.parts[next].merged = true;
            self.parts[start].end = end;
            if let Some(after) = self.parts.get_mut(end) {
                after.before = start;
            }
            count -= 1;
            self.consider(ranks, piece, start);
            if start > 0 {
                self.consider(ranks, piece, self.parts[start].before);
            }
        }
        count
    }

    fn consider(&mut self, ranks: &Ranks, piece: &[u8], start: usize) {
        let Some(end) = self.end_of_next(start) else { return };
        if let Some(rank) = ranks.rank(&piece[start..end]) {
            self.candidates.push(Reverse((rank, start, end)));
        }
    }

    fn end_of_next(&self, start: usize) -> Option<usize> {
        self.parts.get(self.parts[start].end).map(|next| next.end)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;
    use crate::store::snapshot::Snapshot;
    use crate::tokens::Encoding::{Cl100kBase, O200kBase};
    use crate::tokens::tokenizer::{Target, Tokenizer};

    /// A `.tiktoken` file of the first `size` tokens of `encoding`.
    fn dump(encoding: Encoding, size: u32) -> String {
        let line = |token| format!("{} {token}\n", STANDARD.encode(encoding.bytes_of(token)));
        (0..size).map(line).collect()
    }

    fn store(tokenizer: &str, files: &[(&str, &str)]) -> Store {
        let model = format!("provider: self-hosted\nmodel: own-1\ntokenizer: {tokenizer}\n");
        let own = [("promptyard.yaml", "version: 1\n"), ("models/own.yaml", model.as_str())];
        let files = own.iter().chain(files).map(|(path, text)| (*path, text.as_bytes()));
        Store::load(Snapshot::of_texts(files).expect("paths inside the store"))
    }

    fn tokenizer(store: &Store) -> Tokenizer<'_> {
        Target::named("models/own", store).tokenizer
    }

    const TEXTS: [&str; 9] = [
        "",
        "x",
        "Answer the customer's question from the passages only; don't guess.",
        "## Output\n\n- Markdown,   3 to 5 bullets\r\n\t- 12345 words\n",
        "请仅根据以下段落回答客户的问题。",
        "Ответь на вопрос, используя отрывки.",
        "\u{1f469}\u{200d}\u{1f4bb}\u{1f680} done!!!!!!!!!!!",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "                                 )))))))))))))))))",
    ];

    #[test]
    fn the_first_tokens_of_an_encoding_count_like_the_smaller_vocabulary() {
        for size in [256, 300, 1000, 20_000] {
            let ranks = Ranks::parse(dump(Cl100kBase, size).as_bytes()).unwrap();
            for text in TEXTS {
                assert_eq!(count(&ranks, Cl100kBase, text), Cl100kBase.count_below(size, text), "{size}: {text}");
            }
        }
    }

    #[test]
    fn a_file_counts_by_the_pattern_that_is_named() {
        let vocabulary = dump(O200kBase, 5000);
        let files = [("tokenizers/own.tiktoken", vocabulary.as_str())];
        let store = store("{file: tokenizers/own.tiktoken, pattern: o200k_base}", &files);
        let own = tokenizer(&store);
        assert!(own.is_exact());
        assert_eq!(own.to_string(), "tokenizers/own.tiktoken, exact");
        for text in TEXTS {
            assert_eq!(own.count(text), Tokens::exactly(O200kBase.count_below(5000, text) as u64), "{text}");
            assert!(own.at_most(text) >= own.count(text).high, "{text}");
        }
    }

    #[test]
    fn nothing_is_read_before_something_is_counted() {
        // Not a vocabulary, which only shows when it is read.
        let store = store("{file: own.tiktoken, pattern: cl100k_base}", &[("own.tiktoken", "AA== 0\n")]);
        let own = tokenizer(&store);
        assert!(matches!(own, Tokenizer::Local(_)));
        assert!(own.at_most("text") >= 4);
        assert!(!own.is_exact());
        assert_eq!(own.count("text"), Tokenizer::Estimated(Family::Other).count("text"));
    }

    #[test]
    fn without_a_usable_file_there_is_an_estimate() {
        let huge = "x".repeat(33 << 20);
        let json = [("tokenizer.json", "{}"), ("huge.tiktoken", huge.as_str()), ("small.tiktoken", "")];
        for named in [
            "{file: missing.tiktoken, pattern: cl100k_base}",
            "{file: ../outside.tiktoken, pattern: cl100k_base}",
            "{file: huge.tiktoken, pattern: cl100k_base}",
            "{file: small.tiktoken}",
            "{file: tokenizer.json}",
        ] {
            let store = store(named, &json);
            let model = store.models().next().unwrap();
            assert!(!tokenizer(&store).is_exact(), "{named}");
            assert!(Tokenizer::why_estimated(model, &store).is_some(), "{named}");
        }
    }

    #[test]
    fn a_million_letters_are_merged_in_time() {
        let ranks = Ranks::parse(dump(Cl100kBase, 2000).as_bytes()).unwrap();
        let text = "ab".repeat(100_000);
        assert_eq!(count(&ranks, Cl100kBase, &text), Cl100kBase.count_below(2000, &text));
    }

    proptest! {
        #[test]
        fn any_text_counts_like_the_smaller_vocabulary(text in r"[a-e ']{0,60}|\PC{0,40}") {
            let ranks = Ranks::parse(dump(Cl100kBase, 600).as_bytes()).unwrap();
            prop_assert_eq!(count(&ranks, Cl100kBase, &text), Cl100kBase.count_below(600, &text));
        }
    }
}

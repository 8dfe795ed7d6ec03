//! REF008: two prompts say almost the same.
//!
//! Texts are compared as sets of word sequences ('shingles'). Candidates come from MinHash signatures in bands (Broder
//! 1997; Leskovec, Rajaraman and Ullman, 'Mining of Massive Datasets', chapter 3), so that the work is linear in the
//! number of prompts; each candidate is then compared exactly.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;

pub(super) struct NearDuplicatePrompt;

/// Words of a shingle.
const SHINGLE: usize = 5;
/// Shingles below which two texts are alike by chance.
const LEAST: usize = 20;
/// Bands of the signature, and rows of each: two texts at the threshold share a band in 99.99 % of cases.
const BANDS: usize = 16;
const ROWS: usize = 4;
/// Share of common shingles in percent from which two prompts are near duplicates.
const THRESHOLD: usize = 80;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "REF008", name: "near-duplicate-prompt" },
    severity: Severity::Info,
    default: false,
    fix: None,
    summary: "Two prompts have almost the same text",
    what: "\
Compares the texts of all prompts by their five-word sequences and names pairs that share at least four in five of \
them. Short texts are left out. Off by default: variants of a prompt are often kept on purpose.",
    why: "A correction in one is forgotten in the other.",
    how: "Move what they share to a partial, or make one prompt with an input for the difference.",
    bad: "\
//- prompts/answer.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: |
      Answer the question of a customer of our shop in at most three short sentences. Be kind, be exact, and never
      promise a refund or a delivery date that is not in the text. If you do not know the answer, say so and offer to
      hand over to a colleague who does. The question follows. {{ question }}
//- prompts/reply.prompt.yaml
description: Answers a question by mail.
inputs:
  question: {type: string}
messages:
  - role: user
    content: |
      Answer the question of a customer of our shop in at most three short sentences. Be kind, be exact, and never
      promise a refund or a delivery date that is not in the text. If you do not know the answer, say so and offer to
      hand over to a colleague who does. The letter follows. {{ question }}
",
    good: "\
//- prompts/answer.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer the question of a customer of our shop in at most three short sentences: {{ question }}\"
//- prompts/reply.prompt.yaml
description: Replies to a letter.
inputs:
  letter: {type: string}
messages:
  - role: user
    content: \"Reply to this letter in the style of the house, at most a page: {{ letter }}\"
",
};

impl Rule for NearDuplicatePrompt {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let texts: Vec<(&Prompt, Vec<u64>)> =
            cx.store.legible_prompts().map(|prompt| (prompt, shingles(prompt))).collect();
        // Only the first text of a band stands for it: a hundred copies are a hundred comparisons, not five thousand.
        let mut bands: BTreeMap<(usize, [u64; ROWS]), usize> = BTreeMap::new();
        for (at, (prompt, set)) in texts.iter().enumerate() {
            if set.len() < LEAST {
                continue;
            }
            let candidates: BTreeSet<usize> = bands_of(set).map(|band| *bands.entry(band).or_insert(at)).collect();
            let alike = candidates.into_iter().filter(|&other| other != at).find_map(|other| {
                let share = common_percent(set, &texts[other].1);
                // Equal texts are another rule's finding.
                (THRESHOLD..100).contains(&share).then_some((other, share))
            });
            if let Some((other, share)) = alike {
                let message = format!("this prompt is {share} % the same as `{}`", texts[other].0.id);
                out.in_file(&prompt.path, prompt.head, message).help("move what they share to a partial");
            }
        }
    }
}

/// The hashes of a prompt's shingles, each once, in order.
fn shingles(prompt: &Prompt) -> Vec<u64> {
    let words: Vec<&str> = prompt.templates.iter().flat_map(|template| template.text.text.split_whitespace()).collect();
    let hash = |words: &[&str]| words.iter().fold(OFFSET_BASIS, |hash, word| fnv(hash, word));
    let mut hashes: Vec<u64> = words.windows(SHINGLE).map(hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a of `word` and a space, continued from `hash`.
fn fnv(hash: u64, word: &str) -> u64 {
    word.bytes().chain([b' ']).fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The bands of a set's signature with their numbers. The signature is one-permutation MinHash: one hash deals each
/// shingle into a slot, and the least of a slot stands for it (Li, Owen and Zhang, 2012). A band without any shingle
/// tells nothing.
fn bands_of(set: &[u64]) -> impl Iterator<Item = (usize, [u64; ROWS])> {
    let mut least = [[u64::MAX; ROWS]; BANDS];
    for &shingle in set {
        let hash = mix(shingle);
        let slots = least.as_flattened_mut();
        let slot = usize::try_from(hash % slots.len() as u64).expect("because there are few slots");
        slots[slot] = slots[slot].min(hash);
    }
    least.into_iter().enumerate().filter(|(_, band)| *band != [u64::MAX; ROWS])
}

/// The finaliser of SplitMix64.
fn mix(value: u64) -> u64 {
    let hash = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// How much two sets in order have in common.
fn common_percent(left: &[u64], right: &[u64]) -> usize {
    let common = left.iter().filter(|hash| right.binary_search(hash).is_ok()).count();
    100 * common / (left.len() + right.len() - common).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_that_share_most_share_a_band() {
        let set = |range: std::ops::Range<u64>| {
            let mut hashes: Vec<u64> = range.map(|at| mix(at + 1)).collect();
            hashes.sort_unstable();
            hashes
        };
        let share_a_band = |left: &[u64], right: &[u64]| {
            let bands: BTreeSet<_> = bands_of(left).collect();
            bands_of(right).any(|band| bands.contains(&band))
        };
        let (left, right) = (set(0..1000), set(100..1100));
        assert_eq!(common_percent(&left, &right), 81);
        assert!(share_a_band(&left, &right));
        assert!(!share_a_band(&left, &set(5000..6000)));
        assert!(share_a_band(&set(0..LEAST as u64), &set(1..LEAST as u64 + 1)));
        assert!(!share_a_band(&set(0..LEAST as u64), &set(5000..5000 + LEAST as u64)));
    }
}

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
        let texts: Vec<(&Prompt, BTreeSet<u64>)> =
            cx.store.legible_prompts().map(|prompt| (prompt, shingles(prompt))).collect();
        // Only the first text of a band stands for it: a hundred copies are a hundred comparisons, not five thousand.
        let mut bands: BTreeMap<(usize, [u64; ROWS]), usize> = BTreeMap::new();
        for (at, (prompt, set)) in texts.iter().enumerate() {
            if set.len() < LEAST {
                continue;
            }
            let candidates: BTreeSet<usize> =
                signature(set).into_iter().enumerate().map(|band| *bands.entry(band).or_insert(at)).collect();
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

fn shingles(prompt: &Prompt) -> BTreeSet<u64> {
    let words: Vec<&str> = prompt.templates.iter().flat_map(|template| template.text.text.split_whitespace()).collect();
    words.windows(SHINGLE).map(|words| words.iter().fold(OFFSET_BASIS, |hash, word| fnv(hash, word))).collect()
}

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a of `word` and a space, continued from `hash`.
fn fnv(hash: u64, word: &str) -> u64 {
    word.bytes().chain([b' ']).fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn signature(set: &BTreeSet<u64>) -> [[u64; ROWS]; BANDS] {
    let mut least = [[u64::MAX; ROWS]; BANDS];
    for &shingle in set {
        for (at, slot) in least.as_flattened_mut().iter_mut().enumerate() {
            *slot = (*slot).min(mix(shingle, at as u64));
        }
    }
    least
}

/// The finaliser of SplitMix64: one hash function for each `seed`.
fn mix(value: u64, seed: u64) -> u64 {
    let mut hash = value.wrapping_add(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

fn common_percent(left: &BTreeSet<u64>, right: &BTreeSet<u64>) -> usize {
    let common = left.intersection(right).count();
    100 * common / (left.len() + right.len() - common).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_that_share_most_share_a_band() {
        let left: BTreeSet<u64> = (0..1000).map(|at| mix(at, 7)).collect();
        let right: BTreeSet<u64> = (100..1100).map(|at| mix(at, 7)).collect();
        assert_eq!(common_percent(&left, &right), 81);
        let bands = |set: &BTreeSet<u64>| signature(set);
        assert!(bands(&left).iter().zip(&bands(&right)).any(|(left, right)| left == right));
        let other: BTreeSet<u64> = (5000..6000).map(|at| mix(at, 7)).collect();
        assert!(bands(&left).iter().zip(&bands(&other)).all(|(left, right)| left != right));
    }
}

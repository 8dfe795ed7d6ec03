//! The counter against `tiktoken-rs`, the reference that it must never differ from.

use proptest::prelude::*;
use tiktoken_rs::CoreBPE;

use super::generate::vocabulary;
use super::{Encoding, LONGEST_TOKEN};

fn reference(encoding: Encoding) -> &'static CoreBPE {
    match encoding {
        Encoding::O200kBase => tiktoken_rs::o200k_base_singleton(),
        Encoding::O200kHarmony => tiktoken_rs::o200k_harmony_singleton(),
        Encoding::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
        Encoding::P50kBase => tiktoken_rs::p50k_base_singleton(),
        Encoding::R50kBase => tiktoken_rs::r50k_base_singleton(),
    }
}

/// Encodings that differ in more than special tokens.
const DISTINCT: [Encoding; 4] = [Encoding::O200kBase, Encoding::Cl100kBase, Encoding::P50kBase, Encoding::R50kBase];

#[track_caller]
fn same(text: &str) {
    for encoding in DISTINCT {
        let expected = reference(encoding).encode_ordinary(text);
        assert_eq!(encoding.encode(text), expected, "{encoding}: {:?}", text.chars().take(200).collect::<String>());
        assert_eq!(encoding.count(text), expected.len());
    }
}

#[test]
fn each_token_is_the_encoding_of_its_own_bytes() {
    for (encoding, end) in DISTINCT.into_iter().zip([199_998, 100_256, 50_281, 50_256]) {
        let mut merger = encoding.merger();
        for (token, bytes) in vocabulary(reference(encoding), end) {
            assert_eq!(merger.merge(&bytes), [token], "{encoding}: {bytes:?}");
            assert!(bytes.len() <= LONGEST_TOKEN);
        }
    }
}

#[test]
fn same_where_alternatives_of_the_patterns_meet() {
    let texts = [
        "",
        " ",
        "  ",
        "\n",
        "a  b",
        "a \n b",
        "a\n \n  b",
        "a \r\n\t b\r",
        "   \n   ",
        "a   \n\n",
        "x\u{a0}\u{a0}y \u{3000}z\u{85}",
        "\t\tif x:\n\t\t\treturn",
        "it's IT'S it'S 'S's don't we'LL we'lL they'Ve I'd 'd'd'd",
        "it'ſ 'ſ IT'ſ a'l a'v a'",
        "it’s “quoted”",
        "HTTPServer getHTTPResponse XMLHttp ABC abcDEF AbC",
        "ǅungla ǅ Ǆ ʰʰ ʰA Aʰ AʰB aʰB",
        "e\u{301}A \u{301} \u{301}A \u{301}a !\u{301}a !\u{301}A !!\u{301}a A\u{301}B\u{301}C",
        "\u{301}'s \u{301}AB's ABC's abc'S中's",
        "中文字ABC中a한국어ﬁ",
        "1 12 123 1234 12345 ١٢٣٤ ½½½½ Ⅷ五²",
        " 1 a1a 1a1 1'2",
        "a/b //\n//\r\n/ !/\n/ http://x.y/z\n\n",
        "!!!\n\n\n x ?!\r\n  {}\n",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦👍🏽🏳\u{fe0f}\u{200d}🌈 🇩🇪1\u{fe0f}\u{20e3}",
        "<|endoftext|><|im_start|>user<|fim_prefix|> <|endofprompt|><|start|><|reserved_200013|>",
        "\0\u{1}\u{7f}\u{80}\u{fffd}\u{ffff}\u{e000}\u{10ffff}\u{feff}\u{ad}",
    ];
    texts.into_iter().for_each(same);
}

#[test]
fn same_on_one_long_piece_of_one_kind() {
    let kinds: [&[&str]; 12] = [
        &["a"],
        &[" "],
        &["\n"],
        &["!"],
        &["-"],
        &["0", "7"],
        &["\u{301}"],
        &["👩\u{200d}", "👧🏽"],
        &["的", "一", "是", "不", "了"],
        &["q", "x", "e", "t", "a", "z", "n", "i"],
        &["\r", "\n", " ", "\t"],
        &["é", "Ж", "中", "ا", "n", "ʰ", "न"],
    ];
    for kind in kinds {
        let text: String = (0..4000_usize).map(|at| kind[at * at / 7 % kind.len()]).collect();
        same(&text);
        same(&format!("{text}x {text}"));
    }
}

#[test]
fn same_where_the_longest_token_is_wrong_again_and_again() {
    let mut text = String::new();
    for length in 1..300 {
        for mark in ["-", "=", "*", "a"] {
            text.push_str(&mark.repeat(length * 37 % 331));
        }
        text.push_str(if length % 3 == 0 { "|" } else { " x" });
    }
    same(&text);
}

#[test]
fn long_tokens_cut_short_are_merged_again() {
    for encoding in DISTINCT {
        let longest = vocabulary(reference(encoding), 50_256).into_values().filter(|bytes| bytes.len() > 16);
        let cut: String = longest
            .filter_map(|bytes| Some(String::from(str::from_utf8(&bytes).ok()?.get(..bytes.len() - 1)?)))
            .collect();
        assert_eq!(encoding.encode(&cut), reference(encoding).encode_ordinary(&cut));
    }
}

#[test]
fn harmony_is_o200k_base_for_ordinary_text() {
    let text = "<|start|>assistant<|channel|>final<|message|>Hello<|end|><|reserved_201087|>";
    let expected = reference(Encoding::O200kHarmony).encode_ordinary(text);
    assert_eq!(Encoding::O200kHarmony.encode(text), expected);
}

#[test]
fn a_megabyte_of_spaces_is_its_first_kilobytes_again_and_again() {
    // The reference overflows its stack here.
    for encoding in DISTINCT {
        let short = encoding.encode(&" ".repeat(1 << 14));
        let long = encoding.encode(&" ".repeat(1 << 20));
        assert_eq!(short, reference(encoding).encode_ordinary(&" ".repeat(1 << 14)));
        assert!(long.iter().take(long.len() - 8).all(|token| *token == short[0]));
        assert!(long.len().abs_diff(short.len() * 64) <= 64 * 8);
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,12}",
        "[a-zA-Z' ]{0,12}",
        "[ \\t\\r\\n\u{a0}\u{2028}]{0,6}",
        "[\\p{M}\\p{Lt}\\p{Lm}\\p{Lu}\\p{Ll}]{0,8}",
        "[\\p{N}/.,'ſ]{0,8}",
        any::<char>().prop_map(String::from),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn same_on_any_text(text in any_text()) {
        same(&text);
    }

    #[test]
    fn bounds_hold(text in any_text(), limit in 0_usize..200) {
        for encoding in DISTINCT {
            let count = encoding.count(&text);
            prop_assert!(super::tokens_at_least(&text) <= count && count <= super::tokens_at_most(&text));
            prop_assert_eq!(encoding.fits(&text, limit), count <= limit);
        }
    }
}

#[test]
fn names_are_read_back() {
    for encoding in Encoding::ALL {
        assert_eq!(encoding.to_string().parse(), Ok(encoding));
    }
    assert_eq!("gpt2".parse(), Ok(Encoding::R50kBase));
    let error = "o300k_base".parse::<Encoding>().map_err(|error| error.to_string());
    assert_eq!(error, Err("`o300k_base` is not an encoding with an embedded vocabulary".to_owned()));
}

//! A range for the models whose tokenizer is not public or not embedded.

use super::tokens_at_most;
use super::unicode::{LETTER, NUMBER, SPACE, classes_at};

/// Whose tokenizer is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Claude: no tokenizer is public since version 3, and versions differ among themselves.
    Anthropic,
    /// Gemini and Gemma: SentencePiece, about 256,000 tokens.
    Gemini,
    /// Llama 2 (32,000 tokens) to 4 (about 200,000).
    Llama,
    /// Mistral, from 32,000 tokens to Tekken's 131,000.
    Mistral,
    /// Qwen: about 151,000 tokens, each digit by itself.
    Qwen,
    /// Nothing is known but that it is a byte-pair or unigram vocabulary of our days.
    Other,
}

/// How many tokens a text may be. To be shown as `≈ tokens`, with its band, never as a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// The likely number.
    pub tokens: usize,
    /// Nearly always at least this.
    pub low: usize,
    /// Nearly always at most this.
    pub high: usize,
}

/// Estimates by the characters' scripts, in one pass.
///
/// The rates for ASCII are fitted to `o200k_base` on some 800 English prompts in Markdown: there 98 of 100 files are
/// within -12 % and +15 %. A family is a share of that, with a band. The shares are judged from the sizes of the
/// vocabularies and from published comparisons; they are not measured against the vendors' own counts, so the bands are
/// wide, and wider beyond ASCII, where vocabularies differ most.
pub fn estimate(text: &str, family: Family) -> Estimate {
    let weight = weigh(text);
    let (ascii, beyond) = family.shares();
    let most = tokens_at_most(text) as u64;
    // Weights are thousandths of a token and shares are hundredths.
    let share = |ascii: u64, beyond: u64| ((weight.ascii * ascii + weight.beyond * beyond).div_ceil(100_000)).min(most);
    let [low, tokens, high] = [0, 1, 2].map(|at| share(ascii[at], beyond[at]) as usize);
    Estimate { tokens, low, high }
}

impl Family {
    /// Low, likely and high, in hundredths of what `o200k_base` would be: for ASCII, and beyond it.
    fn shares(self) -> ([u64; 3], [u64; 3]) {
        match self {
            Self::Anthropic => ([95, 125, 175], [85, 150, 300]),
            Self::Gemini => ([80, 100, 130], [60, 100, 180]),
            Self::Llama => ([85, 105, 150], [75, 130, 300]),
            Self::Mistral => ([85, 110, 155], [75, 130, 300]),
            Self::Qwen => ([85, 105, 145], [65, 115, 220]),
            Self::Other => ([80, 115, 200], [60, 150, 400]),
        }
    }
}

/// Thousandths of a token of `o200k_base`.
#[derive(Default)]
struct Weight {
    ascii: u64,
    beyond: u64,
}

fn weigh(text: &str) -> Weight {
    let bytes = text.as_bytes();
    let mut weight = Weight::default();
    let mut at = 0;
    while at < bytes.len() {
        let (classes, length) = classes_at(bytes, at);
        let first = bytes[at];
        if !first.is_ascii() {
            // `at` walks by the lengths of whole characters, so there is always one.
            let scalar = text[at..].chars().next().map_or(0, u32::from);
            weight.beyond += beyond_ascii(scalar, classes & (LETTER | NUMBER) != 0);
            at += length;
            continue;
        }
        let run = |same: fn(&u8) -> bool| bytes[at..].iter().take_while(|&byte| same(byte)).count();
        let (taken, worth) = if classes & LETTER != 0 {
            let letters = run(u8::is_ascii_alphabetic);
            (letters, 704 + 73 * letters as u64)
        } else if classes & NUMBER != 0 {
            let digits = run(u8::is_ascii_digit);
            (digits, 1100 * digits.div_ceil(3) as u64)
        } else if classes & SPACE != 0 {
            // One space belongs to the word after it.
            let spaces = run(|byte| byte.is_ascii_whitespace() || *byte == 0x0b);
            (spaces, if spaces > 1 || first != b' ' { 820 } else { 0 })
        } else {
            (1, 560)
        };
        weight.ascii += worth;
        at += taken;
    }
    weight
}

/// By block, in the order of the code points.
fn beyond_ascii(scalar: u32, is_word: bool) -> u64 {
    match scalar {
        // Latin with accents: each cuts a word once more, now and then.
        0..0x370 if is_word => 450,
        0..0x370 => 900,
        // Greek, Cyrillic, Hebrew, Arabic and their neighbours.
        0x370..0x900 => 330,
        // The scripts of India and South-East Asia, Georgian, Ethiopic.
        0x900..0x2000 => 420,
        // Typographic marks, arrows, mathematics.
        0x2000..0x2e80 => 900,
        // Chinese, Japanese, Korean.
        0x2e80..0xa4d0 | 0xac00..0xd800 | 0xf900..0xfb00 | 0xff00..0xfff0 => 800,
        // Emoji and what is rare.
        _ => 2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Encoding;

    #[test]
    fn no_text_is_no_tokens() {
        assert_eq!(estimate("", Family::Anthropic), Estimate::default());
    }

    #[test]
    fn bands_hold_the_closest_public_vocabularies_in_many_scripts() {
        // Gemini's band is the narrowest around o200k_base, which the rates are fitted to.
        let texts = [
            "Answer the customer's question from the passages only. If they do not say, say that you do not know.",
            "## Output\n\n- Use Markdown, 3 to 5 bullets\n- Give sources as [n]\n- No more than 200 words\n",
            "fn count(self, text: &str) -> usize {\n    let mut count = 0;\n    count += 1;\n    count\n}\n",
            "{\"type\": \"object\", \"properties\": {\"age\": {\"type\": \"integer\", \"minimum\": 18}}}",
            "Répondez à la question du client à partir des passages ci-dessous, en français soigné.",
            "Beantworte die Frage des Kunden ausschließlich anhand der folgenden Abschnitte.",
            "Ответь на вопрос клиента, используя только приведённые ниже отрывки.",
            "أجب عن سؤال العميل بالاعتماد على المقاطع التالية فقط.",
            "केवल नीचे दिए गए अंशों के आधार पर ग्राहक के प्रश्न का उत्तर दें।",
            "请仅根据以下段落回答客户的问题。如果段落中没有答案，请说明你不知道。",
            "以下の文章だけに基づいて、お客様の質問に答えてください。",
            "아래 내용만을 바탕으로 고객의 질문에 답변해 주세요.",
        ];
        for text in texts {
            let exact = Encoding::O200kBase.count(text);
            let Estimate { tokens, low, high } = estimate(text, Family::Gemini);
            assert!(low <= tokens && tokens <= high, "{text}");
            assert!((low..=high).contains(&exact), "{exact} is not in {low}..={high}: {text}");
        }
    }

    #[test]
    fn never_more_than_bytes() {
        for text in ["a", "!", "\u{1f600}", "1", "\n"] {
            assert!(estimate(text, Family::Other).high <= text.len());
            assert!(estimate(text, Family::Other).tokens > 0);
        }
    }
}

//! How rules speak of tokens.

use crate::tokens::bound::{Bound, Caveat};
use crate::tokens::tokenizer::Tokens;

/// `5,212`
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `412`, or `≈412` where it is an estimate.
pub(crate) fn said(tokens: Tokens) -> String {
    let number = count(tokens.likely);
    if tokens.is_exact() { number } else { format!("≈{number}") }
}

/// The words before a difference that is taken from the low end of an estimate.
pub(crate) fn least(tokens: Tokens) -> &'static str {
    if tokens.is_exact() { "" } else { "at least " }
}

/// What a bound is made of, and what it takes for granted: one line each.
pub(crate) fn notes(bound: &Bound<'_>) -> Vec<String> {
    let mut sum = format!("text {}", said(bound.text));
    let mut add = |what: &str, tokens: Tokens| {
        if tokens.high > 0 {
            sum.push_str(&format!(" + {what} {}", said(tokens)));
        }
    };
    add("text repeated by loops", bound.repeated);
    for input in &bound.inputs {
        if let Some(most) = input.most {
            add(input.name, most);
        }
    }
    add("tools", bound.tools);
    add("chat format", bound.format);
    let mut notes = vec![format!("{sum} ({})", bound.target.tokenizer)];
    notes.extend(bound.caveats.iter().map(caveat));
    notes
}

/// A caveat as a sentence without a full stop.
pub(crate) fn caveat(caveat: &Caveat) -> String {
    match caveat {
        Caveat::LoopCountedOnce { input: Some(input) } => {
            format!("the text in the loop over `{input}` is counted once, because `{input}` has no `maxItems`")
        }
        Caveat::LoopCountedOnce { input: None } => {
            "the text in a loop over what is no input is counted once".to_owned()
        }
        Caveat::Unbalanced => "a block that goes beyond its message is counted once".to_owned(),
        Caveat::NotIncluded => "an include that cannot be followed is not counted".to_owned(),
        Caveat::Computed => "what functions, helpers and imported macros give is not counted".to_owned(),
        Caveat::History => "the conversation so far is not counted".to_owned(),
        Caveat::Estimated { reason } => format!("the tokens are estimated: {reason}"),
        Caveat::UnknownTool => "a tool whose manifest is not in the store is not counted".to_owned(),
    }
}

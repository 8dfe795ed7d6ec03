//! What a prompt takes and costs, before and after.

use super::Side;
use crate::store::prompt::Prompt;
use crate::tokens::bound::{Bound, Cut, output_limit};
use crate::tokens::report::Row;
use crate::tokens::tokenizer::{Target, Tokens};

/// What a prompt takes and costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// All that does not depend on an input.
    pub fixed: Tokens,
    /// The worst case; `None` where an input has no limit.
    pub worst: Option<Tokens>,
    /// One call in the worst case, where the model's price is known.
    pub cost: Option<Money>,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    /// ISO 4217 code.
    pub currency: String,
    /// In whole units of it.
    pub amount: f64,
    /// Whether the tokens were counted.
    pub is_exact: bool,
}

/// What a prompt takes on both sides, where that differs.
pub(super) fn of(sides: &[Side<'_>; 2], prompts: [Option<&Prompt>; 2]) -> Option<[Option<Measure>; 2]> {
    let both = [0, 1].map(|side| prompts[side].map(|prompt| measure(&sides[side], prompt)));
    (both[0] != both[1]).then_some(both)
}

fn measure(side: &Side<'_>, prompt: &Prompt) -> Measure {
    let bound = Bound::of(prompt, side.store, Target::of(prompt, side.store), Cut::Messages);
    let row = Row { prompt, answer: output_limit(prompt).map(|limit| limit.value), bound };
    let cost = row.worst_cost().map(|cost| Money {
        currency: cost.currency.to_owned(),
        amount: cost.per_call(),
        is_exact: cost.is_exact,
    });
    Measure { fixed: row.bound.fixed(), worst: row.bound.worst(), cost }
}

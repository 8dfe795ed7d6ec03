//! What a change does to the size and the price of prompts.

use std::collections::BTreeMap;

use super::report::Row;

/// One prompt, for one model, before and after a change.
#[derive(Clone, Copy, Debug)]
pub struct Delta<'a, 'r> {
    /// As it was; `None` where there was no such prompt.
    pub before: Option<&'r Row<'a>>,
    /// As it is; `None` where there is no such prompt any more.
    pub after: Option<&'r Row<'a>>,
}

/// The prompts that differ, in the order of their ids and models. Rows are matched by the prompt's id and, among several of
/// a prompt, by their order, which is that of the models that were asked for.
pub fn compare<'a, 'r>(before: &'r [Row<'a>], after: &'r [Row<'a>]) -> Vec<Delta<'a, 'r>> {
    let mut deltas: BTreeMap<(&str, usize), Delta<'a, 'r>> = BTreeMap::new();
    let nothing = || Delta { before: None, after: None };
    for (key, row) in keyed(before) {
        deltas.entry(key).or_insert_with(nothing).before = Some(row);
    }
    for (key, row) in keyed(after) {
        deltas.entry(key).or_insert_with(nothing).after = Some(row);
    }
    deltas.into_values().filter(Delta::is_change).collect()
}

fn keyed<'a, 'r>(rows: &'r [Row<'a>]) -> impl Iterator<Item = ((&'r str, usize), &'r Row<'a>)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    rows.iter().map(move |row| {
        let id = row.prompt.id.as_str();
        let count = counts.entry(id).or_default();
        *count += 1;
        ((id, *count), row)
    })
}

impl<'a, 'r> Delta<'a, 'r> {
    /// The prompt as it is, or was.
    pub fn row(&self) -> &'r Row<'a> {
        self.after.or(self.before).expect("because a delta has one side at least")
    }

    /// How many tokens more the text takes, with its partials, the chat format and the tools.
    pub fn fixed(&self) -> i128 {
        difference(self.before, self.after, |row| Some(row.bound.fixed().likely)).unwrap_or_default()
    }

    /// How many tokens more the worst case takes; `None` where one of the two has no limit.
    pub fn worst(&self) -> Option<i128> {
        difference(self.before, self.after, |row| Some(row.bound.worst()?.likely))
    }

    /// How much more a call costs in the worst case, with its currency; `None` where one of the two has no price or no
    /// limit, or they have different currencies. A prompt that is not there costs nothing.
    pub fn cost(&self) -> Option<(&'a str, f64)> {
        let cost = |row: Option<&Row<'a>>| match row {
            None => Some(None),
            Some(row) => row.worst_cost().map(Some),
        };
        let (before, after) = (cost(self.before)?, cost(self.after)?);
        let (before, after) =
            (before.map(|cost| (cost.currency, cost.per_call())), after.map(|cost| (cost.currency, cost.per_call())));
        match (before, after) {
            (Some((one, before)), Some((other, after))) => (one == other).then_some((one, after - before)),
            (Some((currency, before)), None) => Some((currency, -before)),
            (None, Some((currency, after))) => Some((currency, after)),
            (None, None) => None,
        }
    }

    fn is_change(&self) -> bool {
        let (Some(before), Some(after)) = (self.before, self.after) else { return true };
        before.bound.fixed() != after.bound.fixed()
            || before.bound.worst() != after.bound.worst()
            || before.bound.target.name != after.bound.target.name
            || before.worst_cost() != after.worst_cost()
    }
}

/// A prompt that is not there takes nothing.
fn difference(before: Option<&Row<'_>>, after: Option<&Row<'_>>, of: impl Fn(&Row<'_>) -> Option<u64>) -> Option<i128> {
    let of = |row: Option<&Row<'_>>| row.map_or(Some(0), &of).map(i128::from);
    Some(of(after)? - of(before)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::example;
    use crate::store::Store;
    use crate::tokens::bound::Cut;
    use crate::tokens::report::{self, Request};

    const MODEL: &str = "//- promptyard.yaml\nversion: 1\ndefault_model: models/a\n//- models/a.yaml\nprovider: openai\n\
                         model: gpt-5.1-2026-03-11\ntokenizer: o200k_base\n\
                         price: {currency: USD, input_per_million: 10, output_per_million: 0}\n";

    fn store(prompts: &[(&str, &str)]) -> Store {
        let prompt = |(name, text): &(&str, &str)| {
            format!(
                "//- prompts/{name}.prompt.yaml\nmodelParameters: {{maxTokens: 1}}\ninputs: {{}}\nmessages: [{{role: user, content: {text}}}]\n"
            )
        };
        let text: String = prompts.iter().map(prompt).collect();
        Store::load(example::snapshot(&format!("{MODEL}{text}")).expect("paths inside the store"))
    }

    #[test]
    fn what_changed_comes_and_goes_is_told_with_its_price() {
        let before = store(&[("a", "one"), ("b", "same"), ("gone", "one two")]);
        let after = store(&[("a", "one two three"), ("b", "same"), ("new", "one")]);
        let request = Request { scope: Vec::new(), models: Vec::new(), cut: Cut::Messages };
        let (before, after) = (report::rows(&before, &request), report::rows(&after, &request));
        let deltas = compare(&before, &after);
        let told: Vec<(&str, i128)> =
            deltas.iter().map(|delta| (delta.row().prompt.id.as_str(), delta.fixed().signum())).collect();
        assert_eq!(told, [("prompts/a", 1), ("prompts/gone", -1), ("prompts/new", 1)]);
        let (currency, more) = deltas[0].cost().expect("both have a price");
        assert_eq!((currency, deltas[0].fixed(), deltas[0].worst()), ("USD", 2, Some(2)));
        assert!((more - 2.0 * 10.0 / 1e6).abs() < 1e-12, "{more}");
        assert!(compare(&before, &before).is_empty());
    }
}

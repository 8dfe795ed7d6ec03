//! Policies: a promise to whoever relies on what they keep out. Looser breaks it, stricter keeps more than was promised.
//!
//! It is the same question as for answers: can something pass now that could not? A stricter policy may stop somebody's
//! promotion, and that is seen at once; a looser one is seen by nobody, so it is the one that no range of versions takes in
//! silently.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde_json::Value;

use super::{Bump, Change, Place, entries, items, names, same, same_entry, short};

/// Which way a policy has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Looser,
    Stricter,
    /// Nothing that is judged has changed.
    Neither,
    /// It cannot be told.
    Unknown,
}

impl Turn {
    pub(super) fn bump(self) -> Bump {
        match self {
            Self::Looser | Self::Unknown => Bump::Major,
            Self::Stricter => Bump::Minor,
            Self::Neither => Bump::Patch,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Looser => "looser: ",
            Self::Stricter => "stricter: ",
            Self::Neither => "",
            Self::Unknown => "perhaps looser: ",
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Looser => Self::Stricter,
            Self::Stricter => Self::Looser,
            same => same,
        }
    }
}

/// What has become of a key of a policy.
pub(super) fn compare(key: &str, old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let said = match key {
        "description" | "owners" | "tags" => Vec::new(),
        _ if key.starts_with("x-") => Vec::new(),
        "banned_terms" => listed_things("banned term", old, new, |term| word(term, "term"), Turn::Stricter),
        "required_clauses" => listed_things("required clause", old, new, whole, Turn::Stricter),
        "forbidden_models" => listed_things("forbidden model", old, new, whole, Turn::Stricter),
        "forbidden_tools" => listed_things("forbidden tool", old, new, whole, Turn::Stricter),
        "require_owner" => listed_things("folder that needs owners", old, new, whole, Turn::Stricter),
        "freeze" => listed_things("freeze window", old, new, |window| word(window, "name"), Turn::Stricter),
        "locked" => locked(old, new),
        "waivers" => waivers(old, new),
        "allowed_models" => allowed("model", old, new),
        "allowed_tools" => allowed("tool", old, new),
        "applies_to" => applies_to(old, new),
        "lint" => severities(old, new),
        "required_metrics" => metrics("required metric", old, new),
        "max_token_growth" => vec![(at_most(old, new), plainly("the token growth that is allowed", old, new))],
        "new_suppressions" => {
            let accepts = |value: Option<&Value>| value.and_then(Value::as_str) == Some("accepted");
            let turn = match (accepts(old), accepts(new)) {
                (false, true) => Turn::Looser,
                (true, false) => Turn::Stricter,
                _ => Turn::Neither,
            };
            vec![(turn, plainly("what becomes of new suppressions", old, new))]
        }
        "approvals" => vec![(at_least(count(old), count(new)), plainly("approvals", old, new))],
        "soak" => vec![(at_least(hours(old), hours(new)), plainly("soak", old, new))],
        _ => vec![(Turn::Unknown, plainly(&format!("`{key}`"), old, new))],
    };
    let place = || Place::Policy(key.to_owned());
    said.into_iter().map(|(turn, text)| Change::new(turn.bump(), place(), format!("{}{text}", turn.word()))).collect()
}

type Said = (Turn, String);

/// Bounds that a metric must keep, each by itself; a suite's thresholds are the same.
pub(super) fn metrics(label: &str, old: Option<&Value>, new: Option<&Value>) -> Vec<Said> {
    let (old, new) = (entries(old), entries(new));
    let mut said = Vec::new();
    for name in names(old, new).into_iter().filter(|name| !same_entry(old, new, name)) {
        let label = format!("{label} `{name}`");
        match (old.get(name), new.get(name)) {
            (None, _) => said.push((Turn::Stricter, format!("{label} was added"))),
            (_, None) => said.push((Turn::Looser, format!("{label} was removed"))),
            (Some(before), Some(after)) => {
                let turn = metric(before, after);
                let what = match (short(before), short(after)) {
                    (Some(before), Some(after)) => format!("{label} changed from {before} to {after}"),
                    _ => format!("{label}: {}", bounds(before, after)),
                };
                said.push((turn, what));
            }
        }
    }
    said
}

/// A bare number is a least value.
fn metric(old: &Value, new: &Value) -> Turn {
    let part = |value: &Value, key: &str| match value {
        Value::Object(entries) => entries.get(key).cloned(),
        number if key == "min" => Some(number.clone()),
        _ => None,
    };
    let number = |value: &Value, key: &str| part(value, key).and_then(|value| value.as_f64());
    let mut turns = vec![
        at_least(number(old, "min"), number(new, "min")),
        at_least(number(old, "samples"), number(new, "samples")),
        at_least(number(old, "max"), number(new, "max")).opposite_where_present(number(old, "max"), number(new, "max")),
    ];
    let known = ["min", "max", "samples"];
    let others = |value: &Value| -> BTreeMap<String, Value> {
        let rest = entries(Some(value)).iter().filter(|(key, _)| !known.contains(&key.as_str()));
        rest.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    if others(old) != others(new) {
        turns.push(Turn::Unknown);
    }
    sum(turns)
}

impl Turn {
    /// The turn of an upper bound: one that appears is stricter like any other, but a greater one is looser.
    fn opposite_where_present(self, old: Option<f64>, new: Option<f64>) -> Self {
        if old.is_some() && new.is_some() { self.opposite() } else { self }
    }
}

fn bounds(old: &Value, new: &Value) -> String {
    let (old, new) = (entries(Some(old)), entries(Some(new)));
    let differing = names(old, new).into_iter().filter(|key| !same_entry(old, new, key));
    let parts: Vec<String> = differing.map(|key| plainly(&format!("`{key}`"), old.get(key), new.get(key))).collect();
    if parts.is_empty() { "its bounds changed".to_owned() } else { parts.join(", ") }
}

/// The worst of several turns.
fn sum(turns: Vec<Turn>) -> Turn {
    let rank = |turn: &Turn| match turn {
        Turn::Neither => 0,
        Turn::Stricter => 1,
        Turn::Unknown => 2,
        Turn::Looser => 3,
    };
    turns.into_iter().max_by_key(rank).unwrap_or(Turn::Neither)
}

/// A bound below which nothing passes; without it everything does.
fn at_least(old: Option<f64>, new: Option<f64>) -> Turn {
    match (old, new) {
        (Some(old), Some(new)) if old == new => Turn::Neither,
        (Some(old), Some(new)) => {
            if new > old {
                Turn::Stricter
            } else {
                Turn::Looser
            }
        }
        (None, Some(_)) => Turn::Stricter,
        (Some(_), None) => Turn::Looser,
        (None, None) => Turn::Neither,
    }
}

fn at_most(old: Option<&Value>, new: Option<&Value>) -> Turn {
    let (before, after) = (share(old), share(new));
    if (old.is_some() && before.is_none()) || (new.is_some() && after.is_none()) {
        return Turn::Unknown;
    }
    at_least(before, after).opposite_where_present(before, after)
}

/// `0.1`, `"10 %"`
fn share(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::String(text) => {
            let (number, scale) = text.trim().strip_suffix('%').map_or((text.as_str(), 1.0), |number| (number, 100.0));
            number.trim().parse::<f64>().ok().map(|number| number / scale)
        }
        value => value.as_f64(),
    }
}

/// `2`, `{count: 2}`
fn count(value: Option<&Value>) -> Option<f64> {
    let value = value?;
    value.as_f64().or_else(|| ["count", "min", "required"].iter().find_map(|key| value.get(*key)?.as_f64()))
}

/// `24h`, `{hours: 24}`
fn hours(value: Option<&Value>) -> Option<f64> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Object(parts) => parts
            .iter()
            .filter_map(|(unit, count)| Some(format!("{} {unit}", count.as_u64()?)))
            .collect::<Vec<_>>()
            .join(" "),
        _ => return None,
    };
    let span: Span = text.parse().ok()?;
    let duration: SignedDuration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(duration.as_secs_f64() / 3600.0)
}

/// Things in a list, of which more means what `turn` says.
fn listed_things(
    label: &str,
    old: Option<&Value>,
    new: Option<&Value>,
    name: impl Fn(&Value) -> String,
    turn: Turn,
) -> Vec<Said> {
    let keyed = |value| items(value).iter().map(|item| (name(item), item)).collect::<BTreeMap<String, &Value>>();
    let (before, after) = (keyed(old), keyed(new));
    let mut said = Vec::new();
    for (name, item) in &after {
        match before.get(name) {
            None => said.push((turn, format!("{label} `{name}` was added"))),
            Some(was) if same(was, item) => {}
            Some(_) if label == "freeze window" => said.push((Turn::Unknown, format!("{label} `{name}` changed"))),
            Some(_) => said.push((Turn::Neither, format!("{label} `{name}` is explained otherwise"))),
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        said.push((turn.opposite(), format!("{label} `{name}` was removed")));
    }
    said
}

/// The part of an item that names it; the whole where it has none.
fn word(item: &Value, key: &str) -> String {
    item.get(key).and_then(Value::as_str).map_or_else(|| whole(item), str::to_owned)
}

/// An item in one line.
fn whole(item: &Value) -> String {
    let parts = |entries: &serde_json::Map<String, Value>| {
        let parts =
            entries.iter().map(|(key, value)| format!("{key}: {}", short(value).unwrap_or_else(|| value.to_string())));
        parts.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
    };
    match item {
        Value::String(text) => text.clone(),
        Value::Object(entries) => parts(entries),
        _ => item.to_string(),
    }
}

/// A list outside of which nothing may be named; without it everything may.
fn allowed(what: &str, old: Option<&Value>, new: Option<&Value>) -> Vec<Said> {
    match (old, new) {
        (None, _) => vec![(Turn::Stricter, format!("only listed {what}s are allowed now"))],
        (_, None) => vec![(Turn::Looser, format!("any {what} is allowed now"))],
        _ => listed_things(&format!("allowed {what}"), old, new, whole, Turn::Looser),
    }
}

fn locked(old: Option<&Value>, new: Option<&Value>) -> Vec<Said> {
    let own = |value: Option<&Value>| value == Some(&Value::Bool(true));
    if own(old) == own(new) {
        let rules = |value: Option<&Value>| value.filter(|value| value.is_array()).cloned();
        return listed_things("locked rule", rules(old).as_ref(), rules(new).as_ref(), whole, Turn::Stricter);
    }
    match (old.map(|value| items(Some(value)).is_empty()), own(new)) {
        (None | Some(true), true) => vec![(Turn::Stricter, "the policy's own rules are locked now".to_owned())],
        (_, true) => vec![(Turn::Unknown, "other rules are locked".to_owned())],
        _ => vec![(Turn::Looser, "the policy's own rules are no longer locked".to_owned())],
    }
}

fn waivers(old: Option<&Value>, new: Option<&Value>) -> Vec<Said> {
    // What a waiver is for identifies it; until when it holds can be drawn in or out, and why is for people.
    let keyed = |value: Option<&Value>| -> BTreeMap<String, Value> {
        let key = |waiver: &Value| {
            let mut name = word(waiver, "rule");
            for key in ["files", "prompt"] {
                let places: Vec<&str> = items(waiver.get(key)).iter().filter_map(Value::as_str).collect();
                name.extend(places.iter().map(|place| format!(" in {place}")));
            }
            name
        };
        items(value).iter().map(|waiver| (key(waiver), waiver.clone())).collect()
    };
    let (before, after) = (keyed(old), keyed(new));
    let mut said = Vec::new();
    for (name, waiver) in &after {
        let until = |waiver: &Value| waiver.get("until").and_then(Value::as_str).unwrap_or("9999").to_owned();
        match before.get(name) {
            None => said.push((Turn::Looser, format!("a waiver of {name} was added"))),
            Some(was) if same(was, waiver) => {}
            Some(was) => said.push(match until(was).cmp(&until(waiver)) {
                std::cmp::Ordering::Less => (Turn::Looser, format!("the waiver of {name} holds longer")),
                std::cmp::Ordering::Greater => (Turn::Stricter, format!("the waiver of {name} ends earlier")),
                std::cmp::Ordering::Equal => (Turn::Neither, format!("the waiver of {name} is explained otherwise")),
            }),
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        said.push((Turn::Stricter, format!("the waiver of {name} was removed")));
    }
    said
}

/// What a policy is for: fewer prompts under it is looser.
fn applies_to(old: Option<&Value>, new: Option<&Value>) -> Vec<Said> {
    let set = |value: Option<&Value>, keys: &[&str]| -> Option<BTreeSet<String>> {
        let lists: Vec<&Value> = match value? {
            Value::Object(parts) => keys.iter().filter_map(|key| parts.get(*key)).collect(),
            list if keys.contains(&"files") => vec![list],
            _ => Vec::new(),
        };
        let found: BTreeSet<String> = lists.iter().flat_map(|list| items(Some(list))).map(whole).collect();
        (!found.is_empty()).then_some(found)
    };
    let mut said = Vec::new();
    for (what, keys) in [("files", &["files", "prompts"][..]), ("prompts with the tag", &["tags"])] {
        match (set(old, keys), set(new, keys)) {
            (None, None) => {}
            (None, Some(_)) => {
                said.push((Turn::Looser, format!("it is only for some {what} now", what = plural_of(what))));
            }
            (Some(_), None) => said.push((Turn::Stricter, format!("it is for all {what} now", what = plural_of(what)))),
            (Some(before), Some(after)) => {
                said.extend(
                    after.difference(&before).map(|one| (Turn::Stricter, format!("it is for {what} `{one}` too"))),
                );
                said.extend(
                    before.difference(&after).map(|one| (Turn::Looser, format!("it is no longer for {what} `{one}`"))),
                );
            }
        }
    }
    said
}

fn plural_of(what: &str) -> &str {
    if what == "files" { "files" } else { "tags" }
}

fn severities(old: Option<&Value>, new: Option<&Value>) -> Vec<Said> {
    let of = |value: Option<&Value>| entries(value.and_then(|lint| lint.get("severity"))).clone();
    let (before, after) = (of(old), of(new));
    let rank = |value: &Value| ["info", "warning", "error"].iter().position(|word| value.as_str() == Some(word));
    let mut said = Vec::new();
    for rule in names(&before, &after).into_iter().filter(|rule| !same_entry(&before, &after, rule)) {
        let turn = match (before.get(rule).map(rank), after.get(rule).map(rank)) {
            (Some(was), Some(is)) if is > was => Turn::Stricter,
            (Some(_), Some(_)) => Turn::Looser,
            _ => Turn::Unknown,
        };
        said.push((turn, plainly(&format!("the severity of {rule}"), before.get(rule), after.get(rule))));
    }
    said
}

fn plainly(label: &str, old: Option<&Value>, new: Option<&Value>) -> String {
    super::fate(label, old, new)
}

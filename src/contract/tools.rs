//! Tools: the model calls them, so what it may pass is a promise to whoever carries the calls out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::gap::{Promise, reason};
use super::{Bump, Change, Place, items, schema};

/// What has become of a prompt's tools.
pub(super) fn compare(old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let (before, after) = (by_name(old), by_name(new));
    let mut changes = Vec::new();
    let change = |bump, name: &str, text: String| Change::new(bump, Place::Tool(name.to_owned()), text);
    for (name, tool) in &before {
        match after.get(name) {
            None => changes.push(change(Bump::Major, name, format!("tool `{name}` was removed"))),
            Some(other) if super::same(tool, other) => {}
            Some(other) => changes.extend(of_tool(name, tool, other)),
        }
    }
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        changes.push(change(Bump::Minor, name, format!("tool `{name}` was added")));
    }
    if changes.is_empty() {
        changes.push(change(Bump::Minor, "", "tools were put into another order".to_owned()));
    }
    changes
}

fn of_tool(name: &str, old: &Value, new: &Value) -> Vec<Change> {
    let place = || Place::Tool(name.to_owned());
    let nothing = Value::Bool(true);
    let (before, after) = (arguments(old).unwrap_or(&nothing), arguments(new).unwrap_or(&nothing));
    let label = format!("tool `{name}`: what it is called with");
    let gaps = schema::gaps(after, before);
    let mut changes: Vec<Change> =
        gaps.iter().map(|gap| Change::new(Bump::Major, place(), reason(&label, gap, Promise::Giving))).collect();
    if changes.is_empty() {
        let what = if super::same(before, after) { "definition" } else { "parameters" };
        changes.push(Change::new(Bump::Minor, place(), format!("tool `{name}`: its {what} changed")));
    }
    changes
}

fn by_name(tools: Option<&Value>) -> BTreeMap<String, &Value> {
    let named = |(index, tool): (usize, &'_ Value)| -> String {
        let name = definition(tool).get("name").or_else(|| tool.get("name")).and_then(Value::as_str);
        name.map_or_else(|| format!("number {}", index + 1), str::to_owned)
    };
    items(tools).iter().enumerate().map(|(index, tool)| (named((index, tool)), tool)).collect()
}

/// The part that describes the call: providers wrap it differently.
fn definition(tool: &Value) -> &Value {
    tool.get("function").filter(|function| function.is_object()).unwrap_or(tool)
}

fn arguments(tool: &Value) -> Option<&Value> {
    let definition = definition(tool);
    ["parameters", "input_schema", "inputSchema"]
        .iter()
        .find_map(|key| definition.get(*key))
        .filter(|it| it.is_object())
}

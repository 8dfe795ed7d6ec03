//! A YAML node as JSON: what schemas are checked against and bundles are made of.

use serde_json::{Map, Number, Value};

use super::{Kind, NodeRef, resolve};

/// The value of `node`, or `None` where that takes more than `budget` nodes.
///
/// Recursion is bounded: a tree does not nest deeper than the limit that it was parsed with, aliases expanded.
pub(super) fn value(node: NodeRef<'_>, budget: usize) -> Option<Value> {
    let mut left = budget;
    convert(node, &mut left)
}

fn convert(node: NodeRef<'_>, left: &mut usize) -> Option<Value> {
    *left = left.checked_sub(1)?;
    let text = node.scalar().unwrap_or_default();
    Some(match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(resolve::boolean(text).unwrap_or_default()),
        Kind::Integer | Kind::Float => number(text),
        Kind::String => Value::String(text.to_owned()),
        Kind::Sequence => {
            let items = node.items();
            let mut list = Vec::with_capacity(items.size_hint().0);
            for item in items {
                list.push(convert(item, left)?);
            }
            Value::Array(list)
        }
        Kind::Mapping => {
            let entries = node.entries();
            let mut map = Map::with_capacity(entries.size_hint().0);
            for entry in entries {
                let value = convert(entry.value, left)?;
                map.entry(entry.key).or_insert(value);
            }
            Value::Object(map)
        }
    })
}

/// Whole numbers stay exact where 64 bits hold them; JSON has neither infinity nor NaN, so they become null.
fn number(text: &str) -> Value {
    let integer = || resolve::integer::<u64>(text).map(Number::from);
    let negative = || resolve::integer::<i64>(text).map(Number::from);
    let float = || resolve::float(text).and_then(Number::from_f64);
    integer().or_else(negative).or_else(float).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Limits, parse};

    #[test]
    fn order_is_kept_and_numbers_are_exact() {
        let text = "z: 18446744073709551615\na: -9223372036854775808\nm: [0.1, .inf, .nan, 1e400, 012, 0x10, 1.0]\n";
        let (yaml, problems) = parse(text, 0, Limits::default());
        assert_eq!(problems, []);
        let json = yaml.root().unwrap().to_json(100).unwrap();
        assert_eq!(
            json.to_string(),
            r#"{"z":18446744073709551615,"a":-9223372036854775808,"m":[0.1,null,null,null,12,16,1.0]}"#
        );
    }

    #[test]
    fn aliases_expand_within_the_budget() {
        let text = "a: &a [1, 2]\nb: [*a, *a]\n";
        let (yaml, _) = parse(text, 0, Limits::default());
        let root = yaml.root().unwrap();
        assert_eq!(root.to_json(11), Some(json!({"a": [1, 2], "b": [[1, 2], [1, 2]]})));
        assert_eq!(root.to_json(10), None);
    }

    #[test]
    fn the_first_of_two_equal_keys_wins_as_in_get() {
        let (yaml, _) = parse("a: 1\na: 2\n", 0, Limits::default());
        assert_eq!(yaml.root().unwrap().to_json(9), Some(json!({"a": 1})));
    }
}

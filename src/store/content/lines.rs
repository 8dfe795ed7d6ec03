//! Golden data as content: a JSON value a line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a line has no single meaning, in the words of the error that carries it.
const TWICE: &str = "has the key";

/// The cases in `text`. A line that is no JSON is a finding; its text still decides the content.
///
/// # Errors
/// When an object has a key twice: one reader takes the first value, another one the last.
pub(super) fn read(text: &str) -> Result<Vec<Value>, String> {
    let mut cases = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Unambiguous>(line) {
            Ok(Unambiguous(value)) => cases.push(value),
            Err(error) if error.to_string().starts_with(TWICE) => {
                let reason = error.to_string();
                let reason = reason.split(" at line ").next().unwrap_or_default();
                return Err(format!("{reason} in line {}", at + 1));
            }
            Err(_) => cases.push(Value::from(line)),
        }
    }
    Ok(cases)
}

/// A JSON value in which no object has a key twice.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Self)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unambiguous(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Unambiguous(value))) = entries.next_entry::<String, _>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{TWICE} `{key}` twice")));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_is_a_value_and_what_is_none_is_its_text() {
        let text = "\u{feff}{\"q\": [1, -2, 0.1, null, true, \"é\"]}\r\n\n{oops\n";
        assert_eq!(read(text), Ok(vec![json!({"q": [1, -2, 0.1, null, true, "é"]}), json!("{oops")]));
        assert_eq!(read("{}\n{\"a\": {\"b\": 1, \"b\": 1}}"), Err("has the key `b` twice in line 2".to_owned()));
    }
}

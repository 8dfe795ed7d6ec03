//! The canonical form of RFC 8785: keys in the order of their UTF-16 code units, numbers as JavaScript prints them, no
//! white space.
//!
//! `serde_json` escapes texts as section 3.2.2.2 has it, and `serde_json_canonicalizer` prints the numbers. The latter
//! does whole values too, but parses every key again and copies an object once for each level above it: most of what a
//! bundle of many prompts cost. A property holds both to the same bytes.

use std::cmp::Ordering;
use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::ser::Formatter;
use serde_json::{Map, Value};

/// What has a canonical form.
#[derive(Clone, Copy, Debug)]
pub enum Json<'a> {
    /// A text.
    Text(&'a str),
    /// An object.
    Object(&'a Map<String, Value>),
    /// Any value.
    Value(&'a Value),
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Map<String, Value>> for Json<'a> {
    fn from(object: &'a Map<String, Value>) -> Self {
        Self::Object(object)
    }
}

impl<'a> From<&'a Value> for Json<'a> {
    fn from(value: &'a Value) -> Self {
        Self::Value(value)
    }
}

/// `json` in the canonical form of RFC 8785.
pub fn canonical<'a>(json: impl Into<Json<'a>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Numbers);
    json.into().serialize(&mut serializer).expect("because a value made of JSON is JSON, and memory takes any bytes");
    bytes
}

/// The order of keys: that of their UTF-16 code units.
pub fn order_of_keys(a: &str, b: &str) -> Ordering {
    // Bytes are in the same order, unless both keys have characters beyond ASCII.
    if a.is_ascii() || b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Object(object) | Self::Value(Value::Object(object)) => {
                let mut entries: Vec<(&String, &Value)> = object.iter().collect();
                entries.sort_unstable_by(|(a, _), (b, _)| order_of_keys(a, b));
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, &Json::Value(value))?;
                }
                map.end()
            }
            Self::Value(Value::Array(items)) => serializer.collect_seq(items.iter().map(Json::Value)),
            Self::Value(scalar) => scalar.serialize(serializer),
        }
    }
}

/// Prints numbers as JavaScript does; there all of them are doubles.
struct Numbers;

impl Numbers {
    fn write(writer: &mut (impl Write + ?Sized), number: impl Serialize) -> io::Result<()> {
        writer.write_all(&serde_json_canonicalizer::to_vec(&number)?)
    }
}

impl Formatter for Numbers {
    fn write_i64<W: Write + ?Sized>(&mut self, writer: &mut W, number: i64) -> io::Result<()> {
        Self::write(writer, number)
    }

    fn write_u64<W: Write + ?Sized>(&mut self, writer: &mut W, number: u64) -> io::Result<()> {
        Self::write(writer, number)
    }

    fn write_f64<W: Write + ?Sized>(&mut self, writer: &mut W, number: f64) -> io::Result<()> {
        Self::write(writer, number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let texts = || prop_oneof![any::<String>(), "[a-c\u{0}-\u{7f}\u{fb33}😀\u{e000}/\\\\\"]{0,4}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            texts().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((texts(), inner), 0..8)
                    .prop_map(|entries| Value::Object(Map::from_iter(entries))),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_bytes_are_those_of_the_reference(value in values()) {
            let expected = serde_json_canonicalizer::to_vec(&value).expect("it is JSON");
            prop_assert_eq!(canonical(&value), expected);
        }
    }

    #[test]
    fn the_example_of_the_standard_is_as_it_says() {
        // RFC 8785, sections 3.2.2 and 3.2.3.
        let value = json!({
            "numbers": [333_333_333.333_333_3, 1E30, 4.50, 2e-3, 0.000_000_000_000_000_000_000_000_001, -0.0],
            "string": "\u{20ac}$\u{f}\nA'B\"\\\\\"/",
            "literals": [null, true, false],
        });
        let text = String::from_utf8(canonical(&value)).expect("it is UTF-8");
        assert_eq!(
            text,
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
        let keys = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "😀": 5, "\u{80}": 6, "\u{f6}": 7});
        let text = String::from_utf8(canonical(&keys)).expect("it is UTF-8");
        assert_eq!(text, "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}");
    }
}

//! What two sides made of a value, decided without regard to how it is written: what a merged text has to say.

use serde_json::{Map, Value};

use super::lines;
use super::place::{Manner, Place};

/// Both sides changed the value at a place.
#[derive(Debug)]
pub(super) struct Clash;

/// Three versions of one value; `None` where it is not there.
#[derive(Clone, Copy)]
pub(super) struct Three<'a> {
    pub(super) base: Option<&'a Value>,
    pub(super) ours: Option<&'a Value>,
    pub(super) theirs: Option<&'a Value>,
}

/// The merged value; `None` where a side removed it and the other left it as it was.
pub(super) fn merge(Three { base, ours, theirs }: Three<'_>, place: &Place) -> Result<Option<Value>, Clash> {
    if ours == theirs || base == theirs {
        return Ok(ours.cloned());
    }
    if base == ours {
        return Ok(theirs.cloned());
    }
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return Err(Clash) };
    let merged = match (place.manner(), base, ours, theirs) {
        (Manner::Parts, Some(Value::Object(base)), Value::Object(ours), Value::Object(theirs)) => {
            object(base, ours, theirs, place)?
        }
        (_, None, Value::Object(ours), Value::Object(theirs)) if place.may_be_new_on_both_sides() => {
            object(&Map::new(), ours, theirs, place)?
        }
        (Manner::Parts | Manner::Collection, Some(Value::Array(base)), Value::Array(ours), Value::Array(theirs))
            if base.len() == ours.len() && base.len() == theirs.len() =>
        {
            items(base, ours, theirs, place)?
        }
        (Manner::Collection, base, Value::Array(ours), Value::Array(theirs)) => {
            let base = match base {
                Some(Value::Array(base)) => base.as_slice(),
                None => &[],
                Some(_) => return Err(Clash),
            };
            both_appended(base, ours, theirs)?
        }
        (Manner::Parts, Some(Value::String(base)), Value::String(ours), Value::String(theirs)) => {
            Value::String(lines::merge(base, ours, theirs).ok_or(Clash)?)
        }
        _ => return Err(Clash),
    };
    Ok(Some(merged))
}

fn object(
    base: &Map<String, Value>,
    ours: &Map<String, Value>,
    theirs: &Map<String, Value>,
    place: &Place,
) -> Result<Value, Clash> {
    let mut merged = Map::new();
    let added = theirs.keys().filter(|key| !ours.contains_key(*key));
    for key in ours.keys().chain(added) {
        let three = Three { base: base.get(key), ours: ours.get(key), theirs: theirs.get(key) };
        if let Some(value) = merge(three, &place.child(key))? {
            merged.insert(key.clone(), value);
        }
    }
    Ok(Value::Object(merged))
}

/// Lists of one length.
fn items(base: &[Value], ours: &[Value], theirs: &[Value], place: &Place) -> Result<Value, Clash> {
    let merged = base.iter().zip(ours).zip(theirs).enumerate().map(|(at, ((base, ours), theirs))| {
        let three = Three { base: Some(base), ours: Some(ours), theirs: Some(theirs) };
        merge(three, &place.child(&at.to_string()))?.ok_or(Clash)
    });
    Ok(Value::Array(merged.collect::<Result<_, _>>()?))
}

fn both_appended(base: &[Value], ours: &[Value], theirs: &[Value]) -> Result<Value, Clash> {
    let (Some(by_us), Some(by_them)) = (ours.strip_prefix(base), theirs.strip_prefix(base)) else { return Err(Clash) };
    let new = by_them.iter().filter(|item| !by_us.contains(item));
    Ok(Value::Array(ours.iter().chain(new).cloned().collect()))
}

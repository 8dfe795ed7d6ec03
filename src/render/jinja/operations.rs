//! The engine's filters, tests, functions and methods, each with what it costs.
//!
//! An operation is charged for what it goes through before it runs and for what it made after, and one whose result may
//! be much larger than what it is given is refused before it runs, by an upper bound of that result.

use std::sync::Arc;

use minijinja::value::{Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State, filters, functions, tests};

use super::meter::{ITEM, Meter, size};
use crate::store::template::jinja::guarded;

/// What an operation goes through.
#[derive(Clone, Copy)]
enum Cost {
    /// Nothing that depends on the size of what it is given, and it makes nothing.
    Free,
    /// The value that it is given, so many times.
    Once(u64),
    /// Everything in all that it is given, so many times.
    Deep(u64),
}

use Cost::{Deep, Free, Once};

type Table = Vec<(&'static str, Cost, Value)>;

fn table_of_filters() -> Table {
    let of = Value::from_function::<fn(&Value) -> Result<usize, Error>, _, _>;
    let mut table: Table = vec![
        ("safe", Free, Value::from_function(filters::safe)),
        ("escape", Once(4), Value::from_function(filters::escape)),
        ("lower", Once(4), Value::from_function(filters::lower)),
        ("upper", Once(4), Value::from_function(filters::upper)),
        ("title", Once(4), Value::from_function(filters::title)),
        ("capitalize", Once(4), Value::from_function(filters::capitalize)),
        ("replace", Once(4), Value::from_function(filters::replace)),
        ("length", Once(1), of(filters::length)),
        ("dictsort", Deep(16), Value::from_function(filters::dictsort)),
        ("items", Once(1), Value::from_function(filters::items)),
        ("reverse", Once(2), Value::from_function(filters::reverse)),
        ("trim", Once(1), Value::from_function(filters::trim)),
        ("join", Deep(2), Value::from_function(filters::join)),
        ("split", Once(4), Value::from_function(filters::split)),
        ("lines", Once(4), Value::from_function(filters::lines)),
        ("default", Free, Value::from_function(filters::default)),
        ("round", Free, Value::from_function(filters::round)),
        ("abs", Free, Value::from_function(filters::abs)),
        ("int", Once(4), Value::from_function(filters::int)),
        ("float", Once(4), Value::from_function(filters::float)),
        ("attr", Free, Value::from_function(filters::attr)),
        ("first", Free, Value::from_function(filters::first)),
        ("last", Free, Value::from_function(filters::last)),
        ("min", Deep(4), Value::from_function(filters::min)),
        ("max", Deep(4), Value::from_function(filters::max)),
        ("sort", Deep(16), Value::from_function(filters::sort)),
        ("list", Once(2), Value::from_function(filters::list)),
        ("string", Deep(2), Value::from_function(filters::string)),
        ("bool", Free, Value::from_function(filters::bool)),
        ("batch", Once(2), Value::from_function(filters::batch)),
        ("slice", Once(2), Value::from_function(filters::slice)),
        ("sum", Deep(4), Value::from_function(filters::sum)),
        ("indent", Once(4), Value::from_function(filters::indent)),
        ("select", Deep(2), Value::from_function(filters::select)),
        ("reject", Deep(2), Value::from_function(filters::reject)),
        ("selectattr", Deep(2), Value::from_function(filters::selectattr)),
        ("rejectattr", Deep(2), Value::from_function(filters::rejectattr)),
        ("map", Once(2), Value::from_function(filters::map)),
        ("groupby", Deep(16), Value::from_function(filters::groupby)),
        ("unique", Deep(16), Value::from_function(filters::unique)),
        ("zip", Once(2), Value::from_function(filters::zip)),
        ("pprint", Deep(4), Value::from_function(filters::pprint)),
        ("format", Once(4), Value::from_function(filters::format)),
        ("tojson", Deep(4), Value::from_function(filters::tojson)),
    ];
    for (alias, name) in [("e", "escape"), ("count", "length"), ("d", "default")] {
        let known = table.iter().find(|(known, ..)| *known == name).map(|(_, cost, call)| (alias, *cost, call.clone()));
        table.extend(known);
    }
    table
}

/// Tests that go through what they are given; the others cost nothing.
fn table_of_tests() -> Table {
    let mut table: Table = vec![
        ("startingwith", Once(1), Value::from_function(tests::is_startingwith)),
        ("endingwith", Once(1), Value::from_function(tests::is_endingwith)),
        ("lower", Once(2), Value::from_function(tests::is_lower)),
        ("upper", Once(2), Value::from_function(tests::is_upper)),
        ("in", Deep(1), Value::from_function(tests::is_in)),
    ];
    let mut compare = |names: &[&'static str], call: Value| {
        table.extend(names.iter().map(|name| (*name, Deep(1), call.clone())));
    };
    compare(&["eq", "equalto", "=="], Value::from_function(tests::is_eq));
    compare(&["ne", "!="], Value::from_function(tests::is_ne));
    compare(&["lt", "lessthan", "<"], Value::from_function(tests::is_lt));
    compare(&["le", "<="], Value::from_function(tests::is_le));
    compare(&["gt", "greaterthan", ">"], Value::from_function(tests::is_gt));
    compare(&["ge", ">="], Value::from_function(tests::is_ge));
    table
}

/// Gives `environment` the operations that `meter` watches.
pub(super) fn install(environment: &mut Environment<'static>, meter: &Arc<Meter>) {
    // It chains mappings lazily, without limit; `debug` prints the engine's inside.
    environment.remove_filter("chain");
    environment.remove_global("debug");
    for (name, cost, original) in table_of_filters() {
        let meter = Arc::clone(meter);
        environment.add_filter(name, move |state: &mut State, args: Rest<ValueOrKwargs>| {
            let args = args.into_values();
            watched(&meter, name, cost, &args, || original.call(state, &args))
        });
    }
    for (name, cost, original) in table_of_tests() {
        let meter = Arc::clone(meter);
        environment.add_test(name, move |state: &mut State, args: Rest<ValueOrKwargs>| -> Result<bool, Error> {
            let args = args.into_values();
            charge(&meter, cost, &args)?;
            Ok(original.call(state, &args)?.is_true())
        });
    }
    let makers = [
        ("range", Value::from_function(functions::range)),
        ("dict", Value::from_function(functions::dict)),
        ("namespace", Value::from_function(functions::namespace)),
    ];
    for (name, original) in makers {
        let meter = Arc::clone(meter);
        environment.add_function(name, move |state: &mut State, args: Rest<ValueOrKwargs>| -> Result<Value, Error> {
            let args = args.into_values();
            charge(&meter, Deep(1), &args)?;
            let made = original.call(state, &args)?;
            meter.make(if name == "range" { ITEM } else { size(&made) })?;
            Ok(made)
        });
    }
    let methods = Arc::clone(meter);
    environment.set_unknown_method_callback(move |state, value, method, args| {
        let all: Vec<Value> = std::iter::once(value.clone()).chain(args.iter().cloned()).collect();
        let cost = match method {
            "get" => Free,
            "count" | "startswith" | "endswith" | "join" => Deep(2),
            _ => Once(4),
        };
        watched(&methods, method, cost, &all, || {
            minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args)
        })
    });
    install_guards(environment, meter);
}

/// The filters of guarded templates.
fn install_guards(environment: &mut Environment<'static>, meter: &Arc<Meter>) {
    let own = || Arc::clone(meter);
    let meter = own();
    environment.add_filter(guarded::WEIGH, move |value: Value, copies: u64| -> Result<Value, Error> {
        let weight = meter.weigh(&value)?;
        meter.make(weight)?;
        meter.work(weight.saturating_mul(copies))?;
        Ok(value)
    });
    let meter = own();
    environment.add_filter(guarded::ADD, move |value: Value, copies: u64| -> Result<Value, Error> {
        meter.make(size(&value))?;
        meter.work(size(&value).saturating_mul(copies))?;
        Ok(value)
    });
    let meter = own();
    environment.add_filter(guarded::LEFT, move |value: Value| {
        meter.push_left(value.clone());
        value
    });
    let meter = own();
    environment.add_filter(guarded::RIGHT, move |value: Value| -> Result<Value, Error> {
        let left = meter.pop_left().unwrap_or_default();
        meter.make(product(&left, &value))?;
        Ok(value)
    });
    let meter = own();
    environment.add_filter(guarded::READ, move |value: Value| -> Result<Value, Error> {
        let weight = meter.weigh(&value)?;
        meter.work(weight)?;
        Ok(value)
    });
    let meter = own();
    environment.add_filter(guarded::WALK, move |value: Value| -> Result<Value, Error> {
        if let Some(text) = value.as_str() {
            // Characters are found by counting them.
            meter.work(text.len() as u64 * 4)?;
        }
        Ok(value)
    });
    let meter = own();
    environment.add_filter(guarded::NEST, move |value: Value| -> Result<Value, Error> {
        if matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Plain) {
            meter.weigh(&value)?;
            meter.make(size(&value))?;
        }
        Ok(value)
    });
    let meter = own();
    environment.add_filter(guarded::ENTER, move |name: Value| -> Result<Value, Error> {
        meter.enter()?;
        Ok(name)
    });
    let meter = own();
    environment.add_filter(guarded::FROM, move |value: Value, index: usize| {
        meter.prints(index);
        value
    });
}

/// Runs an operation within its means.
fn watched(
    meter: &Meter,
    name: &str,
    cost: Cost,
    args: &[Value],
    run: impl FnOnce() -> Result<Value, Error>,
) -> Result<Value, Error> {
    charge(meter, cost, args)?;
    let most = at_most(meter, name, args)?;
    if most > 0 {
        meter.make(most)?;
    }
    let made = kept(meter, run()?)?;
    if most == 0 && !matches!(cost, Free) {
        meter.make(size(&made))?;
    }
    Ok(made)
}

fn charge(meter: &Meter, cost: Cost, args: &[Value]) -> Result<(), Error> {
    let bytes = match cost {
        Free => return Ok(()),
        Once(times) => args.iter().map(size).sum::<u64>().saturating_mul(times),
        Deep(times) => {
            let mut sum = 0;
            for arg in args {
                sum += meter.weigh(arg)?;
            }
            sum.saturating_mul(times)
        }
    };
    Ok(meter.work(bytes)?)
}

/// `made` with its items, where the engine would make them one by one later: nobody would watch that.
fn kept(meter: &Meter, made: Value) -> Result<Value, Error> {
    if made.kind() != ValueKind::Iterable {
        return Ok(made);
    }
    let mut items = Vec::new();
    for item in made.try_iter()?.checked() {
        if items.len() % 1024 == 0 {
            meter.make(1024 * ITEM)?;
        }
        items.push(item?);
    }
    Ok(Value::from(items))
}

/// The most bytes that an operation makes of its arguments, for those that make much of little; 0 for the others.
fn at_most(meter: &Meter, name: &str, args: &[Value]) -> Result<u64, Error> {
    let text = |at: usize| args.get(at).and_then(Value::as_str).unwrap_or_default();
    Ok(match name {
        "replace" => {
            let found = text(0).matches(text(1)).count() as u64;
            size_of(text(0)) + found.saturating_mul(size_of(text(2)))
        }
        "join" => {
            // The method stands on the separator, the filter on the list.
            let (list, separator) = if args.first().is_some_and(|first| first.as_str().is_some() && args.len() > 1) {
                (args.get(1), text(0))
            } else {
                (args.first(), text(1))
            };
            let Some(list) = list else { return Ok(0) };
            let items = list.len().unwrap_or(0) as u64;
            meter.weigh(list)?.saturating_add(items.saturating_mul(size_of(separator)))
        }
        "indent" => {
            let width = largest_number(args).max(size_of(text(1))).max(4);
            let lines = text(0).matches('\n').count() as u64 + 1;
            size_of(text(0)).saturating_add(lines.saturating_mul(width))
        }
        "batch" | "slice" => largest_number(args).saturating_mul(ITEM).saturating_add(args.first().map_or(0, size)),
        "tojson" | "pprint" => {
            let Some(value) = args.first() else { return Ok(0) };
            let weight = meter.weigh(value)?;
            // Each part stands on a line of its own, indented by its depth; and a character becomes six at most.
            let indent = if args.len() > 1 || name == "pprint" { largest_number(args).max(4) } else { 0 };
            if indent == 0 { weight.saturating_mul(2) } else { weight.saturating_mul(2 + indent.min(64)) }
                .saturating_add(if indent > 64 { indent.saturating_mul(weight) } else { 0 })
        }
        "format" => formatted(meter, text(0), args.get(1..).unwrap_or_default())?,
        _ => 0,
    })
}

fn size_of(text: &str) -> u64 {
    text.len() as u64
}

/// The largest whole number among arguments, by position or by name.
fn largest_number(args: &[Value]) -> u64 {
    let mut largest = 0;
    for arg in args.iter().skip(1) {
        let number = |value: &Value| value.as_i64().map_or(0, i64::unsigned_abs);
        if arg.is_kwargs() {
            let names = arg.try_iter().into_iter().flatten();
            largest =
                names.filter_map(|name| arg.get_item(&name).ok()).map(|value| number(&value)).fold(largest, u64::max);
        } else {
            largest = largest.max(number(arg));
        }
    }
    largest
}

/// The most bytes that a format makes: its own text, every number in it as a width or a precision, and every argument as
/// often as one is asked for.
fn formatted(meter: &Meter, format: &str, args: &[Value]) -> Result<u64, Error> {
    let mut asked = 0_u64;
    let mut numbers = 0_u64;
    let mut number = 0_u64;
    for byte in format.bytes() {
        match byte {
            b'0'..=b'9' => {
                number = number.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
                continue;
            }
            b'%' | b'{' => asked += 1,
            // The width is an argument.
            b'*' => {
                numbers = numbers.saturating_add(
                    args.iter().map(|arg| arg.as_i64().map_or(0, i64::unsigned_abs)).max().unwrap_or(0),
                );
            }
            _ => {}
        }
        numbers = numbers.saturating_add(std::mem::take(&mut number));
    }
    numbers = numbers.saturating_add(number);
    if format.contains("{:{") || format.matches('{').count() > 1 && format.contains(":{") {
        numbers =
            numbers.saturating_add(args.iter().map(|arg| arg.as_i64().map_or(0, i64::unsigned_abs)).max().unwrap_or(0));
    }
    let mut weight = 0_u64;
    for arg in args {
        weight = weight.saturating_add(meter.weigh(arg)?);
    }
    Ok(size_of(format).saturating_add(numbers).saturating_add(asked.saturating_mul(weight)))
}

/// The bytes that `left * right` makes.
fn product(left: &Value, right: &Value) -> u64 {
    let times = |value: &Value| value.as_i64().map_or(0, |times| times.max(0).unsigned_abs());
    let holds = |value: &Value| {
        matches!(value.kind(), ValueKind::String | ValueKind::Bytes | ValueKind::Seq | ValueKind::Iterable)
    };
    match (holds(left), holds(right)) {
        (true, _) => size(left).saturating_mul(times(right)),
        (false, true) => size(right).saturating_mul(times(left)),
        (false, false) => ITEM,
    }
}

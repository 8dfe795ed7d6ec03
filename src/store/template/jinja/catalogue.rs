//! What Jinja engines provide by themselves: the union of Jinja2 3.1 and of minijinja 3.0 with its contributed functions.
//!
//! A name that is not here has to come from the application.

use crate::store::template::CallKind;

/// Filters of either engine.
const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "center",
    "chain",
    "count",
    "d",
    "dateformat",
    "datetimeformat",
    "default",
    "dictsort",
    "e",
    "escape",
    "filesizeformat",
    "first",
    "float",
    "forceescape",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pluralize",
    "pprint",
    "random",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "striptags",
    "sum",
    "timeformat",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "urlize",
    "wordcount",
    "wordwrap",
    "xmlattr",
    "zip",
];

/// Tests of either engine. The operators (`==`, `<`) are tests too, but only for `select` and its kin, by string.
const TESTS: &[&str] = &[
    "boolean",
    "callable",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "safe",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

/// Functions of either engine.
const FUNCTIONS: &[&str] = &["cycler", "debug", "dict", "joiner", "lipsum", "namespace", "now", "randrange", "range"];

/// Names that are not inputs where they are read without being called: global functions, and what the engine binds in
/// loops, blocks and macros.
const RESERVED: &[&str] = &[
    "False",
    "None",
    "True",
    "caller",
    "cycler",
    "debug",
    "dict",
    "false",
    "joiner",
    "kwargs",
    "lipsum",
    "loop",
    "namespace",
    "none",
    "range",
    "self",
    "super",
    "true",
    "varargs",
];

/// Names that yield another value at each rendering, whoever provides them.
const NONDETERMINISTIC: &[&str] = &[
    "lipsum",
    "now",
    "rand",
    "randint",
    "random",
    "randrange",
    "shuffle",
    "strftime_now",
    "today",
    "utcnow",
    "uuid",
    "uuid1",
    "uuid4",
];

/// Every name of `kind` that an engine provides, sorted.
pub fn known(kind: CallKind) -> &'static [&'static str] {
    match kind {
        CallKind::Filter => FILTERS,
        CallKind::Test => TESTS,
        CallKind::Function => FUNCTIONS,
    }
}

/// Whether an engine provides `name`.
pub fn is_known(kind: CallKind, name: &str) -> bool {
    known(kind).binary_search(&name).is_ok()
}

/// Whether calling `name` yields another value at each rendering.
pub fn nondeterministic(kind: CallKind, name: &str) -> bool {
    kind != CallKind::Test && NONDETERMINISTIC.binary_search(&name).is_ok()
}

/// Whether `name`, where the template does not bind it, is the engine's own and not an input.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_so_that_they_can_be_searched() {
        for list in [FILTERS, TESTS, FUNCTIONS, RESERVED, NONDETERMINISTIC] {
            assert!(list.is_sorted(), "{list:?}");
        }
        assert!(is_known(CallKind::Filter, "tojson") && !is_known(CallKind::Test, "tojson"));
        assert!(nondeterministic(CallKind::Function, "now") && nondeterministic(CallKind::Filter, "random"));
    }

    #[test]
    fn every_function_of_the_engine_that_renders_is_listed() {
        let env = minijinja::Environment::new();
        for (name, _) in env.globals() {
            assert!(is_known(CallKind::Function, name), "{name}");
        }
    }
}

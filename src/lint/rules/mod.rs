//! The registry of rules, in documentation order. Adding a rule is one file here and one line below.

use super::rule::Rule;

mod tpl002_undeclared_variable;

/// Every rule, sorted by code.
pub const RULES: &[&dyn Rule] = &[&tpl002_undeclared_variable::UndeclaredVariable];

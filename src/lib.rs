//! Promptyard: git as the system of record for what decides an LLM feature's behaviour.
//!
//! Modules in reading order: the vocabulary, the nouns, the verbs, the edges.

pub mod change;
pub mod diagnostic;
pub mod lint;
pub mod name;
pub mod path;
pub mod repo;
pub mod store;
pub mod text;

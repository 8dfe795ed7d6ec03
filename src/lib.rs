//! Promptyard: git as the system of record for what decides an LLM feature's behaviour.
//!
//! Modules in reading order: the vocabulary, the nouns, the verbs, the edges.

pub mod change;
pub mod cli;
pub mod diagnostic;
pub mod init;
pub mod lint;
pub mod name;
pub mod output;
pub mod path;
pub mod render;
pub mod repo;
pub mod scaffold;
pub mod sensitive;
pub mod store;
pub mod text;
pub mod tokens;

//! Promptyard: git as the system of record for what decides an LLM feature's behaviour.
//!
//! Modules in reading order: the vocabulary, the nouns, the verbs, the edges.
//!
//! A store is loaded from a snapshot, which may be texts in memory, and verbs look at it:
//!
//! ```
//! use promptyard::lint::{self, Request};
//! use promptyard::store::{Store, snapshot::Snapshot};
//!
//! let prompt = "\
//! description: Greets a customer.
//! inputs:
//!   name: {type: string}
//! messages:
//!   - role: user
//!     content: Greet {{ nmae }}.
//! ";
//! let snapshot = Snapshot::of_texts([("prompts/greet.prompt.yaml", prompt.as_bytes())])?;
//! let report = lint::run(&Store::load(snapshot), &Request::default())?;
//! let finding = &report.findings[0];
//! assert_eq!(finding.rule.code, "TPL002");
//! assert_eq!(finding.span.slice(prompt), "nmae");
//! assert_eq!(finding.note_at_span.as_deref(), Some("did you mean `name`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod block;
pub mod bundle;
pub mod change;
pub mod changelog;
pub mod check;
pub mod cli;
pub mod contract;
pub mod diagnostic;
pub mod diff;
pub mod forge;
pub mod history;
pub mod hooks;
pub mod init;
pub mod lint;
pub mod merge;
pub mod metrics;
pub mod name;
pub mod output;
pub mod path;
pub mod promote;
pub mod receipt;
pub mod release;
pub mod render;
pub mod repo;
pub mod revision;
pub mod scaffold;
pub mod sensitive;
pub mod status;
pub mod store;
pub mod text;
pub mod tokens;
pub mod trailer;
pub mod verify;
pub mod when;

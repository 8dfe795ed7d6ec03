//! A detached statement of how a bundle was made: in-toto Statement v1 with a predicate of SLSA provenance v1
//! (<https://in-toto.io/Statement/v1>, <https://slsa.dev/provenance/v1>).
//!
//! It has no time and no machine: whoever makes the same bundle gets the same statement.

use serde_json::{Map, Value, json};

use super::{Bundle, Source};
use crate::store::content::{canonical, digest_of};

/// What `buildType` says: how the parameters are to be read is written in the page about bundles.
pub const BUILD_TYPE: &str = "https://promptyard.dev/bundle/v1";

/// The statement about `bytes`, which `bundle` was written as under the name `file`, in canonical JSON.
pub fn statement(bundle: &Bundle, file: &str, bytes: &[u8]) -> Vec<u8> {
    canonical(&json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": file, "digest": {"sha256": digest_of(bytes).hex()}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": parameters(bundle),
                "resolvedDependencies": dependencies(bundle),
            },
            "runDetails": {
                "builder": {"id": "https://promptyard.dev/promptyard", "version": {"promptyard": env!("CARGO_PKG_VERSION")}},
            },
        },
    }))
}

fn parameters(bundle: &Bundle) -> Value {
    let mut parameters = Map::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            parameters.insert(key.to_owned(), value.into());
        }
    };
    put("store", bundle.store.clone());
    put("environment", bundle.environment.as_ref().map(ToString::to_string));
    put("route", bundle.route.as_ref().map(ToString::to_string));
    match bundle.source {
        Source::Commit(commit) => put("commit", Some(commit.to_string())),
        Source::Releases => {
            parameters.insert("releases".to_owned(), bundle.artifacts.keys().map(String::as_str).collect());
        }
        Source::Worktree => {
            parameters.insert("worktree".to_owned(), true.into());
        }
    }
    Value::Object(parameters)
}

/// The commits first, then every artifact by the digest of its content.
fn dependencies(bundle: &Bundle) -> Vec<Value> {
    let mut commits: Vec<_> = bundle.artifacts.values().filter_map(|entry| entry.commit).collect();
    if let Source::Commit(commit) = bundle.source {
        commits.push(commit);
    }
    commits.sort_unstable();
    commits.dedup();
    let commits =
        commits.into_iter().map(|commit| json!({"name": "commit", "digest": {"gitCommit": commit.to_string()}}));
    let artifacts =
        bundle.artifacts.iter().map(|(name, entry)| json!({"name": name, "digest": {"sha256": entry.digest.hex()}}));
    commits.chain(artifacts).collect()
}

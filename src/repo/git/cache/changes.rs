//! All changes under a folder, kept.

use super::{Bytes, Cache, put, put_id, put_text};
use crate::history::Change;
use crate::history::chain::Chain;
use crate::path::StorePath;

const MAGIC: &[u8; 8] = b"pychngs1";

/// Changes that were read, and how much of the chain they cover.
pub(in super::super) struct KnownChanges {
    /// The first so many commits.
    pub(in super::super) len: usize,
    pub(in super::super) changes: Vec<Change>,
}

impl Cache {
    /// The changes under `scope`, as far as they are known.
    pub(in super::super) fn changes(&self, scope: &str, chain: &Chain) -> Option<KnownChanges> {
        let content = self.read(&super::named(scope, "changes"), MAGIC)?;
        let mut rest = Bytes(&content);
        if rest.text()? != scope {
            return None;
        }
        let (len, tip) = (rest.size()?, rest.id()?);
        if len > chain.len() || len.checked_sub(1).map(|last| chain.commit(last)) != tip {
            return None;
        }
        let paths = (0..rest.size()?).map(|_| rest.text()?.parse().ok()).collect::<Option<Vec<StorePath>>>()?;
        let count = rest.size()?;
        let mut changes = Vec::with_capacity(count.min(rest.0.len()));
        for _ in 0..count {
            let (position, path) = (rest.size()?, paths.get(rest.size()?)?.clone());
            let (was, blob) = (rest.id()?, rest.id()?);
            changes.push(Change { position, path, was, blob });
        }
        Some(KnownChanges { len, changes })
    }

    pub(in super::super) fn keep_changes(&self, scope: &str, chain: &Chain, changes: &[Change]) {
        let mut paths: Vec<&StorePath> = changes.iter().map(|change| &change.path).collect();
        paths.sort();
        paths.dedup();
        let mut content = Vec::new();
        put_text(&mut content, scope);
        put(&mut content, chain.len());
        put_id(&mut content, chain.tip());
        put(&mut content, paths.len());
        paths.iter().for_each(|path| put_text(&mut content, path.as_str()));
        put(&mut content, changes.len());
        for change in changes {
            put(&mut content, change.position);
            put(&mut content, paths.binary_search(&&change.path).expect("because every path is listed"));
            put_id(&mut content, change.was);
            put_id(&mut content, change.blob);
        }
        self.write(&super::named(scope, "changes"), MAGIC, &content, &[]);
    }
}

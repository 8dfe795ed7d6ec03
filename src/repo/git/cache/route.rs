//! What was found out of one route's file: its versions in a part of the chain, and what they say.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::super::route_log::RouteLog;
use super::{Bytes, Cache, put, put_id, put_text};
use crate::history::chain::Chain;
use crate::history::state::{PinState, RouteState, State, VariantState};
use crate::history::versions::{Extension, RouteFile, RouteVersion};
use crate::name::{CommitId, Digest};
use crate::store::route::{Dimension, Share};

const MAGIC: &[u8; 8] = b"pyroute1";

/// What a route's text means is this program's word: another version of it reads the texts again. To be raised with every
/// change of what [`State::of_file`] makes of a text.
const READING: &str = concat!(env!("CARGO_PKG_VERSION"), " 1");

impl Cache {
    /// What is known of `file`, if it is about commits of `chain`.
    pub(in super::super) fn route(&self, file: &RouteFile, chain: &Chain) -> Option<RouteLog> {
        let content = self.read(&super::named(&scope(file), "route"), MAGIC)?;
        let mut rest = Bytes(&content);
        if rest.text()? != READING || rest.text()? != scope(file) {
            return None;
        }
        let (from, until, last) = (rest.size()?, rest.size()?, rest.id()?);
        if from > until || until > chain.len() || until.checked_sub(1).map(|last| chain.commit(last)) != last {
            return None;
        }
        let mut versions = VecDeque::new();
        for _ in 0..rest.size()? {
            versions.push_back(RouteVersion { position: rest.size()?, file: file_of(&mut rest)? });
        }
        let pins = (0..rest.size()?).map(|_| pin(&mut rest)).collect::<Option<Vec<PinState>>>()?;
        let mut states = BTreeMap::new();
        for _ in 0..rest.size()? {
            let blob = rest.id()??;
            states.insert(blob, Arc::new(state(&mut rest, blob, &pins)?));
        }
        let seen = match rest.id()? {
            Some(commit) => Some((commit, file_of(&mut rest)?)),
            None => None,
        };
        Some(RouteLog::known(from..until, versions, states, seen))
    }

    pub(in super::super) fn keep_route(&self, file: &RouteFile, chain: &Chain, log: &RouteLog) {
        let range = log.range();
        let mut content = Vec::new();
        put_text(&mut content, READING);
        put_text(&mut content, &scope(file));
        put(&mut content, range.start);
        put(&mut content, range.end);
        put_id(&mut content, range.end.checked_sub(1).map(|last| chain.commit(last)));
        put(&mut content, log.versions().len());
        for version in log.versions() {
            put(&mut content, version.position);
            put_file(&mut content, version.file);
        }
        let mut pins: Vec<&PinState> =
            log.states().values().filter_map(|state| state.route()).flat_map(pins_of).collect();
        pins.sort();
        pins.dedup();
        put(&mut content, pins.len());
        for pin in &pins {
            put_text(&mut content, &pin.release.to_string());
            put_id(
                &mut content,
                pin.digest.map(|digest| CommitId::new(digest.as_bytes()).expect("because it has 32 bytes")),
            );
        }
        put(&mut content, log.states().len());
        for (blob, state) in log.states() {
            put_id(&mut content, Some(*blob));
            put_state(&mut content, state, &pins);
        }
        put_id(&mut content, log.last_seen().map(|(commit, _)| commit));
        if let Some((_, file)) = log.last_seen() {
            put_file(&mut content, file);
        }
        self.write(&super::named(&scope(file), "route"), MAGIC, &content, &[]);
    }
}

fn scope(file: &RouteFile) -> String {
    file.path(Extension::Yaml).to_string()
}

/// A file that may not be there; the outer `None` is the end of what is read.
#[expect(clippy::option_option, reason = "an absent file and the end of what is read are two things")]
fn file_of(rest: &mut Bytes<'_>) -> Option<Option<(Extension, CommitId)>> {
    let (extension, blob) = (rest.byte()?, rest.id()?);
    let extension = *Extension::ALL.get(usize::from(extension))?;
    Some(blob.map(|blob| (extension, blob)))
}

fn put_file(content: &mut Vec<u8>, file: Option<(Extension, CommitId)>) {
    content.push(file.map_or(0, |(extension, _)| extension as u8));
    put_id(content, file.map(|(_, blob)| blob));
}

fn pins_of(route: &RouteState) -> impl Iterator<Item = &PinState> {
    route.variants.values().flat_map(|variant| variant.pins.values()).chain(&route.fallback)
}

fn pin(rest: &mut Bytes<'_>) -> Option<PinState> {
    let release = rest.text()?.parse().ok()?;
    let digest = match rest.id()? {
        Some(digest) => Some(Digest::new(digest.as_bytes().try_into().ok()?)),
        None => None,
    };
    Some(PinState { release, digest })
}

fn state(rest: &mut Bytes<'_>, blob: CommitId, pins: &[PinState]) -> Option<State> {
    if rest.byte()? == 0 {
        return Some(State::Illegible(blob));
    }
    let enabled = rest.byte()? == 1;
    let mut variants = BTreeMap::new();
    for _ in 0..rest.size()? {
        let name = rest.text()?.to_owned();
        let (share, shadow) = (Share::from_hundredths(u32::try_from(rest.size()?).ok()?)?, rest.byte()? == 1);
        let mut known = BTreeMap::new();
        for _ in 0..rest.size()? {
            let dimension = *Dimension::ALL.get(usize::from(rest.byte()?))?;
            known.insert(dimension, pins.get(rest.size()?)?.clone());
        }
        variants.insert(name, VariantState { share, shadow, pins: known });
    }
    let fallback = (0..rest.size()?).map(|_| pins.get(rest.size()?).cloned()).collect::<Option<Vec<PinState>>>()?;
    Some(State::Route(RouteState { enabled, variants, fallback }))
}

fn put_state(content: &mut Vec<u8>, state: &State, pins: &[&PinState]) {
    let State::Route(route) = state else {
        content.push(0);
        return;
    };
    let at = |pin: &PinState| pins.binary_search(&pin).expect("because every release is listed");
    content.extend([1, u8::from(route.enabled)]);
    put(content, route.variants.len());
    for (name, variant) in &route.variants {
        put_text(content, name);
        put(content, variant.share.hundredths() as usize);
        content.push(u8::from(variant.shadow));
        put(content, variant.pins.len());
        for (dimension, pin) in &variant.pins {
            content.push(*dimension as u8);
            put(content, at(pin));
        }
    }
    put(content, route.fallback.len());
    route.fallback.iter().for_each(|pin| put(content, at(pin)));
}

//! The merge itself: parts of three texts chosen one by one, and put together again.

use std::collections::{BTreeMap, BTreeSet};

use super::Conflict;
use super::lines;
use super::parts::{self, Part, Region};
use super::place::{Manner, Place};
use crate::store::yaml::{Kind, NodeRef, ScalarStyle};

/// Three versions of one value. There is no base where both sides added it.
#[derive(Clone, Copy)]
pub(super) struct Three<'a> {
    pub(super) base: Option<Region<'a>>,
    pub(super) ours: Region<'a>,
    pub(super) theirs: Region<'a>,
}

/// The source of the merged value.
pub(super) fn merge(three: Three<'_>, place: &Place) -> Result<String, Conflict> {
    let Three { base, ours, theirs } = three;
    let (our_source, their_source) = (ours.source(), theirs.source());
    let base_source = base.map(|base| base.source());
    if our_source == their_source || base_source == Some(their_source) {
        return Ok(our_source.to_owned());
    }
    if base_source == Some(our_source) {
        return Ok(their_source.to_owned());
    }
    let clash = || match place.manner() {
        Manner::Whole => Conflict::Decision(place.name()),
        Manner::Parts | Manner::Collection => Conflict::Both(place.name()),
    };
    let nodes = [Some(ours.node), Some(theirs.node), base.map(|base| base.node)];
    let all = |is: fn(NodeRef<'_>) -> bool| nodes.iter().flatten().all(|node| is(*node));
    let is_new_section = base.is_none() && place.may_be_new_on_both_sides();
    match place.manner() {
        _ if !all(|node| !node.is_alias()) => Err(clash()),
        Manner::Collection if all(is_block_list) && !are_of_one_length(three) => both_appended(three, place),
        Manner::Parts if base.is_none() && !is_new_section => Err(clash()),
        Manner::Parts if all(is_block_mapping) => mapping(three, place),
        Manner::Parts if all(is_mapping_in_brackets) => brackets(three, place),
        Manner::Parts | Manner::Collection if all(is_block_list) => list(three, place),
        Manner::Parts if all(is_block_scalar) => {
            lines::merge(base_source.unwrap_or_default(), our_source, their_source).ok_or_else(clash)
        }
        Manner::Parts | Manner::Whole | Manner::Collection => Err(clash()),
    }
}

fn is_block_mapping(node: NodeRef<'_>) -> bool {
    node.kind() == Kind::Mapping && !node.is_in_brackets()
}

fn is_mapping_in_brackets(node: NodeRef<'_>) -> bool {
    node.kind() == Kind::Mapping && node.is_in_brackets()
}

fn is_block_list(node: NodeRef<'_>) -> bool {
    node.kind() == Kind::Sequence && !node.is_in_brackets()
}

fn is_block_scalar(node: NodeRef<'_>) -> bool {
    matches!(node.style(), Some(ScalarStyle::Literal | ScalarStyle::Folded))
}

fn are_of_one_length(Three { base, ours, theirs }: Three<'_>) -> bool {
    let length = ours.node.items().count();
    theirs.node.items().count() == length && base.is_some_and(|base| base.node.items().count() == length)
}

/// The version that differs from the base; equal ones are one.
fn choose<'a>(base: &'a str, ours: &'a str, theirs: &'a str) -> Option<&'a str> {
    match () {
        () if ours == theirs || base == theirs => Some(ours),
        () if base == ours => Some(theirs),
        () => None,
    }
}

/// A part of the merged block: the lines above it, its indentation, and the rest.
struct Piece {
    lead: String,
    indent: Option<String>,
    body: String,
}

impl Piece {
    fn of(part: &Part<'_>) -> Self {
        Self { lead: part.lead.to_owned(), indent: part.indent.map(str::to_owned), body: part.body() }
    }
}

fn mapping(three: Three<'_>, place: &Place) -> Result<String, Conflict> {
    let base = three.base.as_ref().map_or_else(|| Some(Vec::new()), parts::of_block);
    let (Some(base), Some(ours), Some(theirs)) = (base, parts::of_block(&three.ours), parts::of_block(&three.theirs))
    else {
        return Err(Conflict::Unsure);
    };
    let [in_base, in_ours, in_theirs] = [&base, &ours, &theirs].map(|parts| by_key(parts));
    let mut pieces = BTreeMap::new();
    let mut conflict = None;
    for key in in_ours.keys().chain(in_theirs.keys()).copied().collect::<BTreeSet<&str>>() {
        let place = place.child(key);
        let (base, ours, theirs) = (in_base.get(key), in_ours.get(key), in_theirs.get(key));
        let piece = match (base, ours, theirs) {
            (_, Some(ours), Some(theirs)) => match part(base.copied(), ours, theirs, &place) {
                Ok(piece) => Some(piece),
                // A merge by lines may mend any other conflict: the one that it must not is what is told.
                Err(found) if found.is_decision() => return Err(found),
                Err(found) => {
                    conflict.get_or_insert(found);
                    None
                }
            },
            (None, Some(added), None) | (None, None, Some(added)) => Some(Piece::of(added)),
            // What is said about it goes with it, unless somebody has just written it.
            (Some(base), Some(left), None) | (Some(base), None, Some(left))
                if base.is_as(left) && base.lead == left.lead =>
            {
                None
            }
            _ => {
                conflict.get_or_insert(Conflict::Both(place.name()));
                None
            }
        };
        if let Some(piece) = piece {
            pieces.insert(key, piece);
        }
    }
    if let Some(conflict) = conflict {
        return Err(conflict);
    }
    let keys = [&base, &ours, &theirs].map(|parts| parts.iter().map(|part| part.key).collect::<Vec<&str>>());
    let order = order(&keys, &pieces.keys().copied().collect()).ok_or(Conflict::Unsure)?;
    let pieces: Vec<Piece> = order.iter().filter_map(|key| pieces.remove(key)).collect();
    assemble(&pieces)
}

fn by_key<'p, 'a>(parts: &'p [Part<'a>]) -> BTreeMap<&'a str, &'p Part<'a>> {
    parts.iter().map(|part| (part.key, part)).collect()
}

fn part(base: Option<&Part<'_>>, ours: &Part<'_>, theirs: &Part<'_>, place: &Place) -> Result<Piece, Conflict> {
    let clash = || Conflict::Both(place.name());
    let Some(base) = base else {
        let values = Three { base: None, ours: ours.value, theirs: theirs.value };
        let is_same = ours.lead == theirs.lead && ours.head == theirs.head && ours.tail.trim() == theirs.tail.trim();
        if !is_same || ours.indent != theirs.indent {
            return Err(clash());
        }
        let body = [ours.head, &merge(values, place)?, ours.tail].concat();
        return Ok(Piece { lead: ours.lead.to_owned(), indent: ours.indent.map(str::to_owned), body });
    };
    let lead = lines::merge(base.lead, ours.lead, theirs.lead).ok_or_else(clash)?;
    let [base_indent, our_indent, their_indent] = [base, ours, theirs].map(|part| part.indent.unwrap_or_default());
    // A first entry that follows a dash has none: the place decides, and not its text.
    let is_inline = [base, ours, theirs].iter().any(|part| part.indent.is_none());
    let indent = choose(base_indent, our_indent, their_indent).ok_or(Conflict::Unsure)?;
    let values = Three { base: Some(base.value), ours: ours.value, theirs: theirs.value };
    let head = choose(base.head, ours.head, theirs.head).ok_or_else(clash)?;
    let tail = choose(base.tail, ours.tail, theirs.tail).ok_or_else(clash)?;
    let body = [head, &merge(values, place)?, tail].concat();
    Ok(Piece { lead, indent: (!is_inline).then(|| indent.to_owned()), body })
}

/// Puts the parts of a block together. Parts whose indentations differ are not of one block.
fn assemble(pieces: &[Piece]) -> Result<String, Conflict> {
    let mut indents = pieces.iter().filter_map(|piece| piece.indent.as_deref());
    let first = indents.next();
    // Without any entry, nothing would say that this is a mapping.
    if pieces.is_empty() || !indents.all(|indent| Some(indent) == first) {
        return Err(Conflict::Unsure);
    }
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 && piece.indent.is_none() {
            return Err(Conflict::Unsure);
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&piece.lead);
        text.push_str(piece.indent.as_deref().unwrap_or_default());
        text.push_str(&piece.body);
    }
    Ok(text)
}

/// The order of the keys `kept`, given those of the base, of ours and of theirs: of the side that moved something, with what
/// the other side added after the keys that it stands after there. `None` where both moved keys.
fn order<'a>([base, ours, theirs]: &[Vec<&'a str>; 3], kept: &BTreeSet<&'a str>) -> Option<Vec<&'a str>> {
    let [in_base, in_ours, in_theirs] = [base, ours, theirs].map(|keys| keys.iter().copied().collect::<BTreeSet<_>>());
    let everywhere = |key: &&&str| in_base.contains(*key) && in_ours.contains(*key) && in_theirs.contains(*key);
    let common = |keys: &[&'a str]| keys.iter().filter(everywhere).copied().collect::<Vec<_>>();
    let (in_base_order, in_our_order, in_their_order) = (common(base), common(ours), common(theirs));
    let (skeleton, other, on_both) = match () {
        () if in_their_order == in_base_order || in_their_order == in_our_order => (ours, theirs, &in_theirs),
        () if in_our_order == in_base_order => (theirs, ours, &in_ours),
        () => return None,
    };
    let in_skeleton: BTreeSet<&str> = skeleton.iter().copied().collect();
    let mut additions: BTreeMap<Option<&str>, Vec<&'a str>> = BTreeMap::new();
    let mut after = None;
    for key in other.iter().copied().filter(|key| kept.contains(key)) {
        if in_skeleton.contains(key) {
            after = Some(key);
        } else {
            additions.entry(after).or_default().push(key);
        }
    }
    let mut ordered = Vec::new();
    let mut pending = additions.remove(&None).unwrap_or_default();
    for key in skeleton.iter().copied().filter(|key| kept.contains(key)) {
        // What both sides added at one place stands side by side, the skeleton's own first.
        if on_both.contains(key) {
            ordered.append(&mut pending);
        }
        ordered.push(key);
        pending.extend(additions.remove(&Some(key)).unwrap_or_default());
    }
    ordered.append(&mut pending);
    Some(ordered)
}

/// A list whose items are what they were: changed in place, none added, none removed, none moved.
fn list(three: Three<'_>, place: &Place) -> Result<String, Conflict> {
    let base = three.base.as_ref().and_then(parts::of_block);
    let (Some(base), Some(ours), Some(theirs)) = (base, parts::of_block(&three.ours), parts::of_block(&three.theirs))
    else {
        return Err(Conflict::Unsure);
    };
    if base.len() != ours.len() || base.len() != theirs.len() || moved(&base, &ours) || moved(&base, &theirs) {
        return Err(Conflict::Both(place.name()));
    }
    let pieces = base.iter().zip(&ours).zip(&theirs).enumerate();
    let pieces =
        pieces.map(|(at, ((base, ours), theirs))| part(Some(base), ours, theirs, &place.child(&at.to_string())));
    assemble(&pieces.collect::<Result<Vec<Piece>, Conflict>>()?)
}

/// Whether an item of `side` is another one of `base`.
fn moved(base: &[Part<'_>], side: &[Part<'_>]) -> bool {
    let known: BTreeSet<&str> = base.iter().map(|item| item.value.source().trim_end()).collect();
    let changed = base.iter().zip(side).filter(|(base, side)| !base.is_as(side));
    changed.into_iter().any(|(_, side)| known.contains(side.value.source().trim_end()))
}

/// A list to which both sides appended.
fn both_appended(three: Three<'_>, place: &Place) -> Result<String, Conflict> {
    let base = three.base.as_ref().map_or_else(|| Some(Vec::new()), parts::of_block);
    let (Some(base), Some(ours), Some(theirs)) = (base, parts::of_block(&three.ours), parts::of_block(&three.theirs))
    else {
        return Err(Conflict::Unsure);
    };
    let starts_with_base = |side: &[Part<'_>]| {
        side.len() >= base.len() && base.iter().zip(side).all(|(base, item)| base.is_as(item) && base.lead == item.lead)
    };
    if !starts_with_base(&ours) || !starts_with_base(&theirs) {
        return Err(Conflict::Both(place.name()));
    }
    let added = &ours[base.len()..];
    let new = theirs[base.len()..].iter().filter(|item| !added.iter().any(|other| other.is_as(item)));
    assemble(&ours.iter().chain(new).map(Piece::of).collect::<Vec<Piece>>())
}

/// One entry of a mapping in brackets.
#[derive(Clone, Copy)]
struct Inline<'a> {
    head: &'a str,
    value: Region<'a>,
}

impl<'a> Inline<'a> {
    fn source(&self) -> String {
        [self.head, self.value.source()].concat()
    }
}

fn brackets(three: Three<'_>, place: &Place) -> Result<String, Conflict> {
    let [base, ours, theirs] = [three.base, Some(three.ours), Some(three.theirs)].map(|region| region.map(inline));
    let (base, Some(ours), Some(theirs)) = (base.unwrap_or_default(), ours, theirs) else {
        return Err(Conflict::Unsure);
    };
    let [in_base, in_ours, in_theirs] =
        [&base, &ours, &theirs].map(|entries| entries.iter().copied().collect::<BTreeMap<&str, Inline<'_>>>());
    let mut merged: BTreeMap<&str, String> = BTreeMap::new();
    for key in in_ours.keys().chain(in_theirs.keys()).copied().collect::<BTreeSet<&str>>() {
        let place = place.child(key);
        let (base, ours, theirs) = (in_base.get(key), in_ours.get(key), in_theirs.get(key));
        match (base, ours, theirs) {
            (_, Some(ours), Some(theirs)) => {
                let values = Three { base: base.map(|base| base.value), ours: ours.value, theirs: theirs.value };
                merged.insert(key, [ours.head, &merge(values, &place)?].concat());
            }
            (None, Some(added), None) | (None, None, Some(added)) => {
                merged.insert(key, added.source());
            }
            (Some(base), Some(left), None) | (Some(base), None, Some(left)) if base.source() == left.source() => {}
            _ => return Err(Conflict::Both(place.name())),
        }
    }
    let keys = [&base, &ours, &theirs].map(|entries| entries.iter().map(|(key, _)| *key).collect::<Vec<&str>>());
    let order = order(&keys, &merged.keys().copied().collect()).ok_or(Conflict::Unsure)?;
    let source = three.ours.source();
    let (Some((_, first)), Some((_, last))) = (ours.first(), ours.last()) else { return Err(Conflict::Unsure) };
    if order == keys[1] {
        return Ok(replaced(&three.ours, &ours, &merged));
    }
    // Where the line breaks and comments of brackets go when entries come and go is a matter of taste.
    if [Some(three.ours), Some(three.theirs), three.base]
        .iter()
        .flatten()
        .any(|region| region.source().contains(['\n', '#']))
    {
        return Err(Conflict::Unsure);
    }
    let start = three.ours.start;
    let head_start = first.value.start - first.head.len() - start;
    let (opening, closing) = (&source[..head_start], &source[last.value.end - start..]);
    let entries: Vec<&str> = order.iter().filter_map(|key| merged.get(key)).map(String::as_str).collect();
    Ok([opening, &entries.join(", "), closing].concat())
}

/// The entries of a mapping in brackets, by their keys.
fn inline(region: Region<'_>) -> Vec<(&str, Inline<'_>)> {
    let entries = region.node.entries().map(|entry| {
        let span = entry.value.span().range();
        let value = Region { text: region.text, node: entry.value, start: span.start, end: span.end };
        let head = region.text.get(entry.key_span.start as usize..span.start).unwrap_or_default();
        (entry.key, Inline { head, value })
    });
    entries.collect()
}

/// Our source with the merged entries in their places.
fn replaced(ours: &Region<'_>, entries: &[(&str, Inline<'_>)], merged: &BTreeMap<&str, String>) -> String {
    let mut text = String::new();
    let mut at = ours.start;
    for (key, entry) in entries {
        text.push_str(&ours.text[at..entry.value.start - entry.head.len()]);
        text.push_str(merged.get(key).map_or("", String::as_str));
        at = entry.value.end;
    }
    text.push_str(&ours.text[at..ours.end]);
    text
}

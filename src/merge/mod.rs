//! Two changes of one YAML file made one: by its keys, where a merge by lines would stop because they are neighbours.
//!
//! Each side's text is cut into its entries, with the comments above them, and of each entry the side that changed it is
//! taken: what nobody touched keeps every byte. Where both changed one thing, or it is not plain what belongs together, the
//! answer is a [`Conflict`], and git's own merge by lines is the better judge.
//!
//! The merged text is parsed again and has to say what the three versions say when they are merged as values, without
//! regard to how they are written. These two ways are independent of each other, so that a mistake in one of them ends as a
//! conflict and not as a lost change.

mod lines;
mod parts;
mod place;
mod text;
mod values;

use std::borrow::Cow;

use serde_json::Value;

use crate::store::yaml::{self, Limits, NodeRef, Yaml};
use parts::Region;
use place::{Family, Place};

/// Nodes of one document, aliases expanded: more than the parser lets through.
const NODES: usize = 1 << 20;

/// Three versions of a file.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    /// What both sides started from; empty where there was no file.
    pub base: &'a str,
    /// The file here.
    pub ours: &'a str,
    /// The file as the other side has it.
    pub theirs: &'a str,
}

/// One of the versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Side {
    /// The common one.
    #[error("the version that both sides started from")]
    Base,
    /// Ours.
    #[error("our version")]
    Ours,
    /// Theirs.
    #[error("their version")]
    Theirs,
}

/// Why two changes were not made one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// A version is no YAML that can be read whole.
    #[error("{0} is not valid YAML")]
    Illegible(Side),
    /// Both sides changed what stands here, in different ways.
    #[error("both sides changed `{0}`")]
    Both(String),
    /// Both sides changed what stands here, and half of each would be what nobody has decided, also where a merge by lines
    /// would be clean.
    #[error("both sides changed `{0}`, which is one decision")]
    Decision(String),
    /// Both sides changed something, and the way that it is written does not say how it belongs together.
    #[error("both sides changed the file in ways that its keys do not tell apart")]
    Unsure,
}

impl Conflict {
    /// Whether no merge by lines may settle it either.
    pub fn is_decision(&self) -> bool {
        matches!(self, Self::Decision(_))
    }
}

/// The file with the changes of both sides.
///
/// Front matter (`---` lines around YAML at the start) is merged so too, and the text after it by lines. Where a merge by
/// lines is clean and says the same, its text is taken: it is what git would have written.
///
/// # Errors
/// When both sides changed one thing, or what they changed cannot be told apart with certainty.
pub fn merge(versions: Versions<'_>) -> Result<String, Conflict> {
    if let Some(text) = untouched(versions) {
        return Ok(text.to_owned());
    }
    let [base, ours, theirs] = with_one_line_end(versions);
    match [&base, &ours, &theirs].map(|text| front_matter(text)) {
        [Some(base), Some(ours), Some(theirs)] => {
            let [yaml, body] = [0, 1].map(|half| Versions { base: base[half], ours: ours[half], theirs: theirs[half] });
            let body = lines::merge(body.base, body.ours, body.theirs).ok_or(Conflict::Unsure)?;
            Ok([document(yaml)?, body].concat())
        }
        [None, None, None] => document(Versions { base: &base, ours: &ours, theirs: &theirs }),
        _ => Err(Conflict::Unsure),
    }
}

/// The version that is the answer where at most one side changed anything.
fn untouched<'a>(Versions { base, ours, theirs }: Versions<'a>) -> Option<&'a str> {
    match () {
        () if ours == theirs || base == theirs => Some(ours),
        () if base == ours => Some(theirs),
        () => None,
    }
}

fn document(versions: Versions<'_>) -> Result<String, Conflict> {
    if let Some(text) = untouched(versions) {
        return Ok(text.to_owned());
    }
    let base = Document::read(versions.base, Side::Base)?;
    let ours = Document::read(versions.ours, Side::Ours)?;
    let theirs = Document::read(versions.theirs, Side::Theirs)?;
    let (Some(mut base), Some(mut ours), Some(mut theirs)) = (base.cut(), ours.cut(), theirs.cut()) else {
        return Err(Conflict::Unsure);
    };
    share_head([&mut base, &mut ours, &mut theirs]);
    let is_route = [&base, &ours, &theirs].iter().any(|cut| cut.region.node.get("variants").is_some());
    let place = Place::root(if is_route { Family::Route } else { Family::Other });
    let of_values = wanted([&base, &ours, &theirs].map(|cut| cut.region.node), &place);
    let by_lines = lines::merge(versions.base, versions.ours, versions.theirs);
    let says = |text: &str, wanted: &Value| value_of(text).as_ref() == Some(wanted);
    let merged = by_keys(&base, &ours, &theirs, &place)?;
    let wanted = of_values?;
    match by_lines.filter(|text| says(text, &wanted)) {
        Some(text) => Ok(text),
        None if says(&merged, &wanted) => Ok(merged),
        None => Err(Conflict::Unsure),
    }
}

/// Tells the file's own head, which is the same in all versions, from the comments above the first key.
fn share_head(cuts: [&mut Cut<'_>; 3]) {
    if !cuts.iter().all(|cut| cut.region.is_block()) {
        return;
    }
    let [base, ours, theirs] = [&cuts[0], &cuts[1], &cuts[2]].map(|cut| cut.before.split_inclusive('\n'));
    let same = base.zip(ours).zip(theirs).take_while(|((base, ours), theirs)| base == ours && base == theirs);
    let head: usize = same.map(|((line, _), _)| line.len()).sum();
    for cut in cuts {
        cut.before = &cut.before[..head];
        cut.region.start = head;
    }
}

fn by_keys(base: &Cut<'_>, ours: &Cut<'_>, theirs: &Cut<'_>, place: &Place) -> Result<String, Conflict> {
    let around =
        |part: fn(&Cut<'_>) -> String| lines::merge(&part(base), &part(ours), &part(theirs)).ok_or(Conflict::Unsure);
    let before = around(|cut| cut.before.to_owned())?;
    let after = around(|cut| cut.after.to_owned())?;
    let three = text::Three { base: Some(base.region), ours: ours.region, theirs: theirs.region };
    let mut merged = [before, text::merge(three, place)?].concat();
    if !after.is_empty() && !merged.ends_with('\n') && !after.starts_with(['\n', '\r']) {
        merged.push('\n');
    }
    Ok(merged + &after)
}

/// What the merged file has to say.
fn wanted(roots: [NodeRef<'_>; 3], place: &Place) -> Result<Value, Conflict> {
    let [Some(base), Some(ours), Some(theirs)] = roots.map(|root| root.to_json(NODES)) else {
        return Err(Conflict::Unsure);
    };
    let three = values::Three { base: Some(&base), ours: Some(&ours), theirs: Some(&theirs) };
    values::merge(three, place).ok().flatten().ok_or(Conflict::Unsure)
}

/// Whether `text` is YAML, or front matter, that can be read whole.
pub fn is_sound(text: &str) -> bool {
    let yaml = front_matter(text).map_or(text, |[yaml, _]| yaml);
    let (_, problems) = yaml::parse(yaml, 0, Limits::default());
    problems.is_empty()
}

/// What `text` says; `None` where it is no sound YAML.
fn value_of(text: &str) -> Option<Value> {
    let (yaml, problems) = yaml::parse(text, 0, Limits::default());
    yaml.root().filter(|_| problems.is_empty())?.to_json(NODES)
}

struct Document<'a> {
    text: &'a str,
    yaml: Yaml,
}

/// A document's one value, and the lines around it.
struct Cut<'a> {
    before: &'a str,
    region: Region<'a>,
    after: &'a str,
}

impl<'a> Document<'a> {
    fn read(text: &'a str, side: Side) -> Result<Self, Conflict> {
        let (yaml, problems) = yaml::parse(text, 0, Limits::default());
        if problems.is_empty() { Ok(Self { text, yaml }) } else { Err(Conflict::Illegible(side)) }
    }

    fn cut(&self) -> Option<Cut<'_>> {
        let node = self.yaml.root()?;
        let span = node.span().range();
        let line = self.text.get(..span.start)?.rfind('\n').map_or(0, |at| at + 1);
        let region = Region { text: self.text, node, start: span.start, end: span.end };
        let region = if region.is_block() && self.text[line..span.start].trim().is_empty() {
            Region { start: line, end: parts::line_end(self.text, span.end), ..region }
        } else {
            region
        };
        Some(Cut { before: &self.text[..region.start], region, after: &self.text[region.end..] })
    }
}

/// The front matter of `text` with the `---` that opens it, and the rest from the `---` that closes it on; `None` where it
/// has none.
pub fn front_matter(text: &str) -> Option<[&str; 2]> {
    let is_fence = |line: &str| line.trim_start_matches('\u{feff}').trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let mut at = lines.next().filter(|line| is_fence(line))?.len();
    for line in lines {
        if is_fence(line) {
            return Some([&text[..at], &text[at..]]);
        }
        at += line.len();
    }
    None
}

/// The versions with one kind of line end: the one of the side that changed it, if a side did.
fn with_one_line_end<'a>(Versions { base, ours, theirs }: Versions<'a>) -> [Cow<'a, str>; 3] {
    let texts = [base, ours, theirs];
    let [of_base, of_ours, of_theirs] = texts.map(line_end);
    let (Some(of_base), Some(of_ours), Some(of_theirs)) = (of_base, of_ours, of_theirs) else {
        return texts.map(Cow::Borrowed);
    };
    let wanted = if of_ours == of_base { of_theirs } else { of_ours };
    texts.map(|text| match line_end(text) {
        Some(found) if found != wanted && text.contains('\n') => Cow::Owned(text.replace(found, wanted)),
        _ => Cow::Borrowed(text),
    })
}

/// How the lines of `text` end; `None` where they differ.
fn line_end(text: &str) -> Option<&'static str> {
    let (windows, all) = (text.matches("\r\n").count(), text.matches('\n').count());
    match windows {
        0 => Some("\n"),
        _ if windows == all => Some("\r\n"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

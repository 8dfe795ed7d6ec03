//! A route: which releases serve one feature of the product in one environment, and with what traffic.

pub mod draft;
pub mod edit;
mod pin;
mod share;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::artifact::ArtifactKind;
use super::config::{text, texts};
use super::problem::{Problem, ProblemKind};
use super::yaml::{self, EntryRef, Kind, Limits, NodeRef, Yaml};
use crate::name::{Digest, EnvName, NameError, ReleaseRef, RouteName};
use crate::path::StorePath;
use crate::text::{Span, Spanned};
pub use pin::{Loose, Pin};
use pin::{Written, read_digest};
pub use share::{Share, ShareError};

/// What of a route can be promoted and rolled back alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The prompt's release.
    Prompt,
    /// The model's release.
    Model,
    /// The retrieval configuration's release.
    Retrieval,
    /// The policy's release.
    Policy,
    /// How the traffic is shared out among the variants.
    Traffic,
}

impl Dimension {
    /// Every dimension, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Prompt, Self::Model, Self::Retrieval, Self::Policy, Self::Traffic];

    /// The dimensions of a variant: those that name a release.
    pub const PINNED: [Self; 4] = [Self::Prompt, Self::Model, Self::Retrieval, Self::Policy];

    /// The word in files and messages, which is the key of a variant.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Model => "model",
            Self::Retrieval => "retrieval",
            Self::Policy => "policy",
            Self::Traffic => "traffic",
        }
    }

    /// What is released in this dimension; `None` for traffic.
    pub fn kind(self) -> Option<ArtifactKind> {
        match self {
            Self::Prompt => Some(ArtifactKind::Prompt),
            Self::Model => Some(ArtifactKind::Model),
            Self::Retrieval => Some(ArtifactKind::Retrieval),
            Self::Policy => Some(ArtifactKind::Policy),
            Self::Traffic => None,
        }
    }

    /// The dimension in which releases of `kind` stand; `None` for suites, which serve nobody.
    pub fn of_kind(kind: ArtifactKind) -> Option<Self> {
        Self::PINNED.into_iter().find(|dimension| dimension.kind() == Some(kind))
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no dimension.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no dimension: prompt, model, retrieval, policy and traffic are")]
pub struct NoDimension(String);

impl FromStr for Dimension {
    type Err = NoDimension;

    fn from_str(text: &str) -> Result<Self, NoDimension> {
        let known = Self::ALL.into_iter().find(|dimension| dimension.as_str() == text);
        known.ok_or_else(|| NoDimension(text.to_owned()))
    }
}

/// One file `environments/<env>/<route>.yaml`.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its file.
    pub path: StorePath,
    /// Where it is meant to be live: the folder's name.
    pub environment: EnvName,
    /// What it is called: the file's name.
    pub name: RouteName,
    /// A finding about the whole route stands here: its first key.
    pub head: Span,
    /// Which feature of the product it serves.
    pub description: Option<Spanned<String>>,
    /// Who answers for it.
    pub owners: Vec<Spanned<String>>,
    /// `enabled` where it is written; see [`Route::is_enabled`].
    pub enabled: Option<Spanned<bool>>,
    /// The variants in file order. A name stands once: of two equal ones the first counts.
    pub variants: Vec<Variant>,
    /// The key `traffic`, where it is written.
    pub traffic_key: Option<Span>,
    /// Who gets how much, in file order. A variant that is not named gets nothing.
    pub traffic: Vec<Portion>,
    /// Variants that get a copy of the traffic and answer nobody.
    pub shadow: Vec<Spanned<String>>,
    /// What keeps a user with one variant: `user_id`.
    pub sticky_by: Option<Spanned<String>>,
    /// Models to call where a variant's own fails, in order.
    pub fallback: Vec<Pin>,
    /// Releases that may not be promoted here.
    pub holds: Vec<Hold>,
    /// References that name no release, wherever they stand.
    pub loose: Vec<Loose>,
}

/// One named combination of releases.
#[derive(Clone, Debug)]
pub struct Variant {
    /// `stable`; its place is the key's.
    pub name: Spanned<String>,
    /// Key and value.
    pub span: Span,
    /// The releases by dimension, never of [`Dimension::Traffic`].
    pub pins: BTreeMap<Dimension, Pin>,
}

/// What one variant gets of the traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portion {
    /// The variant's name; its place is the key's.
    pub variant: Spanned<String>,
    /// How much.
    pub share: Spanned<Share>,
}

/// A release that is rejected here until somebody lifts the hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The whole entry.
    pub span: Span,
    /// What was rolled back.
    pub dimension: Spanned<Dimension>,
    /// The release that is rejected.
    pub rejects: Spanned<ReleaseRef>,
    /// Its digest: another release of the same content is rejected too.
    pub digest: Option<Spanned<Digest>>,
    /// Why.
    pub reason: Option<Spanned<String>>,
    /// When it was rejected, as written.
    pub since: Option<Spanned<String>>,
    /// Who rejected it.
    pub by: Option<Spanned<String>>,
}

impl Hold {
    /// Whether it rejects `release` in `dimension`; `digest` is that release's, where it is known.
    pub fn rejects(&self, dimension: Dimension, release: &ReleaseRef, digest: Option<Digest>) -> bool {
        let same_content = digest.is_some_and(|digest| self.digest.is_some_and(|held| held.value == digest));
        self.dimension.value == dimension && (self.rejects.value == *release || same_content)
    }
}

impl Variant {
    /// The release of `dimension`, where the variant names one.
    pub fn pin(&self, dimension: Dimension) -> Option<&Pin> {
        self.pins.get(&dimension)
    }

    /// Whether both name the same releases; what the digests say decides where both have one.
    pub fn serves_the_same_as(&self, other: &Self) -> bool {
        let same = |dimension: &Dimension| match (self.pin(*dimension), other.pin(*dimension)) {
            (Some(one), Some(other)) => one.is_same_as(other),
            (None, None) => true,
            _ => false,
        };
        Dimension::PINNED.iter().all(same)
    }
}

impl Route {
    /// The route that `text`, the content of the file at `path`, says by itself: a version of it from the past. As for
    /// every file, what cannot be read is among the problems.
    pub fn of_text(path: &StorePath, text: &str) -> (Option<Self>, Vec<Problem>) {
        let (yaml, mut problems) = yaml::parse(text.trim_start_matches('\u{feff}'), 0, Limits::default());
        let (route, more) = Self::read(path, &yaml);
        problems.extend(more);
        (route, problems)
    }

    /// Reads a route. What stands in the wrong form is left out: the schema reports it, and the problems what the
    /// schema cannot say. `None` where the folder or the file has a name that no environment or route can have.
    pub(super) fn read(path: &StorePath, yaml: &Yaml) -> (Option<Self>, Vec<Problem>) {
        let Some(root) = yaml.root() else { return (None, Vec::new()) };
        let Some(head) = root.entries().next().map(|entry| entry.key_span) else { return (None, Vec::new()) };
        let (environment, name) = match names(path) {
            Ok(names) => names,
            Err(message) => {
                let problem = Problem::new(ProblemKind::WrongShape, head, message)
                    .help("rename it with a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit");
                return (None, vec![problem]);
            }
        };
        let mut problems = Vec::new();
        let mut loose = Vec::new();
        let mut variants: Vec<Variant> = Vec::new();
        for entry in entries(root, "variants") {
            if variants.iter().all(|known| known.name.value != entry.key) {
                variants.push(read_variant(&entry, &mut loose));
            }
        }
        let fallback =
            items(root, "fallback").filter_map(|node| read_pin(node, Dimension::Model, None, &mut loose)).collect();
        let enabled = root.get("enabled");
        let route = Self {
            path: path.clone(),
            environment,
            name,
            head,
            description: root.get("description").and_then(text),
            owners: texts(root.get("owners")),
            enabled: enabled.and_then(|node| Some(Spanned::new(node.as_bool()?, node.span()))),
            variants,
            traffic_key: root.entry("traffic").map(|entry| entry.key_span),
            traffic: entries(root, "traffic").filter_map(|entry| read_portion(&entry, &mut problems)).collect(),
            shadow: texts(root.get("shadow")),
            sticky_by: root.get("sticky_by").and_then(text),
            fallback,
            holds: items(root, "holds").filter_map(|node| read_hold(node, &mut problems)).collect(),
            loose,
        };
        (Some(route), problems)
    }

    /// Whether it serves anybody: it does unless it says that it does not.
    pub fn is_enabled(&self) -> bool {
        self.enabled.is_none_or(|enabled| enabled.value)
    }

    /// The variant called `name`.
    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.name.value == name)
    }

    /// How much of the traffic the variant called `name` gets.
    pub fn share_of(&self, name: &str) -> Share {
        let portion = self.traffic.iter().find(|portion| portion.variant.value == name);
        portion.map_or(Share::NONE, |portion| portion.share.value)
    }

    /// Whether it says that the variant called `name` gets `share`.
    pub fn has_share(&self, name: &str, share: Share) -> bool {
        self.traffic.iter().any(|portion| portion.variant.value == name && portion.share.value == share)
    }

    /// Whether the variant called `name` gets a copy of the traffic.
    pub fn is_shadow(&self, name: &str) -> bool {
        self.shadow.iter().any(|shadow| shadow.value == name)
    }

    /// Whether a release that another environment pins as `pin` has been here, as far as the file tells: it is here, or a
    /// newer release of the same artifact is.
    pub fn has_passed(&self, dimension: Dimension, pin: &Pin) -> bool {
        let wanted = &pin.release.value;
        self.pins().filter(|(other, _)| *other == dimension).any(|(_, here)| {
            let release = &here.release.value;
            here.is_same_as(pin) || (release.artifact == wanted.artifact && release.version >= wanted.version)
        })
    }

    /// Every release that the route names, with its dimension: the variants' in file order, then the fallback.
    pub fn pins(&self) -> impl Iterator<Item = (Dimension, &Pin)> {
        let own =
            self.variants.iter().flat_map(|variant| variant.pins.iter().map(|(dimension, pin)| (*dimension, pin)));
        own.chain(self.fallback.iter().map(|pin| (Dimension::Model, pin)))
    }
}

/// The names that the path gives: `environments/<env>/<route>.yaml`.
fn names(path: &StorePath) -> Result<(EnvName, RouteName), String> {
    let folder = path.folder().rsplit('/').next().unwrap_or_default();
    let file = path.file_name();
    let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let environment =
        folder.parse().map_err(|_| format!("the folder's name `{folder}` is no name for an environment"))?;
    let name = name.parse().map_err(|_| format!("the file's name `{name}` is no name for a route"))?;
    Ok((environment, name))
}

fn entries<'a>(root: NodeRef<'a>, key: &str) -> impl Iterator<Item = EntryRef<'a>> {
    root.get(key).into_iter().flat_map(NodeRef::entries)
}

fn items<'a>(root: NodeRef<'a>, key: &str) -> impl Iterator<Item = NodeRef<'a>> {
    root.get(key).into_iter().flat_map(NodeRef::items)
}

fn read_variant(entry: &EntryRef<'_>, loose: &mut Vec<Loose>) -> Variant {
    let read = |dimension: Dimension| {
        let node = entry.value.get(dimension.as_str())?;
        Some((dimension, read_pin(node, dimension, Some(entry.key), loose)?))
    };
    Variant {
        name: Spanned::new(entry.key.to_owned(), entry.key_span),
        span: entry.span(),
        pins: Dimension::PINNED.into_iter().filter_map(read).collect(),
    }
}

fn read_pin(node: NodeRef<'_>, dimension: Dimension, variant: Option<&str>, loose: &mut Vec<Loose>) -> Option<Pin> {
    match Pin::read(node) {
        Written::Pin(pin) => Some(pin),
        Written::Loose(reference, error) => {
            loose.push(Loose { reference, error, dimension, variant: variant.map(str::to_owned) });
            None
        }
        Written::Nothing => None,
    }
}

fn read_portion(entry: &EntryRef<'_>, problems: &mut Vec<Problem>) -> Option<Portion> {
    let span = entry.value.span();
    let is_number = matches!(entry.value.kind(), Kind::Integer | Kind::Float);
    let share = match entry.value.scalar().filter(|_| is_number)?.parse() {
        Ok(share) => share,
        // The schema says so of numbers that are too small or too great.
        Err(ShareError::OutOfRange(_)) => return None,
        Err(error) => {
            problems.push(Problem::new(ProblemKind::WrongShape, span, error.to_string()));
            return None;
        }
    };
    let variant = Spanned::new(entry.key.to_owned(), entry.key_span);
    Some(Portion { variant, share: Spanned::new(share, span) })
}

fn read_hold(node: NodeRef<'_>, problems: &mut Vec<Problem>) -> Option<Hold> {
    let words = |key| node.get(key).and_then(text);
    let dimension = words("dimension")?;
    let rejects = words("rejects")?;
    let release = rejects.value.parse().map_err(|error: NameError| {
        problems.push(Problem::new(ProblemKind::WrongShape, rejects.span, error.to_string()));
    });
    Some(Hold {
        span: node.span(),
        dimension: Spanned::new(dimension.value.parse().ok()?, dimension.span),
        rejects: Spanned::new(release.ok()?, rejects.span),
        digest: node.get("digest").and_then(read_digest),
        reason: words("reason"),
        since: words("since"),
        by: words("by"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::yaml::parse;

    const WHOLE: &str = r#"
description: Answers in the help widget.
owners: ["@support-ai"]
variants:
  stable:
    prompt:    {release: prompts/support/answer@1.3.0, digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"}
    model:     models/support-chat@2.1.0
    policy:
      release: policies/safety@1.2.0
  canary:
    prompt:    prompts/support/answer
    model:     {release: models/support-chat@2.x}
traffic: {canary: 5.25, stable: 94.75}
shadow: [canary]
sticky_by: user_id
fallback: [{release: models/backup-chat@1.0.0}, models/backup]
holds: [{dimension: prompt, rejects: prompts/support/answer@1.2.0, reason: "rolled back", since: 2026-07-20T10:12:00Z, by: ann}]
"#;

    fn read_at(path: &str, source: &str) -> (Option<Route>, Vec<Problem>) {
        let (yaml, _) = parse(source, 0, Limits::default());
        Route::read(&path.parse().expect("a path"), &yaml)
    }

    fn read(source: &str) -> (Route, Vec<Problem>) {
        let (route, problems) = read_at("environments/production/support-answer.yaml", source);
        (route.expect("a route"), problems)
    }

    #[test]
    fn a_route_says_which_releases_serve_it() {
        let (route, problems) = read(WHOLE);
        assert_eq!(problems, []);
        assert_eq!((route.environment.as_str(), route.name.as_str()), ("production", "support-answer"));
        assert!(route.is_enabled());
        let pins: Vec<String> =
            route.pins().map(|(dimension, pin)| format!("{dimension} {}", pin.release.value)).collect();
        assert_eq!(
            pins,
            [
                "prompt prompts/support/answer@1.3.0",
                "model models/support-chat@2.1.0",
                "policy policies/safety@1.2.0",
                "model models/backup-chat@1.0.0"
            ]
        );
        let stable = route.variant("stable").expect("it is there");
        let prompt = stable.pin(Dimension::Prompt).expect("it is there");
        assert_eq!(prompt.digest.map(|digest| digest.value), Some(Digest::new([0x11; 32])));
        assert_eq!(prompt.release.span.slice(WHOLE), "prompts/support/answer@1.3.0");
        assert_eq!((route.share_of("canary").to_string(), route.share_of("none")), ("5.25".to_owned(), Share::NONE));
        assert!(route.is_shadow("canary") && !route.is_shadow("stable"));
        let loose: Vec<&str> = route.loose.iter().map(|loose| loose.reference.span.slice(WHOLE)).collect();
        assert_eq!(loose, ["prompts/support/answer", "models/support-chat@2.x", "models/backup"]);
        let hold = &route.holds[0];
        let rejects = |release: &str, digest| hold.rejects(Dimension::Prompt, &release.parse().expect("one"), digest);
        assert!(rejects("prompts/support/answer@1.2.0", None) && !rejects("prompts/support/answer@1.3.0", None));
        assert_eq!(hold.by.as_ref().map(|by| by.value.as_str()), Some("ann"));
    }

    #[test]
    fn what_is_wrong_is_left_out() {
        let source = "enabled: maybe\nvariants: {a: 1, b: {prompt: 3, model: {}}}\ntraffic: {b: 33.333, a: 101, c: x, d: 7}\nholds: [{dimension: mood, rejects: a@1.0.0}, {dimension: model}, {dimension: model, rejects: m@2}]\n";
        let (route, problems) = read(source);
        assert!(route.is_enabled() && route.holds.is_empty() && route.pins().count() == 0);
        let traffic: Vec<&str> = route.traffic.iter().map(|portion| portion.variant.value.as_str()).collect();
        assert_eq!(traffic, ["d"]);
        let problems: Vec<(&str, &str)> =
            problems.iter().map(|problem| (problem.span.slice(source), problem.message.as_str())).collect();
        assert_eq!(
            problems,
            [
                ("33.333", "`33.333` has more than two decimals, the finest share of traffic is 0.01 percent"),
                ("m@2", "`m@2` is no release: `2` is not a version like 1.4.0")
            ]
        );
    }

    #[test]
    fn a_route_is_named_by_its_place() {
        for (path, message) in [
            ("environments/Production/a.yaml", "the folder's name `Production` is no name for an environment"),
            ("environments/production/a b.yaml", "the file's name `a b` is no name for a route"),
        ] {
            let (route, problems) = read_at(path, "variants: {}\n");
            assert!(route.is_none());
            assert_eq!(problems[0].message, message);
        }
        assert!(matches!(read_at("environments/production/a.yml", ""), (None, problems) if problems.is_empty()));
    }

    #[test]
    fn variants_are_the_same_where_their_content_is() {
        let digest = |byte: &str| format!("\"sha256:{}\"", byte.repeat(32));
        let variants = |one: &str, other: &str| {
            let (route, _) = read(&format!("variants:\n  a: {{prompt: {one}}}\n  b: {{prompt: {other}}}\n"));
            route.variants[0].serves_the_same_as(&route.variants[1])
        };
        let pin = |release: &str, byte| format!("{{release: {release}, digest: {}}}", digest(byte));
        assert!(variants("p@1.0.0", "p@1.0.0") && !variants("p@1.0.0", "p@1.0.1"));
        assert!(variants(&pin("p@1.0.0", "11"), &pin("p@1.0.1", "11")));
        assert!(!variants(&pin("p@1.0.0", "11"), &pin("p@1.0.0", "22")));
    }

    proptest! {
        #[test]
        fn anything_can_be_read(source in any::<String>(), near in "(variants|traffic|holds|fallback|enabled): ?[-{}\\[\\]:, \na-z0-9@.]{0,60}") {
            for source in [source.as_str(), near.as_str()] {
                let (route, problems) = read_at("environments/e/r.yaml", source);
                let spans = problems.iter().map(|problem| problem.span);
                for span in spans.chain(route.iter().flat_map(|route| route.pins().map(|(_, pin)| pin.span).collect::<Vec<_>>())) {
                    prop_assert!(source.get(span.range()).is_some());
                }
            }
        }

        #[test]
        fn what_is_written_is_read_back(
            variants in prop::collection::btree_map("[a-z][a-z0-9_-]{0,8}", prop::collection::btree_map(0_usize..4, ("[a-z]{1,6}/[a-z0-9]{1,6}", 0_u64..99, any::<bool>()), 1..4), 1..4),
            hundredths in 0_u32..=10_000,
            short in any::<bool>(),
        ) {
            let digest = Digest::new([7; 32]);
            let mut source = String::from("variants:\n");
            for (name, pins) in &variants {
                source.push_str(&format!("  \"{name}\":\n"));
                for (dimension, (id, minor, with_digest)) in pins {
                    let key = Dimension::PINNED[*dimension];
                    let line = match (with_digest, short) {
                        (true, _) => format!("    {key}: {{release: \"{id}@1.{minor}.0\", digest: \"{digest}\"}}\n"),
                        (false, true) => format!("    {key}: \"{id}@1.{minor}.0\"\n"),
                        (false, false) => format!("    {key}:\n      release: \"{id}@1.{minor}.0\"\n"),
                    };
                    source.push_str(&line);
                }
            }
            let share = Share::from_hundredths(hundredths).expect("it is in range");
            source.push_str(&format!("traffic:\n  a: {share}\n"));
            let (route, problems) = read(&source);
            prop_assert_eq!(problems, []);
            prop_assert_eq!(route.share_of("a"), share);
            let names: Vec<&String> = route.variants.iter().map(|variant| &variant.name.value).collect();
            prop_assert_eq!(names, variants.keys().collect::<Vec<_>>());
            for (variant, pins) in route.variants.iter().zip(variants.values()) {
                for (dimension, (id, minor, with_digest)) in pins {
                    let pin = variant.pin(Dimension::PINNED[*dimension]).expect("it was written");
                    prop_assert_eq!(pin.release.value.to_string(), format!("{id}@1.{minor}.0"));
                    prop_assert_eq!(pin.digest.map(|digest| digest.value), with_digest.then_some(digest));
                }
                prop_assert_eq!(variant.pins.len(), pins.len());
            }
        }
    }
}

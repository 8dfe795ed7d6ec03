//! Our lines of `CODEOWNERS`: who has to review what, from the `owners` of artifacts and routes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Forge, pattern};
use crate::block;
use crate::diagnostic::Edit;
use crate::path::StorePath;
use crate::store::narrow::Extent;
use crate::store::owners::CODE_OWNERS;
use crate::store::{FileKind, SourceFile, Store};
use crate::text::Span;

/// The first of our lines.
const INTRO: &str =
    "# From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.";

/// A section of GitLab's: without it, lines at the end of a file with sections would belong to the last one.
const SECTION: &str = "[Promptyard]";

/// Folders that hold nothing but a store's files.
const OWN_FOLDERS: [&str; 6] = ["prompts", "models", "retrieval", "policies", "suites", "environments"];

/// The file of code owners, and where the store is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file, from the top of the repository.
    pub file: &'a StorePath,
    /// The store's folder there, with `/` at its end; empty where it is the repository.
    pub folder: &'a str,
}

/// An owner that no forge understands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownOwner {
    /// As it is written.
    pub owner: String,
    /// The file that names it.
    pub path: StorePath,
}

/// The file that gets our lines, and its text: the one that has them; else the one that `forge` reads of those that are
/// there; else a new one. `text_at` is the text of the file at a path from the top of the repository.
///
/// # Errors
/// When `text_at` fails.
pub fn file<E>(
    forge: Forge,
    text_at: impl Fn(&StorePath) -> Result<Option<String>, E>,
) -> Result<(StorePath, Option<String>), E> {
    let mut paths: Vec<StorePath> =
        CODE_OWNERS.iter().map(|path| path.parse().expect("because it is a constant, and tested")).collect();
    if forge == Forge::GitLab {
        // GitLab looks for the last three of the list, GitHub for the first three.
        paths.rotate_left(1);
    }
    let mut first = None;
    for path in &paths {
        let Some(text) = text_at(path)? else { continue };
        if block::range(&text).is_some() {
            return Ok((path.clone(), Some(text)));
        }
        first.get_or_insert((path.clone(), Some(text)));
    }
    let new = || paths.iter().find(|path| Forge::of(path) == Some(forge)).cloned();
    Ok(first.unwrap_or_else(|| (new().expect("because the list has a path in each forge's folder"), None)))
}

/// Our lines for `text`, the content of the file at `place`; none where nobody owns anything. `has` says whether something
/// is at a path from the top of the repository.
///
/// A folder is one line where everything below it has the same owners. Outside of the folders that are a store's alone,
/// everything includes files that are no part of the store: nobody owns an application by a prompt in it. The owners of
/// policies own the configuration, and what starts the checks.
pub fn lines(store: &Store, place: Place<'_>, text: &str, has: impl Fn(&str) -> bool) -> Vec<String> {
    let owned = owned(store);
    // In the order of paths a folder stands before what is in it, and of the lines that match the last one counts.
    let mut owners = guards(store, place, &owned, has);
    for (path, theirs) in folded(store, &owned) {
        owners.entry(format!("{}{path}", place.folder)).or_default().extend(theirs);
    }
    let mut lines: Vec<String> = owners.iter().map(|(path, owners)| line(path, owners)).collect();
    // A pattern that matches more than its path gives way to the others.
    lines.sort_by_key(|line| !pattern::is_wide(line));
    if lines.is_empty() {
        return lines;
    }
    let before = block::range(text).map_or(text, |range| &text[..range.start]);
    let has_sections = before.lines().any(|line| line.starts_with('[') || line.starts_with("^["));
    let head = [Some(INTRO), has_sections.then_some(SECTION)];
    head.into_iter().flatten().map(str::to_owned).chain(lines).collect()
}

/// Our lines of a `CODEOWNERS` that name other owners than the files of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The file.
    pub path: StorePath,
    /// The first of the lines: it marks them.
    pub head: Span,
    /// Lines that are missing.
    pub missing: Vec<String>,
    /// Lines that are not true any more.
    pub obsolete: Vec<String>,
    /// What writes them anew.
    pub edit: Edit,
}

/// Compares our lines in the files of code owners with `store`, which is the repository. Nothing is said of a store that was
/// read in part, or while a file with owners cannot be read to its end: nobody can say whose all others are.
pub fn stale(store: &Store) -> Vec<Stale> {
    let mut files = store.files().filter(|file| file.kind == FileKind::CodeOwners).peekable();
    let is_known = || store.owned().iter().all(|owned| owned.file.is_legible());
    if files.peek().is_none() || store.extent() != Extent::Whole || !is_known() {
        return Vec::new();
    }
    files.filter_map(|file| stale_in(file, store)).collect()
}

fn stale_in(file: &SourceFile, store: &Store) -> Option<Stale> {
    let range = block::range(&file.text)?;
    let place = Place { file: &file.path, folder: "" };
    let wanted = lines(store, place, &file.text, |path| store.has_under(path.trim_end_matches('/')));
    if block::has(&file.text, &wanted) {
        return None;
    }
    let after = block::put(&file.text, &wanted);
    let replacement = after[range.start..after.len() - (file.text.len() - range.end)].to_owned();
    let head = file.text[range.clone()].lines().next().map_or(0, str::len);
    let found: BTreeSet<&str> = block::lines(&file.text).into_iter().collect();
    let told: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    let without = |some: &BTreeSet<&str>, others| some.difference(others).map(|line| (*line).to_owned()).collect();
    Some(Stale {
        path: file.path.clone(),
        head: Span::new(range.start, range.start + head),
        missing: without(&told, &found),
        obsolete: without(&found, &told),
        edit: Edit { span: Span::new(range.start, range.end), replacement },
    })
}

/// The owners in the store's files that no forge understands, each once a file.
pub fn unknown_owners(store: &Store) -> BTreeSet<UnknownOwner> {
    let unknown = store.owned().into_iter().flat_map(|owned| {
        let path = owned.file.path.clone();
        let unknown = owned.owners.into_iter().filter(|owner| !pattern::is_owner(owner.trim()));
        unknown.map(move |owner| UnknownOwner { owner, path: path.clone() })
    });
    unknown.collect()
}

fn line(path: &str, owners: &BTreeSet<String>) -> String {
    let owners: Vec<&str> = owners.iter().map(String::as_str).collect();
    format!("{} {}", pattern::of(path), owners.join(" "))
}

/// A file of the store and those of its owners that a forge understands.
struct Entry<'a> {
    path: &'a StorePath,
    kind: FileKind,
    owners: BTreeSet<String>,
}

fn owned(store: &Store) -> Vec<Entry<'_>> {
    let owned = store.owned().into_iter().map(|owned| {
        let known = owned.owners.iter().map(|owner| owner.trim()).filter(|owner| pattern::is_owner(owner));
        Entry { path: &owned.file.path, kind: owned.file.kind, owners: known.map(str::to_owned).collect() }
    });
    owned.collect()
}

/// The configuration and what starts the checks, by path, with the owners of the policies.
fn guards(
    store: &Store,
    place: Place<'_>,
    owned: &[Entry<'_>],
    has: impl Fn(&str) -> bool,
) -> BTreeMap<String, BTreeSet<String>> {
    let policies = owned.iter().filter(|entry| entry.kind == FileKind::Policy);
    let owners: BTreeSet<String> = policies.flat_map(|entry| entry.owners.iter().cloned()).collect();
    if owners.is_empty() {
        return BTreeMap::new();
    }
    let config = store.config().path.iter().map(|path| format!("{}{path}", place.folder));
    let own = Forge::of(place.file);
    let is_used = |forge: &Forge| own.map_or_else(|| forge.guarded().iter().any(|path| has(path)), |own| own == *forge);
    let forges = Forge::ALL.into_iter().filter(is_used).flat_map(Forge::guarded).map(|path| (*path).to_owned());
    let file = own.is_none().then(|| place.file.to_string());
    config.chain(forges).chain(file).map(|path| (path, owners.clone())).collect()
}

/// Paths of files and, with `/` at their ends, of folders with their owners: none of them is below another.
fn folded(store: &Store, owned: &[Entry<'_>]) -> BTreeMap<String, BTreeSet<String>> {
    // Whose everything below a folder is; `None` where that differs.
    let mut folders: BTreeMap<&str, Option<&BTreeSet<String>>> = BTreeMap::new();
    for entry in owned {
        for folder in folders_of(entry.path) {
            let whose = folders.entry(folder).or_insert(Some(&entry.owners));
            *whose = whose.filter(|owners| **owners == entry.owners);
        }
    }
    if owned.iter().any(|entry| !is_in_own_folder(entry.path)) {
        let is_stores = |path: &StorePath| {
            let kind = store.file(path).map(|file| file.kind);
            kind.is_some_and(|kind| !matches!(kind, FileKind::Config | FileKind::CodeOwners)) || is_in_own_folder(path)
        };
        for foreign in store.listed().filter(|path| !is_stores(path)) {
            for folder in folders_of(foreign) {
                folders.entry(folder).and_modify(|whose| *whose = None);
            }
        }
    }
    let mut found = BTreeMap::new();
    for entry in owned.iter().filter(|entry| !entry.owners.is_empty()) {
        let folder = folders_of(entry.path).find(|folder| folders.get(folder).is_some_and(Option::is_some));
        let path = folder.map_or_else(|| entry.path.to_string(), |folder| format!("{folder}/"));
        found.entry(path).or_insert_with(|| entry.owners.clone());
    }
    found
}

/// The folders that `path` is in, the outermost first; the root is none.
fn folders_of(path: &StorePath) -> impl Iterator<Item = &str> {
    path.as_str().match_indices('/').map(|(at, _)| &path.as_str()[..at])
}

fn is_in_own_folder(path: &StorePath) -> bool {
    folders_of(path).next().is_some_and(|folder| OWN_FOLDERS.contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::snapshot::Snapshot;

    fn store(files: &[(&str, &str)]) -> Store {
        let texts: Vec<(&str, String)> = files
            .iter()
            .map(|(path, owners)| {
                let owners = format!("owners: [{owners}]\n");
                let message = "messages: [{role: user, content: Hi}]\n";
                (
                    *path,
                    if path.ends_with(".yaml") && *path != "promptyard.yaml" {
                        owners + message
                    } else {
                        String::new()
                    },
                )
            })
            .collect();
        Store::load(Snapshot::of_texts(texts.iter().map(|(path, text)| (*path, text.as_bytes()))).expect("paths"))
    }

    fn lines_in(file: &str, folder: &str, text: &str, store: &Store) -> Vec<String> {
        let file: StorePath = file.parse().expect("a path");
        lines(store, Place { file: &file, folder }, text, |path| store.has_under(path.trim_end_matches('/')))
    }

    fn of(files: &[(&str, &str)]) -> String {
        let mut lines = lines_in(".github/CODEOWNERS", "", "", &store(files));
        assert!(lines.is_empty() || lines.remove(0) == INTRO);
        lines.join("\n")
    }

    #[test]
    fn folders_are_folded_where_everything_below_has_the_same_owners() {
        let told = of(&[
            ("promptyard.yaml", ""),
            ("models/chat.yaml", "'@platform'"),
            ("models/small.yaml", "'@platform'"),
            ("prompts/README.md", ""),
            ("prompts/billing/a b.prompt.yaml", "'@billing', ann@example.com, Ann Lee"),
            ("prompts/billing/b.prompt.yaml", "'@billing'"),
            ("prompts/free.prompt.yaml", ""),
            ("prompts/support/deep/a.prompt.yaml", "'@acme/support', '@lead'"),
            ("prompts/support/b.prompt.yaml", "'@lead', '@acme/support', '@lead'"),
        ]);
        insta::assert_snapshot!(told, @r"
        /models/ @platform
        /prompts/billing/a\ b.prompt.yaml @billing ann@example.com
        /prompts/billing/b.prompt.yaml @billing
        /prompts/support/ @acme/support @lead
        ");
    }

    #[test]
    fn nobody_owns_an_application_by_a_prompt_in_it() {
        let config = ("promptyard.yaml", "");
        let sources = "version: 1\nsources: [{files: '**/*.prompt.yaml'}]\n";
        let prompt = "owners: ['@ai']\nmessages: [{role: user, content: Hi}]\n";
        let told = |paths: &[&str]| {
            let files = paths.iter().map(|path| (*path, prompt)).chain([(config.0, sources)]);
            let snapshot = Snapshot::of_texts(files.map(|(path, text)| (path, text.as_bytes()))).expect("paths");
            lines_in(".github/CODEOWNERS", "", "", &Store::load(snapshot))[1..].join(", ")
        };
        assert_eq!(told(&["src/a.prompt.yaml", "src/b.prompt.yaml"]), "/src/ @ai");
        assert_eq!(
            told(&["src/main.py", "src/p/a.prompt.yaml", "src/b.prompt.yaml"]),
            "/src/b.prompt.yaml @ai, /src/p/ @ai"
        );
    }

    #[test]
    fn who_owns_the_policies_owns_what_makes_them_count() {
        let files = [
            ("promptyard.yaml", ""),
            (".gitlab-ci.yml", ""),
            ("policies/legal.yaml", "'@legal'"),
            ("policies/safety.yaml", "'@safety'"),
        ];
        insta::assert_snapshot!(of(&files), @"
        /.github/ @legal @safety
        /policies/legal.yaml @legal
        /policies/safety.yaml @safety
        /promptyard.yaml @legal @safety
        ");
        let below = lines_in("docs/CODEOWNERS", "apps/shop/", "", &store(&files));
        insta::assert_snapshot!(below[1..].join("\n"), @"
        /.gitlab-ci.yml @legal @safety
        /.gitlab/ @legal @safety
        /apps/shop/policies/legal.yaml @legal
        /apps/shop/policies/safety.yaml @safety
        /apps/shop/promptyard.yaml @legal @safety
        /docs/CODEOWNERS @legal @safety
        ");
    }

    #[test]
    fn patterns_that_match_too_much_give_way() {
        let told = of(&[
            ("promptyard.yaml", ""),
            ("prompts/[x].prompt.yaml", "'@a'"),
            ("prompts/a.prompt.yaml", "'@b'"),
            ("prompts/(x).prompt.yaml", "'@c'"),
        ]);
        insta::assert_snapshot!(told, @"
        /prompts/?x?.prompt.yaml @a
        /prompts/(x).prompt.yaml @c
        /prompts/a.prompt.yaml @b
        ");
    }

    #[test]
    fn a_file_with_sections_gets_one_for_our_lines() {
        let store = store(&[("promptyard.yaml", ""), ("prompts/a.prompt.yaml", "'@a'")]);
        let text = "* @all\n^[Docs]\ndocs/ @docs\n";
        let lines = lines_in("CODEOWNERS", "", text, &store);
        assert_eq!(lines[1..], [SECTION, "/prompts/ @a"]);
        assert_eq!(
            lines_in("CODEOWNERS", "", &block::put(text, &lines), &store),
            lines,
            "our own section is none of theirs"
        );
        assert_eq!(lines_in("CODEOWNERS", "", "* @all\n", &store)[1..], ["/prompts/ @a"]);
    }

    #[test]
    fn nothing_is_said_where_nobody_owns_anything() {
        assert_eq!(of(&[("promptyard.yaml", ""), ("prompts/a.prompt.yaml", "ann")]), "");
        let store = store(&[("prompts/a.prompt.yaml", "ann, '@ann', ann")]);
        let unknown: Vec<String> = unknown_owners(&store).into_iter().map(|unknown| unknown.owner).collect();
        assert_eq!(unknown, ["ann"]);
    }

    #[test]
    fn the_file_is_the_one_that_the_forge_reads() {
        let put = block::put("", &[]);
        let chosen = |forge, there: &[(&str, &str)]| {
            let text_at = |path: &StorePath| {
                let found = there.iter().find(|(known, _)| *known == path.as_str());
                Ok::<_, ()>(found.map(|(_, text)| (*text).to_owned()))
            };
            file(forge, text_at).expect("nothing fails").0.to_string()
        };
        assert_eq!(chosen(Forge::GitHub, &[]), ".github/CODEOWNERS");
        assert_eq!(chosen(Forge::GitLab, &[]), ".gitlab/CODEOWNERS");
        let both = [("docs/CODEOWNERS", ""), ("CODEOWNERS", "")];
        assert_eq!(chosen(Forge::GitHub, &both), "CODEOWNERS");
        assert_eq!(chosen(Forge::GitLab, &[(".github/CODEOWNERS", ""), ("docs/CODEOWNERS", "")]), "docs/CODEOWNERS");
        assert_eq!(chosen(Forge::GitHub, &[("CODEOWNERS", ""), ("docs/CODEOWNERS", &put)]), "docs/CODEOWNERS");
    }
}

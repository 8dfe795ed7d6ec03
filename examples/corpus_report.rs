//! What the lint makes of whole collections of prompts, for those who tune it:
//! `cargo run --example corpus_report -- FOLDER...`.
//!
//! For each folder: findings by rule and by file, how declared inputs agree with used variables, whether Dotprompt's
//! examples are told right from wrong by their names (`error-*`, `valid-*`), and whether the templates of its
//! specification's tests (`template: ...` in `*.yaml`) parse. Exits with 1 if one of the last two is not so.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example program reads its arguments and the clock, and prints"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use promptyard::diagnostic::{Diagnostic, Severity};
use promptyard::lint::{self, Request};
use promptyard::repo;
use promptyard::store::Store;
use promptyard::store::problem::ProblemKind;
use promptyard::store::prompt::{Contract, Dialect, Prompt};
use promptyard::store::snapshot::Snapshot;
use promptyard::store::usage::Usage;
use promptyard::store::yaml::{self, Kind, Limits, NodeRef};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let folders: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() {
        return Err("name the folders to report on".into());
    }
    let mut right = true;
    for folder in &folders {
        right &= report(folder)?;
    }
    Ok(ExitCode::from(u8::from(!right)))
}

/// Prints the report on one folder, and says whether what it knows about the folder's files came out right.
fn report(folder: &Path) -> Result<bool, Box<dyn Error>> {
    let started = Instant::now();
    let location = repo::Location { root: folder.canonicalize()?, scope: Vec::new() };
    let store = Store::load(repo::snapshot(&location)?);
    let report = lint::run(&store, &Request { today: "2026-01-01".to_owned(), ..Request::default() })?;
    let elapsed = started.elapsed();
    println!("== {}", folder.display());
    println!("{} prompts, {} files, {elapsed:.0?}", report.prompts, report.files);
    print_rules(&report.findings);
    let serious = report.findings.iter().filter(|finding| finding.severity >= Severity::Warning).count();
    println!("{:8.3} warnings and errors a prompt", serious as f64 / report.prompts.max(1) as f64);
    print_agreement(&store);
    let named_right = names_tell_the_truth(&store, &report.findings);
    let parse = specified_templates_parse(&location)?;
    println!();
    Ok(named_right && parse)
}

fn print_rules(findings: &[Diagnostic]) {
    let mut counts: BTreeMap<(&str, &str, Severity), usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry((finding.rule.code, finding.rule.name, finding.severity)).or_default() += 1;
    }
    for ((code, name, severity), count) in counts {
        println!("{count:8} {severity:<8} {code} {name}");
    }
}

/// The names that a prompt declares and those that it uses.
struct Names<'a> {
    declared: BTreeSet<&'a str>,
    used: BTreeSet<&'a str>,
    carried: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(prompt: &'a Prompt, store: &'a Store) -> Self {
        let usage = Usage::of(prompt, store);
        let used = usage.uses().map(|(_, usage)| usage.root.as_str()).filter(|name| !name.is_empty());
        let carried = prompt.inputs.iter().filter(|input| input.used_by_metadata);
        Self {
            declared: prompt.inputs.iter().map(|input| input.name.value.as_str()).collect(),
            used: used.collect(),
            carried: carried.map(|input| input.name.value.as_str()).collect(),
        }
    }
}

/// Prints, by dialect, how what prompts declare agrees with what they use.
fn print_agreement(store: &Store) {
    for dialect in [Dialect::Native, Dialect::Prompty, Dialect::Dotprompt, Dialect::SemanticKernel] {
        let prompts = store.legible_prompts().filter(|prompt| prompt.dialect == dialect);
        let (mut with_variables, mut agree, mut undeclared, mut unused, mut silent) = (0, 0, Vec::new(), Vec::new(), 0);
        for prompt in prompts {
            let names = Names::of(prompt, store);
            with_variables += usize::from(!names.used.is_empty());
            if prompt.contract != Contract::Declared {
                silent += usize::from(!names.used.is_empty());
                continue;
            }
            let missing: Vec<&str> = names.used.difference(&names.declared).copied().collect();
            let idle = names.declared.difference(&names.used).filter(|name| !names.carried.contains(*name));
            let idle: Vec<&str> = idle.copied().collect();
            agree += usize::from(!names.used.is_empty() && missing.is_empty() && idle.is_empty());
            if !missing.is_empty() {
                undeclared.push(format!("{}: {}", prompt.path, missing.join(", ")));
            }
            if !idle.is_empty() {
                unused.push(format!("{}: {}", prompt.path, idle.join(", ")));
            }
        }
        if with_variables + unused.len() == 0 {
            continue;
        }
        println!(
            "{}: {with_variables} use variables; {agree} of them agree exactly with what they declare, {silent} \
             declare nothing, {} use an undeclared one, {} prompts have an unused one",
            dialect.as_str(),
            undeclared.len(),
            unused.len()
        );
        undeclared.iter().for_each(|line| println!("    undeclared {line}"));
        unused.iter().for_each(|line| println!("    unused     {line}"));
    }
}

/// Whether each Dotprompt example named `error-*` has an error and each `valid-*` none.
fn names_tell_the_truth(store: &Store, findings: &[Diagnostic]) -> bool {
    let mut right = true;
    let mut checked = 0;
    let prompts = store.prompts().iter().filter(|prompt| prompt.dialect == Dialect::Dotprompt);
    for path in prompts.map(|prompt| &prompt.path) {
        let wanted = match path.file_name() {
            name if name.starts_with("error-") => true,
            name if name.starts_with("valid-") => false,
            _ => continue,
        };
        checked += 1;
        let is_error = |finding: &&Diagnostic| finding.file == *path && finding.severity == Severity::Error;
        let errors: Vec<&Diagnostic> = findings.iter().filter(is_error).collect();
        if errors.is_empty() == wanted {
            right = false;
            println!("WRONG: {path} has {} errors", errors.len());
        }
    }
    if checked > 0 {
        println!("{checked} examples named error-* or valid-*: {}", if right { "all told right" } else { "not all" });
    }
    right
}

/// Whether every text under a key `template` or in `partials` of the folder's YAML files is a template without mistakes.
fn specified_templates_parse(location: &repo::Location) -> Result<bool, Box<dyn Error>> {
    let snapshot = repo::snapshot(location)?;
    let mut right = true;
    let mut checked = 0;
    for (path, _) in snapshot.entries().filter(|(path, _)| path.extension() == "yaml" && path.as_str().contains("spec"))
    {
        let Ok(content) = snapshot.read(path) else { continue };
        let text = String::from_utf8_lossy(&content);
        let (tree, problems) = yaml::parse(&text, 0, Limits::default());
        for problem in problems {
            right = false;
            println!("WRONG: {path}: {}", problem.message);
        }
        let mut templates = Vec::new();
        tree.root().into_iter().for_each(|root| collect_templates(root, &mut templates));
        for template in templates {
            checked += 1;
            for mistake in mistakes(template)? {
                right = false;
                println!("WRONG: {path}: {mistake} in {template:?}");
            }
        }
    }
    if checked > 0 {
        println!("{checked} templates of the specification: {}", if right { "all parse" } else { "not all parse" });
    }
    Ok(right)
}

/// What is wrong with a text as a whole Dotprompt file.
fn mistakes(text: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let store = Store::load(Snapshot::of_texts([("a.prompt", text.as_bytes())])?);
    let of_files =
        store.files().flat_map(|file| &file.problems).filter(|problem| problem.kind != ProblemKind::EmptyPrompt);
    let templates = store.prompts().iter().flat_map(|prompt| &prompt.templates);
    let of_templates = templates.flat_map(|template| &template.analysis.errors).filter(|error| error.fatal);
    let said = of_files.map(|problem| problem.message.clone());
    Ok(said.chain(of_templates.map(|error| error.message.clone())).collect())
}

fn collect_templates<'a>(node: NodeRef<'a>, found: &mut Vec<&'a str>) {
    for item in node.items() {
        collect_templates(item, found);
    }
    for entry in node.entries() {
        match (entry.key, entry.value.kind()) {
            ("template", Kind::String) => found.extend(entry.value.as_str()),
            ("partials", Kind::Mapping) => found.extend(entry.value.entries().filter_map(|entry| entry.value.as_str())),
            _ => collect_templates(entry.value, found),
        }
    }
}

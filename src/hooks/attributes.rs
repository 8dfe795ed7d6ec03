//! Which files git is to merge and to show by their keys: the lines of `.gitattributes`, and the settings that name the
//! drivers.

use crate::store::config::{Config, Source};
use crate::store::prompt::Dialect;

/// Folders of YAML that every store has, as patterns of `.gitattributes`.
const FOLDERS: [&str; 5] = ["/models/**/*", "/retrieval/**/*", "/policies/**/*", "/suites/**/*", "/environments/*/*"];

/// Suffixes of prompts whose files are YAML, or start with it.
const PROMPTS: [&str; 4] = [".prompt.yaml", ".prompt.yml", ".prompty", ".prompt"];

/// What git's configuration says about the drivers, key by key.
///
/// Where the program is not on the path of whoever runs git, git's own merge and the file as it is take over: a driver that
/// cannot be started would leave our version in the worktree without any mark of a conflict.
pub const SETTINGS: [(&str, &str); 3] = [
    (
        "diff.promptyard.textconv",
        "f() { if command -v promptyard >/dev/null 2>&1; then promptyard hooks run textconv \"$1\"; else cat \"$1\"; fi; }; f",
    ),
    ("merge.promptyard.name", "Promptyard: YAML is merged by its keys"),
    (
        "merge.promptyard.driver",
        "if command -v promptyard >/dev/null 2>&1; then promptyard hooks run merge %O %A %B %P %L; else git merge-file --marker-size=%L %A %O %B; fi",
    ),
];

/// The lines of `.gitattributes` at the root of a store with this configuration.
pub fn lines(config: &Config) -> Vec<String> {
    let prompts = match &config.sources {
        Some(sources) => {
            sources.iter().filter(|source| has_yaml(source)).flat_map(|source| of_glob(&source.files)).collect()
        }
        None => {
            let folder = if config.path.is_some() { "/prompts/**/*" } else { "*" };
            PROMPTS.iter().map(|suffix| format!("{folder}{suffix}")).collect::<Vec<String>>()
        }
    };
    let folders = FOLDERS.iter().flat_map(|folder| [".yaml", ".yml"].map(|suffix| format!("{folder}{suffix}")));
    let folders: Vec<String> = if config.path.is_some() { folders.collect() } else { Vec::new() };
    let mut lines: Vec<String> = Vec::new();
    for pattern in prompts.into_iter().chain(folders) {
        let line = format!("{} diff=promptyard merge=promptyard", quoted(&pattern));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Whether the files of `source` are YAML or start with it; plain text merges by lines.
fn has_yaml(source: &Source) -> bool {
    match source.dialect {
        Some(dialect) => matches!(dialect, Dialect::Native | Dialect::Prompty | Dialect::Dotprompt),
        None => {
            PROMPTS.iter().chain(&[".yaml", ".yml"]).any(|suffix| source.files.ends_with(suffix))
                || source.files.ends_with('}')
        }
    }
}

/// A glob of the configuration as patterns of git, which knows no `{a,b}`: relative to the root.
fn of_glob(glob: &str) -> Vec<String> {
    alternatives(&format!("/{}", glob.trim_start_matches('/')))
}

/// `a{b,c}d` as `abd` and `acd`; the pattern as it is where braces are nested or not closed.
fn alternatives(pattern: &str) -> Vec<String> {
    /// Patterns that one may become: more is no pattern that a person wrote.
    const MOST: usize = 64;
    let mut done: Vec<String> = vec![String::new()];
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inside, after)) = after.split_once('}') else { break };
        let choices: Vec<&str> = inside.split(',').collect();
        if inside.contains('{') || done.len() * choices.len() > MOST {
            return vec![pattern.to_owned()];
        }
        done = done
            .iter()
            .flat_map(|start| choices.iter().map(move |choice| format!("{start}{before}{choice}")))
            .collect();
        rest = after;
    }
    done.into_iter().map(|start| start + rest).collect()
}

/// A pattern with blanks needs quotes (`gitattributes(5)`).
fn quoted(pattern: &str) -> String {
    if pattern.contains([' ', '\t', '"']) || pattern.starts_with(['#', '!']) {
        format!("\"{}\"", pattern.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        pattern.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::snapshot::Snapshot;

    fn of(config: &str) -> Vec<String> {
        let snapshot = Snapshot::of_texts([("promptyard.yaml", config.as_bytes())]).expect("the path is one");
        lines(&Store::config_of(&snapshot))
            .iter()
            .map(|line| line.replace(" diff=promptyard merge=promptyard", ""))
            .collect()
    }

    #[test]
    fn patterns_are_those_of_the_stores_sources() {
        let usual = of("version: 1\n");
        assert_eq!(usual[..2], ["/prompts/**/*.prompt.yaml", "/prompts/**/*.prompt.yml"]);
        assert!(usual.contains(&"/environments/*/*.yaml".to_owned()), "{usual:?}");
        let own = of(
            "version: 1\nsources:\n  - {files: \"p q/*.{yaml,yml}\"}\n  - {files: \"x/*.md\", dialect: text, role: system}\n",
        );
        assert_eq!(own[..3], ["\"/p q/*.yaml\"", "\"/p q/*.yml\"", "/models/**/*.yaml"]);
        assert_eq!(lines(&Config::default())[0], "*.prompt.yaml diff=promptyard merge=promptyard");
    }

    #[test]
    fn braces_are_written_out() {
        assert_eq!(alternatives("/a{b,c}{d,e}"), ["/abd", "/abe", "/acd", "/ace"]);
        assert_eq!(alternatives("/a{b"), ["/a{b"]);
        assert_eq!(alternatives("/a{b,{c,d}}"), ["/a{b,{c,d}}"]);
    }
}

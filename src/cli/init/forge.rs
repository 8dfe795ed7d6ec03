//! What `init` writes for a forge: the jobs that check each change, and who reviews what.

use super::InitArgs;
use crate::block;
use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::forge::Forge;
use crate::forge::ci::{self, Advice};
use crate::forge::code_owners::{self, Place};
use crate::repo::{self, Location, RepoError};
use crate::store::Store;

/// What is to be written at the top of the repository, and what is said of it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) change: ChangeSet,
    advice: Option<Advice>,
    remarks: Vec<String>,
    warnings: Vec<String>,
}

pub(super) fn plan(args: &InitArgs, store: &Store, location: &Location) -> Result<Plan, RepoError> {
    let mut plan = Plan::default();
    let ci = args.ci.map(Forge::from);
    if let Some(forge) = ci {
        plan.add_jobs(forge, location)?;
    }
    if args.codeowners {
        plan.add_code_owners(ci, store, location)?;
    } else if let Some(forge) = ci {
        plan.remarks.push(next(forge));
    }
    Ok(plan)
}

/// Without these two, a change could edit its own check.
fn next(forge: Forge) -> String {
    match forge {
        Forge::GitHub => "Next: make the check `promptyard` required for your branch, and let code owners review \
                          `.github/`: `promptyard init --codeowners`."
            .to_owned(),
        Forge::GitLab => "Next: require that pipelines succeed, and let code owners approve `.gitlab/`: \
                          `promptyard init --codeowners --ci gitlab`."
            .to_owned(),
    }
}

impl Plan {
    fn add_jobs(&mut self, forge: Forge, location: &Location) -> Result<(), RepoError> {
        let text_at = |path: &_| repo::text_at(location.top(), path);
        let jobs = ci::plan(forge, &location.folder_in_repository(), text_at)?;
        self.change.files.extend(jobs.change.files);
        self.advice = jobs.advice;
        self.remarks.extend(jobs.left.iter().map(|path| format!("`{path}` is already there, and stays as it is.")));
        Ok(())
    }

    fn add_code_owners(&mut self, ci: Option<Forge>, store: &Store, location: &Location) -> Result<(), RepoError> {
        for unknown in code_owners::unknown_owners(store) {
            self.warnings.push(format!(
                "`{}` in `{}` is no owner for a forge, and is left out: write `@user`, `@org/team` or an address",
                unknown.owner, unknown.path
            ));
        }
        let forge = ci.unwrap_or(Forge::GitHub);
        let (file, found) = code_owners::file(forge, |path| repo::text_at(location.top(), path))?;
        let text = found.as_deref().unwrap_or_default();
        let folder = location.folder_in_repository();
        let is_planned = |path: &str| self.change.files.iter().any(|file| file.path.as_str().starts_with(path));
        let has = |path: &str| match folder.as_str() {
            // The same answer as the lint's.
            "" => is_planned(path) || store.has_under(path.trim_end_matches('/')),
            _ => is_planned(path) || repo::is_at(location.top(), path),
        };
        let lines = code_owners::lines(store, Place { file: &file, folder: &folder }, text, has);
        let is_there = block::range(text).is_some();
        if lines.is_empty() && !is_there {
            self.remarks.push("No file of the store names an owner for a forge, so no line was written.".to_owned());
        } else if is_there && block::has(text, &lines) {
            self.remarks.push(format!("`{file}` says what the store says."));
        } else {
            let content = block::put(text, &lines);
            let mode = found.map_or(WriteMode::Create, |from| WriteMode::Update { from });
            self.change.files.push(FileWrite { path: file, content, mode });
        }
        Ok(())
    }

    /// Says what a person has to know or to do.
    pub(super) fn tell(&self, location: &Location, ui: &Ui) -> Result<(), CliError> {
        let folder = location.folder_in_repository();
        if !folder.is_empty() && !self.change.files.is_empty() {
            ui.status(format_args!("The store is in `{folder}`: these files are at the top of its repository."));
        }
        if let Some(Advice { file, lines }) = &self.advice {
            ui.status(format_args!("`{file}` is already there, and stays as it is. Add these lines to it, or the second one to its own `include`:"));
            ui.people(|out, _| write!(out, "{lines}"))?;
        }
        self.warnings.iter().for_each(|warning| ui.warning(warning));
        self.remarks.iter().for_each(|remark| ui.status(remark));
        Ok(())
    }
}

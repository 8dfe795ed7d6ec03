//! Tag objects: git's own format, signed by git itself where it is configured to sign tags.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{NewRef, NewTag, TagError, TagLock};
use crate::name::CommitId;
use crate::repo::command::{self, GitFailure};
use crate::repo::write_error::{git_error, io_error};

/// How the folders start that are kept while objects are written.
const FOLDER: &str = "tags.";

/// A power cut must not leave a ref without its object, which git's own default would allow.
const DURABLE: [&str; 2] = ["-c", "core.fsync=loose-object,reference"];

/// Removes what killed runs have left.
pub(super) fn clear(lock: &TagLock) {
    let entries = fs::read_dir(&lock.folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(FOLDER)) {
        // What cannot be removed now is in nobody's way.
        let _ = fs::remove_dir_all(entry.path());
    }
}

/// Writes the objects of `tags` into the repository.
pub(super) fn write(lock: &TagLock, tags: &[NewTag], made: &dyn Fn(usize)) -> Result<Vec<NewRef>, TagError> {
    let folder = tempfile::Builder::new().prefix(FOLDER).tempdir_in(&lock.folder).map_err(io_error(&lock.folder))?;
    let objects = if signs(lock)? { signed(lock, tags, &folder, made)? } else { plain(lock, tags, &folder, made)? };
    let refs = tags.iter().zip(objects).map(|(tag, object)| NewRef {
        name: format!("refs/tags/{}", tag.name),
        object,
        commit: tag.commit,
    });
    Ok(refs.collect())
}

/// Whether git signs the annotated tags that are made here.
fn signs(lock: &TagLock) -> Result<bool, TagError> {
    for key in ["tag.gpgSign", "tag.forceSignAnnotated"] {
        match command::answer(command::git(&lock.root, ["config", "--type=bool", "--get", key]), b"") {
            Ok(value) if value.trim() == "true" => return Ok(true),
            Ok(_) => {}
            // A key that is not set is an answer without words.
            Err(GitFailure::Refused { told, .. }) if told.is_empty() => {}
            Err(failure) => return Err(git_error("git's configuration cannot be read")(failure).into()),
        }
    }
    Ok(false)
}

fn plain(lock: &TagLock, tags: &[NewTag], folder: &TempDir, made: &dyn Fn(usize)) -> Result<Vec<CommitId>, TagError> {
    let tagger = command::answer(command::git(&lock.root, ["var", "GIT_COMMITTER_IDENT"]), b"");
    let tagger = tagger.map_err(git_error("git does not know who makes the tags"))?;
    let mut paths = String::new();
    for (at, tag) in tags.iter().enumerate() {
        let path = folder.path().join(at.to_string());
        let NewTag { name, commit, message } = tag;
        let object = format!("object {commit}\ntype commit\ntag {name}\ntagger {}\n\n{message}", tagger.trim_end());
        fs::write(&path, object).map_err(io_error(&path))?;
        paths.push_str(&path.to_string_lossy());
        paths.push('\n');
    }
    let arguments = ["hash-object", "-w", "-t", "tag", "--no-filters", "--stdin-paths"];
    let written = command::answer(command::git(&lock.root, DURABLE.iter().chain(&arguments)), paths.as_bytes());
    let written = written.map_err(git_error("git did not take the tags"))?;
    made(tags.len());
    ids(written.lines(), tags.len())
}

/// Has git sign each tag in a repository of its own, whose objects are the real one's: the refs that `git tag` makes on
/// the way stay there.
fn signed(lock: &TagLock, tags: &[NewTag], folder: &TempDir, made: &dyn Fn(usize)) -> Result<Vec<CommitId>, TagError> {
    let (aside, path) = (folder.path().join("signing.git"), folder.path().join("message"));
    set_aside(lock, &aside)?;
    let git = || {
        let mut git: Command = command::git(&lock.root, DURABLE);
        git.env("GIT_DIR", &aside).env("GIT_OBJECT_DIRECTORY", lock.common.join("objects"));
        git.env_remove("GIT_COMMON_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
        git
    };
    let mut objects = Vec::with_capacity(tags.len());
    for tag in tags {
        fs::write(&path, &tag.message).map_err(io_error(&path))?;
        let mut sign = git();
        // Hooks watch the real refs, not these: here is a folder without any.
        sign.arg("-c").arg(format!("core.hooksPath={}", folder.path().display()));
        sign.args(["tag", "--sign", "--cleanup=verbatim", "--file"]);
        sign.arg(&path).args(["--", &tag.name, &tag.commit.to_string()]);
        command::answer(sign, b"").map_err(git_error("git could not sign the tags"))?;
        let mut ask = git();
        ask.args(["rev-parse", "--verify", &format!("refs/tags/{}", tag.name)]);
        objects.push(command::answer(ask, b"").map_err(git_error("git does not know the tag that it has signed"))?);
        made(1);
    }
    ids(objects.iter().map(|object| object.trim()), tags.len())
}

/// Makes a bare repository at `path` with the real one's configuration.
fn set_aside(lock: &TagLock, path: &Path) -> Result<(), TagError> {
    let failed = "git could not prepare to sign the tags";
    let format = command::answer(command::git(&lock.root, ["rev-parse", "--show-object-format"]), b"");
    let format = format.map_err(git_error(failed))?;
    let mut init = command::git(&lock.root, ["init", "--quiet", "--bare", "--template="]);
    init.arg(format!("--object-format={}", format.trim())).args(["--ref-format=files", "--"]).arg(path);
    for variable in ["GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE"] {
        init.env_remove(variable);
    }
    command::answer(init, b"").map_err(git_error(failed))?;
    let own = path.join("config");
    let include = command::git(
        &lock.root,
        [
            OsStr::new("config"),
            OsStr::new("--file"),
            own.as_os_str(),
            OsStr::new("include.path"),
            lock.common.join("config").as_os_str(),
        ],
    );
    command::answer(include, b"").map_err(git_error(failed))?;
    Ok(())
}

fn ids<'a>(lines: impl Iterator<Item = &'a str>, wanted: usize) -> Result<Vec<CommitId>, TagError> {
    let found: Vec<CommitId> = lines.filter_map(|line| line.parse().ok()).collect();
    if found.len() == wanted {
        return Ok(found);
    }
    let told = format!("{} of {wanted} tags were written", found.len());
    Err(git_error("git did not take the tags")(GitFailure::Refused { answer: String::new(), told }).into())
}

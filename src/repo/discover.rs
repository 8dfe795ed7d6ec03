//! Where the store is: the nearest folder with `promptyard.yaml`, else the repository, else the folder that was named.

use std::path::{Path, PathBuf};

use super::RepoError;
use crate::path::StorePath;
use crate::store::config::CONFIG_NAMES;

/// A store on the disk, and the part of it that a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The store's root, without symbolic links.
    pub root: PathBuf,
    /// Store paths of the files and folders that the user named; empty for the whole store.
    pub scope: Vec<String>,
}

/// Finds the store that holds `paths` (the current folder where there are none). `root` overrides the search.
///
/// # Errors
/// When a path is missing or unreadable, or the paths lie in different stores.
pub fn discover(paths: &[PathBuf], root: Option<&Path>) -> Result<Location, RepoError> {
    discover_by(real_path, paths, root)
}

/// The same for paths that need not be there now: those of what is staged, or of a revision.
///
/// # Errors
/// When a path is unreadable, or the paths lie in different stores.
pub fn discover_past(paths: &[PathBuf], root: Option<&Path>) -> Result<Location, RepoError> {
    discover_by(past_path, paths, root)
}

fn discover_by(
    resolve: fn(&Path) -> Result<PathBuf, RepoError>,
    paths: &[PathBuf],
    root: Option<&Path>,
) -> Result<Location, RepoError> {
    let current = [PathBuf::from(".")];
    let named = if paths.is_empty() { &current[..] } else { paths };
    let mut resolved = named.iter().map(|path| resolve(path)).collect::<Result<Vec<_>, _>>()?;
    if paths.is_empty() {
        // Git starts the hooks of a push in its own folder.
        resolved[0] = worktree_of(&resolved[0]).unwrap_or_else(|| resolved[0].clone());
    }
    let root = match root {
        Some(root) => real_path(root)?,
        None => root_of(&resolved[0]),
    };
    let mut scope = Vec::new();
    for (path, named) in resolved.iter().zip(named) {
        match path.strip_prefix(&root) {
            Ok(inside) => scope.push(slashed(inside)),
            // `--root` names the store; the current folder need not be in it.
            Err(_) if paths.is_empty() => scope.push(String::new()),
            Err(_) => return Err(RepoError::OutsideStore { path: named.clone(), root }),
        }
    }
    if scope.iter().any(String::is_empty) {
        scope.clear();
    }
    Ok(Location { root, scope })
}

/// Finds the store that the file at `path` belongs to, which need not be there yet, and its path in it. The scope is that
/// file. `root` overrides the search.
///
/// # Errors
/// When its folder is missing or unreadable, or the file would not be in the store.
pub fn discover_new(path: &Path, root: Option<&Path>) -> Result<(Location, StorePath), RepoError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = real_path(folder)?;
    let root = match root {
        Some(root) => real_path(root)?,
        None => root_of(&folder),
    };
    let inside =
        folder.strip_prefix(&root).ok().zip(path.file_name()).map(|(folder, name)| slashed(&folder.join(name)));
    let Some(inside) = inside else { return Err(RepoError::OutsideStore { path: path.to_owned(), root }) };
    let refused = |source| RepoError::NotAStorePath { path: path.to_owned(), source };
    let file: StorePath = inside.parse().map_err(refused)?;
    Ok((Location { root, scope: vec![inside] }, file))
}

impl Location {
    /// The top of the repository that the store is in; the store's root where there is none.
    pub fn top(&self) -> &Path {
        self.root.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&self.root)
    }

    /// The store's folder in its repository with a `/` at its end; empty where they are the same or there is none.
    pub fn folder_in_repository(&self) -> String {
        let inside = self.root.strip_prefix(self.top()).ok().map(slashed);
        inside.filter(|inside| !inside.is_empty()).map(|inside| format!("{inside}/")).unwrap_or_default()
    }
}

fn real_path(path: &Path) -> Result<PathBuf, RepoError> {
    path.canonicalize().map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => RepoError::NotFound(path.to_owned()),
        _ => RepoError::Unreadable { path: path.to_owned(), source },
    })
}

/// A path without symbolic links as far as it is there.
fn past_path(path: &Path) -> Result<PathBuf, RepoError> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return real_path(path) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    // A link is a file of its own in git.
    match real_path(folder) {
        Err(RepoError::NotFound(_)) => Ok(past_path(folder)?.join(name)),
        folder => Ok(folder?.join(name)),
    }
}

fn root_of(path: &Path) -> PathBuf {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    if let Some(bare) = folder.ancestors().find(|folder| is_git_folder(folder)) {
        return bare.to_owned();
    }
    let configured = folder.ancestors().find(|folder| CONFIG_NAMES.iter().any(|name| folder.join(name).is_file()));
    let repository = || folder.ancestors().find(|folder| folder.join(".git").exists());
    configured.or_else(repository).unwrap_or(folder).to_owned()
}

/// The worktree whose `.git` folder holds `folder`.
fn worktree_of(folder: &Path) -> Option<PathBuf> {
    let git = folder.ancestors().find(|folder| is_git_folder(folder))?;
    if git.file_name()? == ".git" { git.parent().map(Path::to_path_buf) } else { None }
}

/// Whether `folder` is git's own: a bare repository, or the `.git` of a worktree.
pub(super) fn is_git_folder(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

fn slashed(path: &Path) -> String {
    let segments: Vec<_> = path.iter().map(|segment| segment.to_string_lossy()).collect();
    segments.join("/")
}

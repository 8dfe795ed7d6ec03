//! The objects of a push that nobody has accepted yet.
//!
//! Git keeps them in a folder of their own while the hook `pre-receive` looks at them, and names it by `GIT_OBJECT_DIRECTORY`
//! (`git-receive-pack(1)`, 'Quarantine Environment'). Git's library does not know these variables. What it knows is a folder
//! of objects that borrows from others, so one is made that has nothing of its own. It lies in git's: where the hook is killed,
//! git removes it with the rest, and when git takes the objects over, it leaves what starts with a dot behind.

use std::io;
use std::path::{Path, PathBuf};

use gix::ThreadSafeRepository;
use tempfile::TempDir;

/// Lets `repository` read the objects where the environment says that they are. The folder that it reads them through, which
/// is to live as long as it; `None` where the environment says nothing.
pub(super) fn open(repository: &mut ThreadSafeRepository) -> io::Result<Option<TempDir>> {
    let Some(incoming) = std::env::var_os("GIT_OBJECT_DIRECTORY") else { return Ok(None) };
    let others = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    let local = repository.to_thread_local();
    let incoming = PathBuf::from(incoming);
    let mut folders: Vec<PathBuf> = vec![incoming.clone()];
    folders.extend(std::env::split_paths(&others).filter(|folder| !folder.as_os_str().is_empty()));
    folders.push(local.common_dir().join("objects"));
    let mut real: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let folder = std::fs::canonicalize(folder)?;
        if !real.contains(&folder) {
            real.push(folder);
        }
    }
    let through = tempfile::Builder::new().prefix(".promptyard-").tempdir_in(std::fs::canonicalize(incoming)?)?;
    std::fs::create_dir(through.path().join("info"))?;
    std::fs::write(through.path().join("info/alternates"), alternates(&real)?)?;
    let store = gix::odb::Store::at_opts(
        through.path().to_path_buf(),
        local.object_hash(),
        &mut std::iter::empty(),
        gix::odb::store::init::Options::default(),
    )?;
    repository.objects = store.into();
    Ok(Some(through))
}

/// One folder a line.
fn alternates(folders: &[PathBuf]) -> io::Result<String> {
    let line = |folder: &PathBuf| {
        let text = Path::to_str(folder).filter(|text| !text.contains('\n') && !text.starts_with('"'));
        text.map(|text| format!("{text}\n"))
            .ok_or_else(|| io::Error::other("its path is not UTF-8, or has a line break"))
    };
    folders.iter().map(line).collect()
}

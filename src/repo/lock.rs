//! Runs that wait for each other, by a lock of the operating system: it ends with the process that holds it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file or folder that could not be written to, and what the system said.
pub(super) type LockFailure = (PathBuf, io::Error);

/// Takes the lock on the file at `path`, which is made with its folder. `waiting` is called before a wait.
pub(super) fn take(path: &Path, waiting: impl FnOnce()) -> Result<File, LockFailure> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| (path, source)
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(failed(path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            waiting();
            file.lock().map_err(failed(path))?;
        }
        Err(TryLockError::Error(source)) => return Err((path.to_path_buf(), source)),
    }
    Ok(file)
}

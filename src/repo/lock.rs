//! Runs that wait for each other, by a lock of the operating system: it ends with the process that holds it.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::write_error::{WriteError, io_error};

/// Takes the lock on the file at `path`, which is made with its folder. `waiting` is called before a wait.
pub(super) fn take(path: &Path, waiting: impl FnOnce()) -> Result<File, WriteError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(io_error(folder))?;
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(io_error(path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            waiting();
            file.lock().map_err(io_error(path))?;
        }
        Err(TryLockError::Error(source)) => return Err(io_error(path)(source)),
    }
    Ok(file)
}

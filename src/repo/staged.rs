//! Temporary files that become real ones by a rename.
#![expect(clippy::disallowed_methods, reason = "writing files is what this module is for")]

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// How the names of temporary files start.
pub(super) const STAGED: &str = ".promptyard-";

/// Writes `content` to a temporary file in `folder`, which is the target's own: a rename is atomic only within one file
/// system. It is on the disk when this returns. It has `permissions`, or what an editor would give it.
pub(super) fn stage(folder: &Path, content: &[u8], permissions: Option<Permissions>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(STAGED);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The process's umask is taken off.
        builder.permissions(Permissions::from_mode(0o666));
    }
    let mut staged = builder.tempfile_in(folder)?;
    staged.write_all(content)?;
    if let Some(permissions) = permissions {
        fs::set_permissions(staged.path(), permissions)?;
    }
    staged.as_file().sync_all()?;
    Ok(staged)
}

//! Files of output that a user names: anywhere on the disk, whole or not at all.
#![expect(clippy::disallowed_methods, reason = "writing files is what this module is for")]

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::staged::stage;

/// Writes `content` to the file at `path`, which is replaced by a rename; missing folders are made. What is not an ordinary
/// file, such as a pipe or a device, is written to as it is.
///
/// # Errors
/// When the file system refuses.
pub fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    // A link stays one: its target is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let found = fs::metadata(path);
    if found.as_ref().is_ok_and(|found| !found.is_file()) {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(content);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let staged = stage(folder, content, found.ok().map(|found| found.permissions()))?;
    staged.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_with_its_folders_and_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a/b.txt");
        for content in ["first, and longer", "second"] {
            write_file(&path, content.as_bytes()).expect("the folder is ours");
            assert_eq!(fs::read_to_string(&path).expect("it was written"), content);
        }
        assert_eq!(fs::read_dir(folder.path().join("a")).expect("it was made").count(), 1);
        assert!(write_file(folder.path(), b"x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_replaced_and_a_link_stays_one() {
        write_file(Path::new("/dev/null"), b"x").expect("everyone may write there");
        assert!(!fs::metadata("/dev/null").expect("it is there").is_file());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").expect("the folder is ours");
        std::os::unix::fs::symlink(&target, &link).expect("links can be made");
        write_file(&link, b"new").expect("the folder is ours");
        assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
        assert_eq!(fs::read_to_string(&target).expect("it is there"), "new");
    }
}

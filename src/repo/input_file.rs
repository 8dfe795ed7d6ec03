//! Files of input that a user names: anywhere on the disk, never more of them than is wanted.
#![expect(clippy::disallowed_methods, reason = "reading files is what this module is for")]

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The content of the file at `path`, if it has no more than `most` bytes; one byte more than that of a larger one.
///
/// # Errors
/// When the file system refuses.
pub fn read_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut content)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_is_wanted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a");
        std::fs::write(&path, "12345").expect("the folder is ours");
        assert_eq!(read_file(&path, 5).expect("it is there"), b"12345");
        assert_eq!(read_file(&path, 3).expect("it is there").len(), 4);
        assert!(read_file(&folder.path().join("b"), 1).is_err());
    }
}

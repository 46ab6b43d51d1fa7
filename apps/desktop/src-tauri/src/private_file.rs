//! Files that belong to this user alone (0600, in folders of 0700). Invariant: a file is the old one or the new one, never half of it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const OWNER_ALONE: u32 = 0o600;

pub fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// None where there is no such file.
pub fn read(file: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub fn replace(file: &Path, text: &str) -> io::Result<()> {
    let unfinished = beside(file);
    // One of before may have been left with another mode.
    let _ = fs::remove_file(&unfinished);
    let mut written = OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(&unfinished)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    fs::rename(&unfinished, file)
}

/// An empty one, in place of one that is there.
pub fn begin(file: &Path) -> io::Result<File> {
    let _ = fs::remove_file(file);
    OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(file)
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn is_for_its_owner_alone_also_where_others_could_read_it_before() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("inner");
        make_folder(&place).unwrap();
        let file = place.join("keys.json");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&file, "new").unwrap();
        assert_eq!((mode_of(&place), mode_of(&file)), (0o700, 0o600));
        assert_eq!(read(&file).unwrap().as_deref(), Some("new"));
        assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
    }

    #[test]
    fn says_that_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&folder.path().join("none")).unwrap(), None);
    }
}

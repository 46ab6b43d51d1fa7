//! Where keys are kept: in the keychain of the session (Secret Service), or, where there is none, in a file for this user alone.
//! Which of the two it is, is said in the window. Invariant: a key leaves this process only as the header of a request to its server.

use crate::fault::{Fault, Outcome};
use crate::private_file;
use crate::secret::Secret;
use keyring::{Entry, Error};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

const SERVICE: &str = "ghostllm-desktop";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Keychain,
    File,
}

pub struct Credentials {
    place: Place,
    file: PathBuf,
    /// Whoever writes the file has read it before.
    writing: Mutex<()>,
}

impl Credentials {
    /// Asks the keychain whether it is there; it may ask its user to open it, so this can take as long as a user takes.
    pub fn open(file: PathBuf) -> Self {
        let place = if has_keychain() { Place::Keychain } else { Place::File };
        Self::at(place, file)
    }

    fn at(place: Place, file: PathBuf) -> Self {
        Self { place, file, writing: Mutex::new(()) }
    }

    pub fn place(&self) -> Place {
        self.place
    }

    pub fn sentence(&self) -> String {
        match self.place {
            Place::Keychain => "Keys are kept in the keychain of your desktop.".into(),
            Place::File => format!(
                "There is no keychain (Secret Service) in this session: keys are kept in {}, unencrypted, readable for your user alone.",
                self.file.display()
            ),
        }
    }

    pub fn read(&self, account: &str) -> Outcome<Option<Secret>> {
        match self.place {
            Place::Keychain => match entry(account)?.get_password() {
                Ok(text) => Ok(Some(Secret::new(text))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(refused(&error)),
            },
            Place::File => Ok(self.read_file()?.remove(account).map(Secret::new)),
        }
    }

    pub fn write(&self, account: &str, secret: &Secret) -> Outcome<()> {
        match self.place {
            Place::Keychain => entry(account)?.set_password(secret.reveal()).map_err(|error| refused(&error)),
            Place::File => self.change_file(|keys| {
                keys.insert(account.to_owned(), secret.reveal().to_owned());
            }),
        }
    }

    pub fn remove(&self, account: &str) -> Outcome<()> {
        match self.place {
            Place::Keychain => match entry(account)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(refused(&error)),
            },
            Place::File => self.change_file(|keys| {
                keys.remove(account);
            }),
        }
    }

    fn read_file(&self) -> Outcome<BTreeMap<String, String>> {
        let what = || format!("{} cannot be read", self.file.display());
        let text = private_file::read(&self.file).map_err(Fault::of_file(what()))?;
        let Some(text) = text else { return Ok(BTreeMap::new()) };
        // The parser's words could quote what is in it.
        serde_json::from_str(&text).map_err(|_| Fault::told(what()))
    }

    fn change_file(&self, change: impl FnOnce(&mut BTreeMap<String, String>)) -> Outcome<()> {
        let _alone = self.writing.lock().unwrap_or_else(|broken| broken.into_inner());
        let mut keys = self.read_file()?;
        change(&mut keys);
        let text = serde_json::to_string(&keys).map_err(|_| Fault::told("the keys cannot be written"))?;
        private_file::replace(&self.file, &text)
            .map_err(Fault::of_file(format!("{} cannot be written", self.file.display())))
    }
}

fn has_keychain() -> bool {
    let asked = Entry::new(SERVICE, "is it there").and_then(|entry| entry.get_password());
    matches!(asked, Ok(_) | Err(Error::NoEntry))
}

fn entry(account: &str) -> Outcome<Entry> {
    Entry::new(SERVICE, account).map_err(|error| refused(&error))
}

fn refused(error: &Error) -> Fault {
    let why = match error {
        Error::NoStorageAccess(_) => "it is locked",
        Error::PlatformFailure(_) => "it does not answer",
        _ => "it refuses",
    };
    Fault::told(format!("The keychain cannot be used: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn in_file() -> (tempfile::TempDir, Credentials) {
        let folder = tempfile::tempdir().unwrap();
        let credentials = Credentials::at(Place::File, folder.path().join("keys.json"));
        (folder, credentials)
    }

    #[test]
    fn a_file_keeps_keys_apart_and_forgets_them() {
        let (folder, credentials) = in_file();
        credentials.write("one", &Secret::new("first")).unwrap();
        credentials.write("two", &Secret::new("second")).unwrap();
        credentials.remove("one").unwrap();
        assert_eq!(credentials.read("one").unwrap(), None);
        assert_eq!(credentials.read("two").unwrap(), Some(Secret::new("second")));
        let mode = std::fs::metadata(folder.path().join("keys.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_is_said_aloud_with_its_path() {
        let (folder, credentials) = in_file();
        let sentence = credentials.sentence();
        assert!(sentence.contains("unencrypted"));
        assert!(sentence.contains(&folder.path().join("keys.json").display().to_string()));
    }

    #[test]
    fn a_file_that_is_broken_is_told_without_what_is_in_it() {
        let (folder, credentials) = in_file();
        std::fs::write(folder.path().join("keys.json"), "{\"one\": very-secret").unwrap();
        let fault = credentials.read("one").unwrap_err().to_string();
        assert!(fault.contains("cannot be read") && !fault.contains("secret"), "{fault}");
        assert!(credentials.write("two", &Secret::new("x")).is_err());
    }
}

//! What the local server says, as a file for this user and as its last lines for the window. Invariant: no key and no password is in it.

use crate::private_file;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

const MOST_LINES: usize = 400;
const LONGEST_LINE: u64 = 8 * 1024;
/// Then it begins anew.
const MOST_BYTES: u64 = 5 * 1024 * 1024;

#[derive(Clone)]
pub struct Log(Arc<Mutex<Content>>);

struct Content {
    path: PathBuf,
    file: File,
    written: u64,
    last: VecDeque<String>,
}

impl Log {
    pub fn begin(path: &Path) -> io::Result<Self> {
        let file = private_file::begin(path)?;
        let content = Content { path: path.to_owned(), file, written: 0, last: VecDeque::new() };
        Ok(Self(Arc::new(Mutex::new(content))))
    }

    pub fn last_lines(&self) -> Vec<String> {
        let content = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        content.last.iter().cloned().collect()
    }

    /// Reads it to its end, in a thread of its own: a pipe that nobody reads stops whoever writes.
    pub fn follow(&self, output: impl Read + Send + 'static) {
        let log = self.clone();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(line) = next_line(&mut output) {
                log.add(&without_secrets(&line));
            }
        });
    }

    fn add(&self, line: &str) {
        let mut content = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        if content.written > MOST_BYTES
            && let Ok(file) = private_file::begin(&content.path)
        {
            content.file = file;
            content.written = 0;
        }
        // A full disk costs the file, and not the server.
        let _ = writeln!(content.file, "{line}");
        content.written += line.len() as u64 + 1;
        content.last.push_back(line.to_owned());
        if content.last.len() > MOST_LINES {
            content.last.pop_front();
        }
    }
}

fn next_line(output: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    let read = output.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes).ok()?;
    (read > 0).then(|| String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// A first start prints a key and may print a password; neither is for a file. Of a key its public part stays: `gk-0123456789ab`.
fn without_secrets(line: &str) -> String {
    if line.trim_start().starts_with("Password ") {
        return "  Password      [secret]".into();
    }
    let mut parts = line.split("gk-");
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        told.push_str("gk-");
        match part.split_once('-') {
            Some((public, rest)) if is_word(public) => {
                told.push_str(public);
                told.push_str("-[secret]");
                told.push_str(
                    rest.trim_start_matches(|sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '-'),
                );
            }
            _ => told.push_str(part),
        }
    }
    told
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|sign| sign.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keeps_no_key_and_no_password() {
        let key = "gk-ab35dac63ac8-e7c056a388ee2e87b12645e4db9083101a26bc7b83f8680a8f092297ca3fb3d9";
        let told = without_secrets(&format!("  curl -H \"Authorization: Bearer {key}\" -d '{{}}' # {key}"));
        assert_eq!(
            told,
            "  curl -H \"Authorization: Bearer gk-ab35dac63ac8-[secret]\" -d '{}' # gk-ab35dac63ac8-[secret]"
        );
        assert_eq!(without_secrets("  Password      hunter2-hunter2"), "  Password      [secret]");
        assert_eq!(without_secrets("nothing gk-about it"), "nothing gk-about it");
    }

    #[test]
    fn has_the_last_lines_in_a_file_for_its_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("local-server.log");
        let log = Log::begin(&path).unwrap();
        for number in 0..500 {
            log.add(&format!("line {number}"));
        }
        let lines = log.last_lines();
        assert_eq!((lines.len(), lines[0].as_str()), (400, "line 100"));
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("line 0\n"));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_line_without_an_end_is_cut() {
        let long = "x".repeat(20_000);
        let mut output = BufReader::new(long.as_bytes());
        assert_eq!(next_line(&mut output).unwrap().len(), 8192);
    }
}

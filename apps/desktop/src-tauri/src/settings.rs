//! What somebody has set, as a file.

use crate::fault::{Fault, Outcome};
use crate::private_file;
use crate::quiet_hours::QuietHours;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub notifications: bool,
    pub quiet_hours: Option<QuietHours>,
    /// How often servers are asked how they are.
    pub poll_seconds: u64,
    /// The `ghostllm` that is started here, or the folder of its source. None: the one on the PATH.
    pub local_program: Option<String>,
    /// Chosen when the local server is started for the first time.
    pub local_port: Option<u16>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { notifications: true, quiet_hours: None, poll_seconds: 30, local_program: None, local_port: None }
    }
}

const SECONDS: std::ops::RangeInclusive<u64> = 2..=3600;

impl Settings {
    pub fn read(file: &Path) -> Outcome<Self> {
        let what = || format!("{} cannot be read", file.display());
        let Some(text) = private_file::read(file).map_err(Fault::of_file(what()))? else { return Ok(Self::default()) };
        serde_json::from_str(&text).map_err(|error| Fault::told(format!("{}: {error}", what())))
    }

    pub fn write(&self, file: &Path) -> Outcome<()> {
        let text = serde_json::to_string_pretty(self).map_err(|error| Fault::told(error.to_string()))?;
        private_file::replace(file, &text).map_err(Fault::of_file(format!("{} cannot be written", file.display())))
    }

    pub fn pause(&self) -> Duration {
        Duration::from_secs(self.poll_seconds.clamp(*SECONDS.start(), *SECONDS.end()))
    }

    pub fn are_quiet_at(&self, minute_of_day: u32) -> bool {
        !self.notifications || self.quiet_hours.as_ref().is_some_and(|hours| hours.cover(minute_of_day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_there_again_and_what_is_left_out_is_as_usual() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        assert_eq!(Settings::read(&file).unwrap(), Settings::default());
        let quiet = serde_json::from_str(r#"{"quiet_hours": {"from": "22:00", "to": "07:00"}, "poll_seconds": 0}"#);
        let settings: Settings = quiet.unwrap();
        settings.write(&file).unwrap();
        let again = Settings::read(&file).unwrap();
        assert_eq!(again, settings);
        assert_eq!(again.pause(), Duration::from_secs(2));
        assert!(again.are_quiet_at(0) && !again.are_quiet_at(720));
        assert!(Settings { notifications: false, ..again }.are_quiet_at(720));
    }

    #[test]
    fn that_are_wrong_are_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        std::fs::write(&file, r#"{"quiet_hours": {"from": "noon", "to": "07:00"}}"#).unwrap();
        assert!(Settings::read(&file).unwrap_err().to_string().contains("'noon' is no time of day"));
    }
}

//! Hours in which nothing is told. What is still so at their end is told then.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct QuietHours {
    from: u32,
    to: u32,
}

/// As they are stored and shown: `22:00`.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    from: String,
    to: String,
}

impl QuietHours {
    /// Of a time of day, in minutes since midnight. They may go over midnight; without a length there are none.
    pub fn cover(&self, minute: u32) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

impl TryFrom<Written> for QuietHours {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        Ok(Self { from: minute_of(&written.from)?, to: minute_of(&written.to)? })
    }
}

impl From<QuietHours> for Written {
    fn from(hours: QuietHours) -> Self {
        let text = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        Self { from: text(hours.from), to: text(hours.to) }
    }
}

fn minute_of(text: &str) -> Result<u32, String> {
    let wrong = || format!("'{text}' is no time of day such as 22:00");
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let number = |part: &str, below: u32| part.parse::<u32>().ok().filter(|number| *number < below).ok_or_else(wrong);
    Ok(number(hour, 24)? * 60 + number(minute, 60)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, to: &str) -> QuietHours {
        serde_json::from_value(serde_json::json!({ "from": from, "to": to })).unwrap()
    }

    fn covers(from: &str, to: &str, time: &str) -> bool {
        hours(from, to).cover(minute_of(time).unwrap())
    }

    #[test]
    fn may_go_over_midnight() {
        assert!(
            covers("22:00", "07:00", "23:59") && covers("22:00", "07:00", "00:00") && covers("22:00", "07:00", "06:59")
        );
        assert!(!covers("22:00", "07:00", "07:00") && !covers("22:00", "07:00", "21:59"));
        assert!(covers("12:00", "13:30", "12:00") && !covers("12:00", "13:30", "13:30"));
        assert!(!covers("08:00", "08:00", "08:00"));
    }

    #[test]
    fn are_written_as_they_are_read_and_refused_where_they_are_none() {
        let written = serde_json::to_string(&hours("22:05", "7:00")).unwrap();
        assert_eq!(written, r#"{"from":"22:05","to":"07:00"}"#);
        for time in ["24:00", "12:60", "noon", "", "-1:00", "1:2:3"] {
            assert!(minute_of(time).is_err(), "{time}");
        }
    }
}

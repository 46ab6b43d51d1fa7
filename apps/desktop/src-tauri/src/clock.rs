//! The time of this desktop, as its user sees it.

use gio::glib::{DateTime, GString, TimeZone};

pub struct Clock {
    now: DateTime,
}

impl Clock {
    /// None where the system tells no time.
    pub fn read() -> Option<Self> {
        DateTime::now_local().ok().map(|now| Self { now })
    }

    pub fn minute_of_day(&self) -> u32 {
        u32::try_from(self.now.hour() * 60 + self.now.minute()).unwrap_or_default()
    }

    /// When this day began.
    pub fn midnight(&self) -> String {
        let (year, month, day) = self.now.ymd();
        let midnight = DateTime::from_local(year, month, day, 0, 0, 0.0);
        midnight.map(|midnight| utc(&midnight)).unwrap_or_default()
    }

    /// The last one that is over.
    pub fn last_minute(&self) -> (String, String) {
        let end = self.now.to_unix() / 60 * 60;
        let text = |seconds| DateTime::from_unix_utc(seconds).map(|time| utc(&time)).unwrap_or_default();
        (text(end - 60), text(end))
    }

    /// Until a time as the server writes it; negative when it is over. None where it is none.
    pub fn days_until(&self, time: &str) -> Option<i64> {
        let time = DateTime::from_iso8601(time, Some(&TimeZone::utc())).ok()?;
        Some((time.to_unix() - self.now.to_unix()).div_euclid(86_400))
    }
}

fn utc(time: &DateTime) -> String {
    let utc = time.to_utc().and_then(|time| time.format("%Y-%m-%dT%H:%M:%SZ"));
    utc.map(GString::into).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Clock {
        Clock { now: DateTime::from_iso8601(time, None).unwrap() }
    }

    #[test]
    fn tells_days_and_minutes() {
        let clock = at("2026-12-01T10:20:30Z");
        assert_eq!(clock.minute_of_day(), 620);
        assert_eq!(clock.last_minute(), ("2026-12-01T10:19:00Z".into(), "2026-12-01T10:20:00Z".into()));
        assert_eq!(clock.days_until("2026-12-08T10:20:29.000Z"), Some(6));
        assert_eq!(clock.days_until("2026-12-01T10:20:00Z"), Some(-1));
        assert_eq!(clock.days_until("soon"), None);
    }
}

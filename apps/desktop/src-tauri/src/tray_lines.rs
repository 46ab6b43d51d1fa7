//! What the menu of the tray says, as data.

use crate::servers::Server;
use crate::standing::{Reach, Standing};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Rule,
    Says(String),
    Does { id: String, text: String },
    Switch { id: String, text: String, is_on: bool },
    Below { text: String, lines: Vec<Line> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Waiting,
    Fine,
    Attention,
    Away,
}

const LONGEST: usize = 70;

pub fn mood_of(standing: Option<&Standing>) -> Mood {
    let Some(standing) = standing else { return Mood::Waiting };
    let waits = standing.consents.iter().any(|consent| consent.may_decide);
    match &standing.reach {
        Reach::Waiting => Mood::Waiting,
        Reach::Away { .. } | Reach::CertificateChanged { .. } => Mood::Away,
        Reach::Degraded { .. } => Mood::Attention,
        Reach::Fine if waits || standing.key_is_refused || !standing.attention.is_empty() => Mood::Attention,
        Reach::Fine => Mood::Fine,
    }
}

pub fn lines_of(chosen: Option<&Server>, standing: Option<&Standing>, servers: &[Server]) -> Vec<Line> {
    let mut lines = Vec::new();
    if let (Some(server), Some(standing)) = (chosen, standing) {
        lines.push(says(&format!("{}: {}", server.name, words_of(&standing.reach))));
        lines.extend(figures(standing));
        lines.extend(standing.attention.iter().take(3).map(|one| says(&format!("! {}", one.text))));
        lines.push(Line::Rule);
        lines.push(does("open", "Open the dashboard"));
        lines.extend(deeds(standing));
    }
    if servers.len() > 1 {
        let others = servers.iter().map(|server| does(&format!("server {}", server.id), &server.name)).collect();
        lines.push(Line::Below { text: "Switch to".into(), lines: others });
    }
    lines.extend([does("servers", "Servers and settings"), Line::Rule, does("quit", "Quit GhostLLM")]);
    lines
}

fn figures(standing: &Standing) -> Vec<Line> {
    let mut lines = Vec::new();
    if standing.key_is_refused {
        lines.push(says("The key does not work any more"));
    }
    if let Some(spent) = &standing.spent_today_usd {
        lines.push(says(&format!("Spent today: ${}", cents(spent))));
    }
    if let Some(budget) = &standing.budget {
        lines.push(says(&format!("Budget of {}: {} % of ${}", budget.name, budget.percent, cents(&budget.budget_usd))));
    }
    if let Some(requests) = standing.requests_per_minute {
        lines.push(says(&format!("Requests in the last minute: {requests}")));
    }
    lines
}

fn deeds(standing: &Standing) -> Vec<Line> {
    let mut lines = Vec::new();
    let waiting = standing.consents.iter().filter(|consent| consent.may_decide).count();
    if waiting > 0 {
        lines.push(does("consents", &format!("Waiting for a decision: {waiting}")));
    }
    if !standing.providers.is_empty() {
        let switches = standing.providers.iter().map(|provider| Line::Switch {
            id: format!("provider {}", provider.id),
            text: short(&provider.name),
            is_on: provider.enabled,
        });
        lines.push(Line::Below { text: "Providers".into(), lines: switches.collect() });
    }
    lines
}

pub fn words_of(reach: &Reach) -> String {
    match reach {
        Reach::Waiting => "not asked yet".into(),
        Reach::Fine => "all is well".into(),
        Reach::Degraded { why } => format!("not well: {why}"),
        Reach::Away { why } => format!("away: {why}"),
        Reach::CertificateChanged { .. } => "refused: its certificate has changed".into(),
    }
}

fn says(text: &str) -> Line {
    Line::Says(short(text))
}

fn does(id: &str, text: &str) -> Line {
    Line::Does { id: id.into(), text: short(text) }
}

/// An underscore would mark a letter, and a name may be long.
fn short(text: &str) -> String {
    let cut: String = if text.chars().count() > LONGEST {
        text.chars().take(LONGEST - 1).chain(['…']).collect()
    } else {
        text.into()
    };
    cut.replace('&', "&&")
}

/// An exact amount, to the cent; what is less than one is told as that.
fn cents(usd: &str) -> String {
    let (whole, fraction) = usd.split_once('.').unwrap_or((usd, ""));
    let shown: String = fraction.chars().chain(['0', '0']).take(2).collect();
    let is_less = whole == "0" && shown == "00" && fraction.bytes().any(|digit| digit != b'0');
    if is_less { "0.00…".into() } else { format!("{whole}.{shown}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standing::{Budget, Provider};
    use url::Url;

    fn server(id: &str) -> Server {
        Server {
            id: id.into(),
            name: format!("Server {id}"),
            url: Url::parse("https://llm.example.com/").unwrap(),
            pin: None,
        }
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines
            .iter()
            .filter_map(|line| match line {
                Line::Says(text) | Line::Does { text, .. } | Line::Switch { text, .. } | Line::Below { text, .. } => {
                    Some(text.as_str())
                }
                Line::Rule => None,
            })
            .collect()
    }

    #[test]
    fn says_what_is_spent_and_asked() {
        let standing = Standing {
            reach: Reach::Fine,
            spent_today_usd: Some("12.345678901".into()),
            requests_per_minute: Some(42),
            budget: Some(Budget { name: "platform".into(), percent: 82, budget_usd: "500".into() }),
            providers: vec![Provider { id: "p".into(), name: "demo".into(), enabled: false }],
            ..Standing::default()
        };
        let lines = lines_of(Some(&server("a")), Some(&standing), &[server("a"), server("b")]);
        let expected = [
            "Server a: all is well",
            "Spent today: $12.34",
            "Budget of platform: 82 % of $500.00",
            "Requests in the last minute: 42",
            "Open the dashboard",
            "Providers",
            "Switch to",
            "Servers and settings",
            "Quit GhostLLM",
        ];
        assert_eq!(texts(&lines), expected);
        assert!(lines.contains(&Line::Below {
            text: "Providers".into(),
            lines: vec![Line::Switch { id: "provider p".into(), text: "demo".into(), is_on: false }],
        }));
        assert_eq!(mood_of(Some(&standing)), Mood::Fine);
    }

    #[test]
    fn without_a_server_there_is_little() {
        assert_eq!(texts(&lines_of(None, None, &[])), ["Servers and settings", "Quit GhostLLM"]);
        assert_eq!(mood_of(None), Mood::Waiting);
    }

    #[test]
    fn a_changed_certificate_is_said() {
        let standing = Standing {
            reach: crate::standing::reach_after(crate::admin::Refusal::Certificate(vec![1])),
            ..Standing::default()
        };
        let lines = lines_of(Some(&server("a")), Some(&standing), &[server("a")]);
        assert_eq!(texts(&lines)[0], "Server a: refused: its certificate has changed");
        assert_eq!(mood_of(Some(&standing)), Mood::Away);
    }

    #[test]
    fn amounts_are_told_to_the_cent() {
        for (usd, told) in
            [("0", "0.00"), ("0.5", "0.50"), ("1.999", "1.99"), ("0.000000001", "0.00…"), ("10", "10.00")]
        {
            assert_eq!(cents(usd), told);
        }
    }
}

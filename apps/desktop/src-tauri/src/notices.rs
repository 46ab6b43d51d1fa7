//! What somebody is told of without having asked: once for each matter, for as long as it goes on.

use crate::clock::Clock;
use crate::servers::{LOCAL, Server};
use crate::standing::{Consent, Reach, Standing};
use std::collections::{HashMap, HashSet};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A page of the server.
    Server,
    /// Something waits for a decision.
    Consent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The same for as long as it is about the same.
    pub id: String,
    pub title: String,
    pub text: String,
    pub about: About,
}

/// A network that has just come back is no outage.
const MISSES_OF_AN_OUTAGE: u32 = 2;
const LAST_DAYS_OF_A_CERTIFICATE: i64 = 14;
/// More at once are summed up.
const MOST_AT_ONCE: usize = 4;

pub fn notices_of(server: &Server, standing: &Standing, clock: &Clock) -> Vec<Notice> {
    let notice = |id: String, text: String, about: About| Notice { id, title: server.name.clone(), text, about };
    let of_server = |id: &str, text: &str| notice(id.to_owned(), text.to_owned(), About::Server);
    let mut notices: Vec<Notice> = Vec::new();
    match &standing.reach {
        // Whoever stops the one on this machine knows it.
        Reach::Away { why } if standing.misses >= MISSES_OF_AN_OUTAGE && server.id != LOCAL => {
            notices.push(of_server("away", &format!("The server is away: {why}.")));
        }
        Reach::CertificateChanged { .. } => notices.push(of_server(
            "certificate",
            "The server shows another certificate than the one you trusted. It is not shown any more.",
        )),
        _ => {}
    }
    if standing.key_is_refused {
        notices.push(of_server("key", "The key for this server does not work any more."));
    }
    notices.extend(
        standing
            .consents
            .iter()
            .filter(|consent| consent.may_decide)
            .map(|consent| notice(format!("consent {}", consent.id), sentence_of(consent), About::Consent)),
    );
    notices.extend(standing.attention.iter().map(|one| of_server(&one.id, &one.text)));
    notices.extend(standing.certificates.iter().filter_map(|certificate| {
        let days = clock.days_until(&certificate.not_after).filter(|days| *days < LAST_DAYS_OF_A_CERTIFICATE)?;
        let id = format!("certificate {}", certificate.fingerprint);
        Some(of_server(&id, &format!("The {} certificate ends in {} days.", certificate.name, days.max(0))))
    }));
    notices
}

fn sentence_of(consent: &Consent) -> String {
    let who = consent.username.as_deref().or(consent.key_name.as_deref()).unwrap_or("Somebody");
    let cost = consent.cost_usd.as_ref().map(|usd| format!(", for ${usd} at the most")).unwrap_or_default();
    format!("{who} asks for {}{cost}. It waits for a decision.", consent.model)
}

/// What was told already, by server.
#[derive(Default)]
pub struct Told(HashMap<String, HashSet<String>>);

impl Told {
    /// Those that were not told yet. What is over is forgotten, so that it is told when it comes again.
    pub fn fresh(&mut self, server: &Server, standing: &Standing, notices: Vec<Notice>) -> Vec<Notice> {
        let told = self.0.entry(server.id.clone()).or_default();
        let is_known = matches!(standing.reach, Reach::Fine | Reach::Degraded { .. });
        if is_known {
            told.retain(|id| notices.iter().any(|notice| notice.id == *id));
        }
        let fresh = notices.into_iter().filter(|notice| told.insert(notice.id.clone())).collect();
        sum_up(fresh)
    }
}

fn sum_up(mut notices: Vec<Notice>) -> Vec<Notice> {
    if notices.len() <= MOST_AT_ONCE {
        return notices;
    }
    let rest = notices.split_off(MOST_AT_ONCE - 1);
    let text = format!("{} more things need attention.", rest.len());
    notices.extend(rest.into_iter().next().map(|first| Notice { text, about: About::Server, ..first }));
    notices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standing::{Attention, Certificate};
    use url::Url;

    fn server() -> Server {
        Server {
            id: "one".into(),
            name: "Production".into(),
            url: Url::parse("https://llm.example.com/").unwrap(),
            pin: None,
        }
    }

    fn attention(id: &str) -> Attention {
        Attention { id: id.into(), kind: "budget_near".into(), level: "warning".into(), text: format!("about {id}") }
    }

    fn standing(ids: &[&str]) -> Standing {
        Standing { reach: Reach::Fine, attention: ids.iter().map(|id| attention(id)).collect(), ..Standing::default() }
    }

    fn consent(may_decide: bool) -> Consent {
        serde_json::from_value(serde_json::json!({
            "id": "c", "key_name": "nightly-bot", "username": "ada", "model": "gpt-4o", "operation": "chat", "cost_usd": "0.25",
            "prompt_tokens": 10, "privacy": [], "policies": [], "may_decide": may_decide, "created_at": "", "ends_at": "",
        }))
        .unwrap()
    }

    fn texts(told: &mut Told, standing: &Standing) -> Vec<String> {
        let notices = notices_of(&server(), standing, &Clock::read().unwrap());
        told.fresh(&server(), standing, notices).into_iter().map(|notice| notice.text).collect()
    }

    #[test]
    fn each_matter_is_told_once_and_again_when_it_comes_again() {
        let mut told = Told::default();
        assert_eq!(texts(&mut told, &standing(&["a"])), ["about a"]);
        assert_eq!(texts(&mut told, &standing(&["a", "b"])), ["about b"]);
        assert!(texts(&mut told, &standing(&["b"])).is_empty());
        assert_eq!(texts(&mut told, &standing(&["a", "b"])), ["about a"]);
    }

    #[test]
    fn an_outage_is_told_once_it_lasts_and_makes_nothing_be_told_twice() {
        let mut told = Told::default();
        texts(&mut told, &standing(&["a"]));
        let away = |misses| Standing {
            reach: Reach::Away { why: "it cannot be reached".into() },
            misses,
            ..Standing::default()
        };
        assert!(texts(&mut told, &away(1)).is_empty());
        assert_eq!(texts(&mut told, &away(2)), ["The server is away: it cannot be reached."]);
        assert!(texts(&mut told, &away(3)).is_empty());
        assert!(texts(&mut told, &standing(&["a"])).is_empty());
    }

    #[test]
    fn a_local_server_that_was_stopped_is_no_outage() {
        let local = Server { id: LOCAL.into(), ..server() };
        let away =
            Standing { reach: Reach::Away { why: "it cannot be reached".into() }, misses: 9, ..Standing::default() };
        assert!(notices_of(&local, &away, &Clock::read().unwrap()).is_empty());
        assert_eq!(notices_of(&server(), &away, &Clock::read().unwrap()).len(), 1);
    }

    #[test]
    fn a_consent_is_told_to_whoever_may_decide() {
        let mut told = Told::default();
        let waits = |may_decide| Standing { consents: vec![consent(may_decide)], ..standing(&[]) };
        assert!(texts(&mut told, &waits(false)).is_empty());
        assert_eq!(
            texts(&mut told, &waits(true)),
            ["ada asks for gpt-4o, for $0.25 at the most. It waits for a decision."]
        );
    }

    #[test]
    fn a_certificate_is_told_in_its_last_days_and_a_changed_one_at_once() {
        let ends = |not_after: &str| Standing {
            certificates: vec![Certificate {
                name: "public".into(),
                fingerprint: "AA".into(),
                not_after: not_after.into(),
            }],
            ..standing(&[])
        };
        assert!(texts(&mut Told::default(), &ends("2999-01-01T00:00:00.000Z")).is_empty());
        assert_eq!(
            texts(&mut Told::default(), &ends("2020-01-01T00:00:00.000Z")),
            ["The public certificate ends in 0 days."]
        );
        let changed = Standing {
            reach: crate::standing::reach_after(crate::admin::Refusal::Certificate(vec![1])),
            ..Standing::default()
        };
        assert_eq!(texts(&mut Told::default(), &changed).len(), 1);
    }

    #[test]
    fn many_at_once_are_summed_up() {
        let many = texts(&mut Told::default(), &standing(&["a", "b", "c", "d", "e", "f"]));
        assert_eq!(many, ["about a", "about b", "about c", "3 more things need attention."]);
    }
}

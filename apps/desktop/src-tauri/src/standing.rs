//! How a server is: what the list, the tray and the notices are made of. Asked of its admin API, each part only as far as the key may.

use crate::admin::{Admin, Answer, Refusal};
use crate::clock::Clock;
use crate::pinning::Fingerprint;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Reach {
    #[default]
    Waiting,
    Fine,
    /// It answers, and a part of it is not well.
    Degraded {
        why: String,
    },
    Away {
        why: String,
    },
    /// It shows another certificate than the one that was trusted. Nothing was sent to it.
    CertificateChanged {
        shown: Fingerprint,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub reach: Reach,
    /// Rounds in a row in which it was away.
    pub misses: u32,
    pub version: Option<String>,
    pub key_is_refused: bool,
    pub spent_today_usd: Option<String>,
    pub requests_per_minute: Option<u64>,
    /// The one of which most is spent.
    pub budget: Option<Budget>,
    pub attention: Vec<Attention>,
    pub consents: Vec<Consent>,
    pub certificates: Vec<Certificate>,
    pub providers: Vec<Provider>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    pub name: String,
    pub percent: i64,
    pub budget_usd: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    pub id: String,
    pub kind: String,
    pub level: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub class: String,
    pub action: String,
    pub count: u64,
}

/// What whoever decides is shown. Nothing of the request itself is in it: the server tells nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub id: String,
    pub key_name: Option<String>,
    pub username: Option<String>,
    pub model: String,
    pub operation: String,
    pub cost_usd: Option<String>,
    pub prompt_tokens: u64,
    pub privacy: Vec<Found>,
    pub policies: Vec<Named>,
    pub may_decide: bool,
    pub created_at: String,
    pub ends_at: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub name: String,
    pub fingerprint: String,
    pub not_after: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    pub id: String,
    pub name: String,
    pub enabled: bool,
}

#[derive(Deserialize)]
struct Listed<Row> {
    data: Vec<Row>,
}

const MOST_PROVIDERS: &str = "50";

/// Asks for all of it. A server that is away, or not the one that was trusted, is asked for nothing more.
pub async fn look(admin: &Admin, clock: &Clock, before: &Standing) -> Standing {
    let mut standing = Standing::default();
    match admin.health().await {
        Ok(health) => read_health(&mut standing, &health),
        Err(refusal) => {
            standing.reach = reach_after(refusal);
            standing.misses = before.misses.saturating_add(1);
            return standing;
        }
    }
    if admin.has_key() {
        ask_all(admin, clock, &mut standing).await;
    }
    standing
}

pub fn reach_after(refusal: Refusal) -> Reach {
    let away = |why: &str| Reach::Away { why: why.into() };
    match refusal {
        Refusal::Away(why) | Refusal::Answer(why) => Reach::Away { why },
        Refusal::Certificate(shown) => Reach::CertificateChanged { shown: Fingerprint::of(&shown) },
        Refusal::Key | Refusal::NotAllowed => away("it does not answer as GhostLLM does"),
    }
}

fn read_health(standing: &mut Standing, health: &Value) {
    standing.version = health["version"].as_str().map(str::to_owned);
    let parts = health["parts"].as_object();
    let ill: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|(_, part)| part["healthy"] == false)
        .map(|(name, _)| name.as_str())
        .collect();
    standing.reach = match (parts, ill.is_empty()) {
        (None, _) => Reach::Away { why: "it does not answer as GhostLLM does".into() },
        (_, true) => Reach::Fine,
        (_, false) => Reach::Degraded { why: ill.join(", ").replace('_', " ") },
    };
}

async fn ask_all(admin: &Admin, clock: &Clock, standing: &mut Standing) {
    let attention = admin.get::<Listed<Attention>>("admin/notifications", &[]).await;
    standing.key_is_refused = matches!(attention, Err(Refusal::Key));
    if standing.key_is_refused {
        return;
    }
    standing.attention = rows(attention);
    standing.consents = rows(admin.get("admin/consents", &[("status", "pending"), ("limit", "50")]).await);
    standing.certificates = rows(admin.get("admin/certificates", &[]).await);
    standing.providers = rows(admin.get("admin/providers", &[("order_by", "name"), ("limit", MOST_PROVIDERS)]).await);
    standing.budget = nearest_budget(admin).await;
    standing.spent_today_usd = spent(admin, &clock.midnight()).await;
    standing.requests_per_minute = requests_of_last_minute(admin, clock).await;
}

fn rows<Row>(answer: Answer<Listed<Row>>) -> Vec<Row> {
    answer.map(|listed| listed.data).unwrap_or_default()
}

async fn nearest_budget(admin: &Admin) -> Option<Budget> {
    // Whoever has no budget comes last, and has no percent.
    let nearest = [("order_by", "share"), ("limit", "1")];
    let listed = admin.get::<Listed<Value>>("admin/budgets", &nearest).await.ok()?;
    listed.data.into_iter().next().and_then(|row| serde_json::from_value(row).ok())
}

async fn spent(admin: &Admin, from: &str) -> Option<String> {
    let usage = admin.get::<Value>("admin/usage/series", &[("bucket", "none"), ("from", from)]).await.ok()?;
    usage["sum"]["total"]["cost_usd"].as_str().map(str::to_owned)
}

async fn requests_of_last_minute(admin: &Admin, clock: &Clock) -> Option<u64> {
    let (from, to) = clock.last_minute();
    let query = [("bucket", "minute"), ("from", from.as_str()), ("to", to.as_str())];
    let usage = admin.get::<Value>("admin/usage/series", &query).await.ok()?;
    usage["sum"]["total"]["requests"].as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reach_of(health: Value) -> Reach {
        let mut standing = Standing::default();
        read_health(&mut standing, &health);
        standing.reach
    }

    #[test]
    fn a_part_that_is_not_well_is_named() {
        let part = |healthy| json!({ "healthy": healthy, "detail": "" });
        assert_eq!(reach_of(json!({ "parts": { "store": part(true) } })), Reach::Fine);
        let ill = json!({ "parts": { "store": part(true), "management_certificate": part(false) } });
        assert_eq!(reach_of(ill), Reach::Degraded { why: "management certificate".into() });
    }

    #[test]
    fn another_server_is_none_of_ours() {
        assert!(matches!(reach_of(json!({ "hello": "world" })), Reach::Away { .. }));
    }

    #[test]
    fn a_refused_certificate_is_told_by_its_fingerprint() {
        let reach = reach_after(Refusal::Certificate(b"another".to_vec()));
        assert_eq!(reach, Reach::CertificateChanged { shown: Fingerprint::of(b"another") });
    }
}

//! Requests that wait for a decision are approved or refused.

use super::aside;
use crate::admin::Refusal;
use crate::desk::Desk;
use crate::fault::{Fault, Outcome};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tauri::State;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approve,
    Refuse,
}

#[tauri::command]
pub async fn decide_consent(
    desk: State<'_, Arc<Desk>>,
    server: String,
    consent: String,
    decision: Decision,
    note: String,
) -> Outcome<()> {
    let desk = desk.inner().clone();
    let known = desk.standing(&server).consents.iter().any(|one| one.id == consent);
    if !known {
        return Err(Fault::told("This request does not wait any more"));
    }
    let (asked, of) = (desk.server(&server)?, desk.clone());
    let admin = aside(move || of.admin_of(&asked)).await?;
    let verb = match decision {
        Decision::Approve => "approve",
        Decision::Refuse => "refuse",
    };
    let path = format!("admin/consents/{consent}/{verb}");
    let decided = admin.change::<Value>(Method::POST, &path, &json!({ "note": note })).await;
    desk.asked_again.notify_one();
    decided.map(|_| ()).map_err(|refusal| {
        Fault::told(match refusal {
            Refusal::Key | Refusal::NotAllowed => "The key for this server may not decide on it".into(),
            Refusal::Answer(sentence) => sentence,
            Refusal::Away(why) => format!("The server is away: {why}"),
            Refusal::Certificate(_) => "The server shows another certificate: nothing was sent to it".into(),
        })
    })
}

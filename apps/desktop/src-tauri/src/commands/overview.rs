//! What the local page shows.

use super::aside;
use super::local::{LocalState, state_of};
use crate::credentials::Place;
use crate::desk::{Desk, Wish};
use crate::fault::Outcome;
use crate::settings::Settings;
use crate::standing::Standing;
use serde::Serialize;
use std::sync::Arc;
use tauri::{AppHandle, State};
use tauri_plugin_autostart::ManagerExt;

#[derive(Serialize)]
pub struct Overview {
    servers: Vec<ShownServer>,
    local: LocalState,
    settings: Settings,
    starts_with_session: bool,
    credentials: ShownCredentials,
    /// What a link or a notice asks for, once.
    wish: Option<Wish>,
    version: &'static str,
}

#[derive(Serialize)]
struct ShownServer {
    id: String,
    name: String,
    url: String,
    fingerprint: Option<String>,
    is_chosen: bool,
    has_key: bool,
    standing: Standing,
}

#[derive(Serialize)]
struct ShownCredentials {
    place: Place,
    sentence: String,
}

#[tauri::command]
pub async fn overview(app: AppHandle, desk: State<'_, Arc<Desk>>) -> Outcome<Overview> {
    let desk = desk.inner().clone();
    aside(move || {
        let chosen = desk.servers().chosen().map(|server| server.id.clone());
        let servers = desk.servers().all().to_vec();
        let shown = servers.into_iter().map(|server| ShownServer {
            is_chosen: chosen.as_ref() == Some(&server.id),
            has_key: matches!(desk.key_of(&server.id), Ok(Some(_))),
            standing: desk.standing(&server.id),
            fingerprint: server.pin.map(|pin| pin.fingerprint.as_str().to_owned()),
            url: server.url.to_string(),
            name: server.name,
            id: server.id,
        });
        Ok(Overview {
            servers: shown.collect(),
            local: state_of(&desk),
            settings: desk.settings(),
            starts_with_session: app.autolaunch().is_enabled().unwrap_or(false),
            credentials: ShownCredentials {
                place: desk.credentials().place(),
                sentence: desk.credentials().sentence(),
            },
            wish: desk.take_wish(),
            version: env!("CARGO_PKG_VERSION"),
        })
    })
    .await
}

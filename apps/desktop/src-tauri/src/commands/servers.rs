//! Servers are looked at, added, opened and removed.

use super::aside;
use crate::address::{is_loopback, parse_server_url};
use crate::admin::{Admin, Refusal};
use crate::desk::Desk;
use crate::fault::{Fault, Outcome};
use crate::pinning::{Fingerprint, Pin};
use crate::secret::Secret;
use crate::servers::Server;
use crate::{tray, windows};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use tauri::{AppHandle, State};
use url::Url;

/// How one can know that it is the server that is meant.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trust {
    /// It is on this machine, and asked without TLS.
    ThisMachine,
    /// An authority of this machine vouches for its certificate.
    Authority,
    /// Nobody does: whoever adds it compares this with what the server prints.
    Fingerprint { fingerprint: Fingerprint },
}

#[derive(Serialize)]
pub struct Looked {
    url: String,
    trust: Trust,
    version: Option<String>,
}

#[tauri::command]
pub async fn look_at_server(url: String) -> Outcome<Looked> {
    let url = parse_server_url(&url)?;
    let health = Admin::new(&url, None, None)?.health().await;
    let (trust, version) = match health {
        Ok(health) => {
            (if url.scheme() == "http" { Trust::ThisMachine } else { Trust::Authority }, version_of(&health)?)
        }
        Err(Refusal::Certificate(shown)) => (Trust::Fingerprint { fingerprint: Fingerprint::of(&shown) }, None),
        Err(refusal) => return Err(sentence_of(refusal)),
    };
    Ok(Looked { url: url.into(), trust, version })
}

fn version_of(health: &Value) -> Outcome<Option<String>> {
    if !health["parts"].is_object() {
        return Err(Fault::told("It does not answer as GhostLLM does"));
    }
    Ok(health["version"].as_str().map(str::to_owned))
}

fn sentence_of(refusal: Refusal) -> Fault {
    Fault::told(match refusal {
        Refusal::Away(why) => format!("The server is away: {why}"),
        Refusal::Certificate(_) => {
            "The server shows another certificate than the one you have compared. Nothing was sent to it.".into()
        }
        Refusal::Key => "The server does not know this key".into(),
        Refusal::NotAllowed => "The key may not do this".into(),
        Refusal::Answer(sentence) => sentence,
    })
}

#[derive(Deserialize)]
pub struct Addition {
    url: String,
    name: String,
    /// That was compared, where nobody vouches for the certificate.
    fingerprint: Option<Fingerprint>,
    /// For the tray and for notices. Without one its health alone is shown.
    key: Option<Secret>,
}

#[tauri::command]
pub async fn add_server(app: AppHandle, desk: State<'_, Arc<Desk>>, addition: Addition) -> Outcome<String> {
    let desk = desk.inner().clone();
    let url = parse_server_url(&addition.url)?;
    if desk.servers().all().iter().any(|server| server.url == url) {
        return Err(Fault::told("This server is in the list already"));
    }
    let key = addition.key.filter(|key| !key.is_blank()).map(|key| Secret::new(key.reveal().trim()));
    let pin = check(&url, addition.fingerprint.as_ref(), key.clone()).await?;
    let server = Server { id: new_id()?, name: name_of(&addition.name, &url), url, pin };
    let id = server.id.clone();
    aside(move || {
        if let Some(key) = key {
            desk.credentials().write(&server.id, &key)?;
        }
        desk.servers().keep(server)?;
        desk.asked_again.notify_one();
        windows::shell::tell_changed(&app);
        Ok(())
    })
    .await?;
    Ok(id)
}

/// The key is sent, and kept, only where both are right.
async fn check(url: &Url, fingerprint: Option<&Fingerprint>, key: Option<Secret>) -> Outcome<Option<Pin>> {
    let has_key = key.is_some();
    let admin = Admin::new(url, fingerprint, key)?;
    version_of(&admin.health().await.map_err(sentence_of)?)?;
    if has_key {
        admin.get::<Value>("admin/me", &[]).await.map_err(sentence_of)?;
    }
    Ok(fingerprint.and(admin.pin()))
}

fn name_of(typed: &str, url: &Url) -> String {
    let typed: String = typed.trim().chars().take(60).collect();
    if !typed.is_empty() {
        return typed;
    }
    if is_loopback(url) {
        format!("This machine, port {}", url.port_or_known_default().unwrap_or_default())
    } else {
        url.host_str().unwrap_or_default().to_owned()
    }
}

fn new_id() -> Outcome<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| Fault::told(format!("No random numbers: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[tauri::command]
pub async fn open_server(app: AppHandle, desk: State<'_, Arc<Desk>>, id: String) -> Outcome<()> {
    let server = desk.server(&id)?;
    windows::console::show(&app, &server, None);
    tray::show(&app, &desk);
    Ok(())
}

/// With its key, and with all that its pages have kept here.
#[tauri::command]
pub async fn remove_server(app: AppHandle, desk: State<'_, Arc<Desk>>, id: String) -> Outcome<()> {
    windows::console::close(&app, &id);
    let desk = desk.inner().clone();
    aside(move || {
        desk.credentials().remove(&id)?;
        desk.servers().remove(&id)?;
        desk.forget_standing(&id);
        let _ = std::fs::remove_dir_all(desk.folder_of_pages(&id));
        tray::show(&app, &desk);
        windows::shell::tell_changed(&app);
        Ok(())
    })
    .await
}

/// In place of the one that is kept; none takes it away.
#[tauri::command]
pub async fn set_key(app: AppHandle, desk: State<'_, Arc<Desk>>, id: String, key: Option<Secret>) -> Outcome<()> {
    let desk = desk.inner().clone();
    let server = desk.server(&id)?;
    let key = key.filter(|key| !key.is_blank()).map(|key| Secret::new(key.reveal().trim()));
    if key.is_some() {
        check(&server.url, server.pin.as_ref().map(|pin| &pin.fingerprint), key.clone()).await?;
    }
    aside(move || {
        match key {
            Some(key) => desk.credentials().write(&id, &key)?,
            None => desk.credentials().remove(&id)?,
        }
        desk.asked_again.notify_one();
        windows::shell::tell_changed(&app);
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_the_name_that_was_typed_or_that_of_its_host() {
        let url = |text| Url::parse(text).unwrap();
        assert_eq!(name_of(" Production ", &url("https://a.example/")), "Production");
        assert_eq!(name_of("", &url("https://a.example:4433/")), "a.example");
        assert_eq!(name_of("", &url("http://127.0.0.1:8080/")), "This machine, port 8080");
        assert_eq!(name_of(&"x".repeat(100), &url("https://a.example/")).len(), 60);
    }

    #[test]
    fn ids_are_names_of_folders() {
        let id = new_id().unwrap();
        assert!(id.len() == 16 && id.chars().all(|sign| sign.is_ascii_hexdigit()));
        assert_ne!(id, new_id().unwrap());
    }
}

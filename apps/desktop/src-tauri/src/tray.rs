//! The icon in the tray: how the chosen server is, in a few lines, and what is done most often. What a line says is decided in `tray_lines`.

use crate::admin::Refusal;
use crate::desk::{Desk, Wish};
use crate::fault::Outcome;
use crate::servers::Server;
use crate::tray_lines::{Line, Mood, lines_of, mood_of};
use crate::windows;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tauri::image::Image;
use tauri::menu::{CheckMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager, Wry};

const ID: &str = "ghostllm";

/// What it shows now: it is built anew only for something else, so that an open menu stays open.
#[derive(Default)]
pub struct Shown(Mutex<Option<(Vec<Line>, Mood)>>);

/// A session without a tray has the windows.
pub fn begin(app: &AppHandle) -> tauri::Result<()> {
    app.manage(Shown::default());
    TrayIconBuilder::with_id(ID)
        .icon(icon_of(Mood::Waiting)?)
        .tooltip("GhostLLM")
        .on_menu_event(|app, event| follow(app, event.id().as_ref()))
        .build(app)?;
    let desk = app.state::<Arc<Desk>>().inner().clone();
    show(app, &desk);
    Ok(())
}

pub fn show(app: &AppHandle, desk: &Desk) {
    let chosen = desk.servers().chosen().cloned();
    let standing = chosen.as_ref().map(|server| desk.standing(&server.id));
    let others: Vec<Server> = desk.servers().all().to_vec();
    let lines = lines_of(chosen.as_ref(), standing.as_ref(), &others);
    let mood = mood_of(standing.as_ref());
    let state = app.state::<Shown>();
    let mut shown = state.0.lock().unwrap_or_else(|broken| broken.into_inner());
    if shown.as_ref() == Some(&(lines.clone(), mood)) {
        return;
    }
    if build(app, &lines, mood).is_ok() {
        *shown = Some((lines, mood));
    }
}

fn build(app: &AppHandle, lines: &[Line], mood: Mood) -> tauri::Result<()> {
    let Some(tray) = app.tray_by_id(ID) else { return Ok(()) };
    let items = lines.iter().map(|line| item_of(app, line)).collect::<tauri::Result<Vec<_>>>()?;
    let items: Vec<&dyn IsMenuItem<Wry>> = items.iter().map(AsRef::as_ref).collect();
    tray.set_menu(Some(Menu::with_items(app, &items)?))?;
    tray.set_icon(Some(icon_of(mood)?))
}

fn item_of(app: &AppHandle, line: &Line) -> tauri::Result<Box<dyn IsMenuItem<Wry>>> {
    Ok(match line {
        Line::Rule => Box::new(PredefinedMenuItem::separator(app)?),
        Line::Says(text) => Box::new(MenuItem::new(app, text, false, None::<&str>)?),
        Line::Does { id, text } => Box::new(MenuItem::with_id(app, id, text, true, None::<&str>)?),
        Line::Switch { id, text, is_on } => {
            Box::new(CheckMenuItem::with_id(app, id, text, true, *is_on, None::<&str>)?)
        }
        Line::Below { text, lines } => {
            let items = lines.iter().map(|line| item_of(app, line)).collect::<tauri::Result<Vec<_>>>()?;
            let items: Vec<&dyn IsMenuItem<Wry>> = items.iter().map(AsRef::as_ref).collect();
            Box::new(Submenu::with_items(app, text, true, &items)?)
        }
    })
}

fn icon_of(mood: Mood) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match mood {
        Mood::Fine => include_bytes!("../icons/tray-fine.png").as_slice(),
        Mood::Attention => include_bytes!("../icons/tray-attention.png"),
        Mood::Away => include_bytes!("../icons/tray-away.png"),
        Mood::Waiting => include_bytes!("../icons/tray-waiting.png"),
    })
}

fn follow(app: &AppHandle, id: &str) {
    let desk = app.state::<Arc<Desk>>().inner().clone();
    match id.split_once(' ').unwrap_or((id, "")) {
        ("open", _) => {
            let chosen = desk.servers().chosen().cloned();
            match chosen {
                Some(server) => windows::console::show(app, &server, None),
                None => windows::shell::show(app),
            }
        }
        ("server", id) => {
            if let Ok(server) = desk.server(id) {
                windows::console::show(app, &server, None);
            }
        }
        ("servers", _) => windows::shell::show(app),
        ("consents", _) => {
            desk.wish(Wish::Consents);
            windows::shell::show(app);
        }
        ("provider", id) => switch_provider(app, &desk, id.to_owned()),
        ("quit", _) => app.exit(0),
        _ => {}
    }
}

/// Requests to a provider that is off go to others, or are refused: what is on becomes off, and the other way round.
fn switch_provider(app: &AppHandle, desk: &Arc<Desk>, id: String) {
    let (app, desk) = (app.clone(), desk.clone());
    tauri::async_runtime::spawn(async move {
        if let Err(fault) = switch(&desk, &id).await {
            desk.wish(Wish::Warning { sentence: fault });
            windows::shell::show(&app);
        }
        desk.asked_again.notify_one();
    });
}

async fn switch(desk: &Arc<Desk>, id: &str) -> Result<(), String> {
    let server = desk.servers().chosen().cloned().ok_or("There is no server")?;
    let is_on = desk.standing(&server.id).providers.iter().any(|provider| provider.id == id && provider.enabled);
    let (for_key, asked) = (desk.clone(), server.clone());
    let admin: Outcome<_> = tauri::async_runtime::spawn_blocking(move || for_key.admin_of(&asked))
        .await
        .map_err(|error| error.to_string())?;
    let path = format!("admin/providers/{id}");
    let changed = admin
        .map_err(|fault| fault.to_string())?
        .change::<Value>(Method::PATCH, &path, &json!({ "enabled": !is_on }))
        .await;
    changed.map(|_| ()).map_err(|refusal| match refusal {
        Refusal::NotAllowed | Refusal::Key => "The key for this server may not switch providers off and on".into(),
        Refusal::Answer(sentence) => sentence,
        Refusal::Away(why) => format!("{} is away: {why}", server.name),
        Refusal::Certificate(_) => format!("{} shows another certificate", server.name),
    })
}

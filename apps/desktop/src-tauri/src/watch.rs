//! Asks all servers how they are, again and again, and has the tray, the local page and notices say so.

use crate::clock::Clock;
use crate::desk::Desk;
use crate::notices::notices_of;
use crate::servers::Server;
use crate::standing::{Reach, Standing, look};
use crate::{notify, tray, windows};
use std::sync::Arc;
use tauri::{AppHandle, Manager};
use tokio::time::timeout;

pub fn begin(app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        let desk = app.state::<Arc<Desk>>().inner().clone();
        loop {
            ask_all(&app, &desk).await;
            // Woken or not: it is asked again.
            let _ = timeout(desk.settings().pause(), desk.asked_again.notified()).await;
        }
    });
}

async fn ask_all(app: &AppHandle, desk: &Arc<Desk>) {
    let servers = desk.servers().all().to_vec();
    let mut has_changed = false;
    for server in &servers {
        let standing = ask(desk, server).await;
        // It may have been removed meanwhile.
        if desk.server(&server.id).is_err() {
            continue;
        }
        if matches!(standing.reach, Reach::CertificateChanged { .. }) {
            windows::console::close(app, &server.id);
        }
        tell(app, desk, server, &standing);
        has_changed |= desk.keep_standing(&server.id, standing);
    }
    if has_changed {
        windows::shell::tell_changed(app);
    }
    tray::show(app, desk);
}

async fn ask(desk: &Arc<Desk>, server: &Server) -> Standing {
    let before = desk.standing(&server.id);
    let away = |why: &str| Standing { reach: Reach::Away { why: why.into() }, ..Standing::default() };
    let (for_key, asked) = (desk.clone(), server.clone());
    // The keychain may let one wait.
    let admin = tauri::async_runtime::spawn_blocking(move || for_key.admin_of(&asked)).await;
    let Some(clock) = Clock::read() else { return away("this machine tells no time") };
    match admin {
        Ok(Ok(admin)) => look(&admin, &clock, &before).await,
        Ok(Err(fault)) => away(&fault.to_string()),
        Err(_) => away("it cannot be asked"),
    }
}

fn tell(app: &AppHandle, desk: &Desk, server: &Server, standing: &Standing) {
    let Some(clock) = Clock::read() else { return };
    if desk.settings().are_quiet_at(clock.minute_of_day()) {
        return;
    }
    let notices = notices_of(server, standing, &clock);
    for notice in desk.told().fresh(server, standing, notices) {
        notify::show(app, &server.id, notice);
    }
}

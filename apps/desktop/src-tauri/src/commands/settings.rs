//! Settings are kept.

use super::aside;
use crate::desk::Desk;
use crate::fault::{Fault, Outcome};
use crate::settings::Settings;
use std::sync::Arc;
use tauri::{AppHandle, State};
use tauri_plugin_autostart::ManagerExt;

#[tauri::command]
pub async fn save_settings(
    app: AppHandle,
    desk: State<'_, Arc<Desk>>,
    settings: Settings,
    starts_with_session: bool,
) -> Outcome<()> {
    let desk = desk.inner().clone();
    aside(move || {
        // The port is no setting of the page: another one would be another server to its pages.
        let local_port = desk.settings().local_port;
        desk.keep_settings(Settings { local_port, ..settings })?;
        let launch = app.autolaunch();
        let is_as_wanted = launch.is_enabled().unwrap_or(false) == starts_with_session;
        let switched = match (is_as_wanted, starts_with_session) {
            (true, _) => Ok(()),
            (false, true) => launch.enable(),
            (false, false) => launch.disable(),
        };
        desk.asked_again.notify_one();
        switched.map_err(|error| Fault::told(format!("It cannot be started with the session: {error}")))
    })
    .await
}

//! The local server is started and stopped.

use super::aside;
use crate::desk::Desk;
use crate::fault::{Fault, Outcome};
use crate::local::child::{Running, Start};
use crate::local::program;
use crate::private_file;
use crate::secret::Secret;
use crate::servers::{LOCAL, Server};
use crate::windows::shell;
use serde::Serialize;
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use tauri::{AppHandle, State};
use url::Url;

#[derive(Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LocalState {
    Stopped { ended: Option<String> },
    Running,
}

const FIRST_EMAIL: &str = "admin@localhost.localdomain";
/// Of the credentials: the first password, until it is changed.
const PASSWORD: &str = "local password";

/// One that has ended by itself stays, so that its last words can be read.
pub fn state_of(desk: &Desk) -> LocalState {
    match desk.local().as_mut() {
        None => LocalState::Stopped { ended: None },
        Some(running) => match running.ending() {
            Some(ended) => LocalState::Stopped { ended: Some(ended) },
            None => LocalState::Running,
        },
    }
}

#[tauri::command]
pub async fn start_local_server(app: AppHandle, desk: State<'_, Arc<Desk>>) -> Outcome<()> {
    let desk = desk.inner().clone();
    if matches!(state_of(&desk), LocalState::Running) {
        return Ok(());
    }
    aside(move || {
        let running = start(&app, &desk)?;
        *desk.local() = Some(running);
        desk.asked_again.notify_one();
        shell::tell_changed(&app);
        Ok(())
    })
    .await
}

fn start(app: &AppHandle, desk: &Arc<Desk>) -> Outcome<Running> {
    let program = program::find(desk.settings().local_program.as_deref())?;
    let folder = desk.folder_of_local();
    let is_first = !folder.exists();
    private_file::make_folder(&folder).map_err(Fault::of_file(format!("{} cannot be made", folder.display())))?;
    let password = if is_first { Some(first_password(desk)?) } else { None };
    let port = port_of(desk)?;
    let log_file = desk.log_of_local();
    let (told, answer) = mpsc::channel();
    // The thread of the windows lives as long as the application does.
    app.run_on_main_thread(move || {
        let first_sign_in = password.as_ref().map(|password| (FIRST_EMAIL, password));
        let start = Start { program: &program, folder: &folder, log_file: &log_file, port, first_sign_in };
        let _ = told.send(Running::start(&start));
    })?;
    answer.recv().map_err(|_| Fault::told("The local server could not be started"))?
}

fn first_password(desk: &Desk) -> Outcome<Secret> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Fault::told(format!("No random numbers: {error}")))?;
    let password = Secret::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    desk.credentials().write(PASSWORD, &password)?;
    Ok(password)
}

/// The same one each time, so that its pages and links stay what they are.
fn port_of(desk: &Desk) -> Outcome<u16> {
    let mut settings = desk.settings();
    let port = match settings.local_port {
        Some(port) => port,
        None => free_port().map_err(Fault::of_file("There is no free port"))?,
    };
    if settings.local_port.is_none() {
        settings.local_port = Some(port);
        desk.keep_settings(settings)?;
    }
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).map_err(|error| Fault::told(error.to_string()))?;
    desk.servers().keep(Server { id: LOCAL.into(), name: "This machine".into(), url, pin: None })?;
    Ok(port)
}

fn free_port() -> std::io::Result<u16> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr().map(|address| address.port())
}

#[tauri::command]
pub async fn stop_local_server(app: AppHandle, desk: State<'_, Arc<Desk>>) -> Outcome<()> {
    let desk = desk.inner().clone();
    aside(move || {
        stop(&desk);
        desk.asked_again.notify_one();
        shell::tell_changed(&app);
        Ok(())
    })
    .await
}

pub fn stop(desk: &Desk) {
    let running = desk.local().take();
    if let Some(running) = running {
        running.stop();
    }
}

#[tauri::command]
pub async fn local_server_log(desk: State<'_, Arc<Desk>>) -> Outcome<Vec<String>> {
    Ok(desk.local().as_ref().map(|running| running.log.last_lines()).unwrap_or_default())
}

/// Into the clipboard, so that no page is handed it: answers with the address that it goes with.
#[tauri::command]
pub async fn copy_local_password(app: AppHandle, desk: State<'_, Arc<Desk>>) -> Outcome<String> {
    let desk = desk.inner().clone();
    let password = aside(move || desk.credentials().read(PASSWORD)).await?;
    let password = password.ok_or_else(|| Fault::told("There is no first password of a local server"))?;
    app.run_on_main_thread(move || {
        gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD).set_text(password.reveal());
    })?;
    Ok(FIRST_EMAIL.into())
}

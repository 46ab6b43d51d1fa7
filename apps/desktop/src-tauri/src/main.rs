//! GhostLLM's servers in a window and in the tray. The parts are put together here; what each page may do is in `capabilities/`.

mod address;
mod admin;
mod clock;
mod commands;
mod credentials;
mod deep_link;
mod desk;
mod fault;
mod links;
mod local;
mod notices;
mod notify;
mod pinning;
mod private_file;
mod quiet_hours;
mod secret;
mod servers;
mod settings;
mod standing;
mod tray;
mod tray_lines;
mod watch;
mod windows;

use desk::Desk;
use std::error::Error;
use std::sync::Arc;
use tauri::{App, AppHandle, Builder, Manager, RunEvent, Wry};
use tauri_plugin_window_state::StateFlags;

/// Started with the session: in the tray alone.
const HIDDEN: &str = "--hidden";

fn main() {
    let app = with_plugins(Builder::default())
        .invoke_handler(tauri::generate_handler![
            commands::overview::overview,
            commands::servers::look_at_server,
            commands::servers::add_server,
            commands::servers::remove_server,
            commands::servers::open_server,
            commands::servers::set_key,
            commands::consents::decide_consent,
            commands::local::start_local_server,
            commands::local::stop_local_server,
            commands::local::local_server_log,
            commands::local::copy_local_password,
            commands::settings::save_settings,
        ])
        .setup(set_up)
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run(on_event),
        Err(error) => {
            eprintln!("ghostllm-desktop: {error}");
            std::process::exit(1);
        }
    }
}

fn with_plugins(builder: Builder<Wry>) -> Builder<Wry> {
    let window_state = tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .map_label(|label| if label.starts_with(windows::console::PREFIX) { "console" } else { label });
    builder
        // The first of them: a second start ends here, and the first one is shown what it was started with.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| started_again(app, &arguments)))
        .plugin(tauri_plugin_autostart::Builder::new().app_name("GhostLLM").arg(HIDDEN).build())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .plugin(window_state.build())
}

fn set_up(app: &mut App) -> Result<(), Box<dyn Error>> {
    let desk = Arc::new(Desk::open(app.path().app_data_dir()?)?);
    app.manage(desk);
    let arguments: Vec<String> = std::env::args().collect();
    if let Err(error) = tray::begin(app.handle()) {
        eprintln!("ghostllm-desktop: there is no tray: {error}");
    }
    if !arguments.iter().any(|argument| argument == HIDDEN) {
        windows::shell::show(app.handle());
    }
    links::follow_in(app.handle(), &arguments);
    watch::begin(app.handle().clone());
    Ok(())
}

fn started_again(app: &AppHandle, arguments: &[String]) {
    if !links::follow_in(app, arguments) {
        windows::shell::show(app);
    }
}

fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        // The last window was closed: the tray stays.
        RunEvent::ExitRequested { api, code: None, .. } => api.prevent_exit(),
        RunEvent::Exit => commands::local::stop(&app.state::<Arc<Desk>>()),
        _ => {}
    }
}

//! The window with the console of a server: one at a time, that of the chosen one. Invariants: its name is in no capability, so that no
//! page of a server calls a command; it stays with that server; what its pages keep is in a folder of that server alone.

use super::{page_trust, shell};
use crate::address::{Way, console_of, way_to};
use crate::desk::Desk;
use crate::servers::Server;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_opener::OpenerExt;
use url::Url;

/// Of all windows with consoles: what is remembered of one's place holds for the next.
pub const PREFIX: &str = "console-";

fn label_of(server: &str) -> String {
    format!("{PREFIX}{server}")
}

/// The chosen server becomes this one. Without a page the console opens where it begins, or stays where it is.
pub fn show(app: &AppHandle, server: &Server, page: Option<Url>) {
    let shown = match app.get_webview_window(&label_of(&server.id)) {
        Some(window) => page.map_or(Ok(()), |page| window.navigate(page)).map(|()| window),
        None => build(app, server).and_then(|window| {
            page_trust::set_up(app, &window, server)?;
            window.navigate(page.unwrap_or_else(|| console_of(&server.url)))?;
            Ok(window)
        }),
    };
    match shown {
        Ok(window) => {
            let _ = app.state::<Arc<Desk>>().servers().choose(&server.id);
            close_others(app, &server.id);
            let _ = window.show();
            let _ = window.unminimize();
            let _ = window.set_focus();
            shell::tell_changed(app);
        }
        Err(error) => eprintln!("ghostllm-desktop: the window cannot be shown: {error}"),
    }
}

pub fn close(app: &AppHandle, server: &str) {
    if let Some(window) = app.get_webview_window(&label_of(server)) {
        let _ = window.destroy();
    }
}

fn close_others(app: &AppHandle, server: &str) {
    let own = label_of(server);
    for (label, window) in app.webview_windows() {
        if label.starts_with(PREFIX) && label != own {
            let _ = window.close();
        }
    }
}

fn build(app: &AppHandle, server: &Server) -> tauri::Result<WebviewWindow> {
    let blank = Url::parse("about:blank").map_err(tauri::Error::InvalidUrl)?;
    let (of_links, of_windows) = (Leaving::from(app, server), Leaving::from(app, server));
    WebviewWindowBuilder::new(app, label_of(&server.id), WebviewUrl::External(blank))
        .title(format!("{} – GhostLLM", server.name))
        .inner_size(1280.0, 832.0)
        .min_inner_size(720.0, 480.0)
        .data_directory(app.state::<Arc<Desk>>().folder_of_pages(&server.id))
        .devtools(false)
        .on_navigation(move |wanted| of_links.stays(wanted))
        .on_new_window(move |wanted, _| {
            of_windows.open_elsewhere(&wanted);
            NewWindowResponse::Deny
        })
        .build()
}

/// What is done with links that lead elsewhere.
struct Leaving {
    app: AppHandle,
    server: Url,
}

/// A page that opens the browser again and again is a nuisance.
const PAUSE_MS: u64 = 1000;

impl Leaving {
    fn from(app: &AppHandle, server: &Server) -> Self {
        Self { app: app.clone(), server: server.url.clone() }
    }

    fn stays(&self, wanted: &Url) -> bool {
        match way_to(&self.server, wanted) {
            Way::Stay => return true,
            Way::Browser => self.open_elsewhere(wanted),
            Way::Nowhere => {}
        }
        false
    }

    fn open_elsewhere(&self, wanted: &Url) {
        if matches!(wanted.scheme(), "http" | "https") && is_time_again() {
            let _ = self.app.opener().open_url(wanted.as_str(), None::<&str>);
        }
    }
}

fn is_time_again() -> bool {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    static NEXT_MS: AtomicU64 = AtomicU64::new(0);
    let now = u64::try_from(BEGAN.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX);
    let next = NEXT_MS.load(Ordering::Relaxed);
    now >= next && NEXT_MS.compare_exchange(next, now + PAUSE_MS, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

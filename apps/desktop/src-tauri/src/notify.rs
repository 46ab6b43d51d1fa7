//! Notices on the desktop. Whoever follows one is shown what it is about; nothing is decided in the notice itself.

use crate::desk::{Desk, Wish};
use crate::notices::{About, Notice};
use crate::windows;
use notify_rust::{Hint, Notification};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tauri::{AppHandle, Manager};

/// Each waits in a thread until it is followed or gone.
static WAITING: AtomicUsize = AtomicUsize::new(0);
const MOST_WAITING: usize = 16;
const FOLLOW: &str = "default";

pub fn show(app: &AppHandle, server: &str, notice: Notice) {
    if WAITING.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
        WAITING.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    let (app, server) = (app.clone(), server.to_owned());
    thread::spawn(move || {
        wait_for(&app, &server, &notice);
        WAITING.fetch_sub(1, Ordering::Relaxed);
    });
}

fn wait_for(app: &AppHandle, server: &str, notice: &Notice) {
    let label = if notice.about == About::Consent { "Look at it" } else { "Open" };
    let shown = Notification::new()
        .appname("GhostLLM")
        .icon("ghostllm-desktop")
        .summary(&notice.title)
        .body(&plain(&notice.text))
        .action(FOLLOW, label)
        .action("look", label)
        .hint(Hint::DesktopEntry("ghostllm-desktop".into()))
        .show();
    // A session without notices has the tray.
    let Ok(shown) = shown else { return };
    shown.wait_for_action(|action| {
        if action == FOLLOW || action == "look" {
            follow(app, server, &notice.about);
        }
    });
}

/// Servers of notices may read a body as markup.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn follow(app: &AppHandle, server: &str, about: &About) {
    let desk = app.state::<Arc<Desk>>().inner().clone();
    if *about == About::Consent {
        desk.wish(Wish::Consents);
        return windows::shell::show(app);
    }
    match desk.server(server) {
        Ok(server) => windows::console::show(app, &server, None),
        Err(_) => windows::shell::show(app),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_is_no_markup() {
        assert_eq!(super::plain("<a href=\"x\">a & b</a>"), "&lt;a href=\"x\"&gt;a &amp; b&lt;/a&gt;");
    }
}

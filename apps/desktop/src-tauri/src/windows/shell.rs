//! The window with the local page. Its name is what the capability is bound to. Invariant: it shows no page but the one that is built in.

use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindowBuilder};
use url::Url;

pub const LABEL: &str = "shell";

pub fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
        return tell_changed(app);
    }
    let built = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("GhostLLM")
        .inner_size(860.0, 680.0)
        .min_inner_size(560.0, 420.0)
        .devtools(false)
        .on_navigation(is_built_in)
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny)
        .build();
    if let Err(error) = built {
        eprintln!("ghostllm-desktop: the window cannot be shown: {error}");
    }
}

/// The page reads what it shows anew.
pub fn tell_changed(app: &AppHandle) {
    let _ = app.emit_to(LABEL, "changed", ());
}

fn is_built_in(url: &Url) -> bool {
    url.scheme() == "tauri" && url.host_str() == Some("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_other_page() {
        assert!(is_built_in(&Url::parse("tauri://localhost/index.html").unwrap()));
        for url in
            ["https://llm.example.com/", "tauri://elsewhere/", "http://localhost/", "about:blank", "file:///etc/passwd"]
        {
            assert!(!is_built_in(&Url::parse(url).unwrap()), "{url}");
        }
    }
}

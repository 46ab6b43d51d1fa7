//! Which certificate the pages of a server may come with. WebKit trusts the authorities of this machine; for a server whose certificate
//! is pinned it is told to take that one as well, in the context of this server's pages alone, and each page is held against the pin.

use super::{console, shell};
use crate::desk::{Desk, Wish};
use crate::servers::Server;
use gio::TlsCertificate;
use gio::prelude::TlsCertificateExt;
use std::sync::Arc;
use tauri::{AppHandle, Manager, WebviewWindow};
use webkit2gtk::{LoadEvent, WebContextExt, WebView, WebViewExt};

/// Before the first page is asked for.
pub fn set_up(app: &AppHandle, window: &WebviewWindow, server: &Server) -> tauri::Result<()> {
    let (app, server) = (app.clone(), server.clone());
    window.with_webview(move |webview| {
        let view = webview.inner();
        let pinned = server.pin.as_ref().and_then(|pin| TlsCertificate::from_pem(&pin.certificate_pem).ok());
        if let (Some(pinned), Some(context), Some(host)) = (&pinned, view.context(), server.url.host_str()) {
            context.allow_tls_certificate_for_host(pinned, host.trim_matches(['[', ']']));
        }
        refuse_what_nobody_vouches_for(&view, app.clone(), server.clone());
        if server.pin.is_some() {
            hold_pages_against_pin(&view, app, server, pinned);
        }
    })
}

fn refuse_what_nobody_vouches_for(view: &WebView, app: AppHandle, server: Server) {
    view.connect_load_failed_with_tls_errors(move |_, _, _, _| {
        refuse(&app, &server);
        true
    });
}

/// What an authority vouches for is taken by WebKit, and is not the pinned one.
fn hold_pages_against_pin(view: &WebView, app: AppHandle, server: Server, pinned: Option<TlsCertificate>) {
    view.connect_load_changed(move |view, event| {
        let is_blank = view.uri().is_none_or(|uri| uri.as_str() == "about:blank");
        if event != LoadEvent::Committed || is_blank {
            return;
        }
        let shown = view.tls_info().map(|(certificate, _)| certificate);
        let is_pinned = matches!((&shown, &pinned), (Some(shown), Some(pinned)) if shown.is_same(pinned));
        if !is_pinned {
            view.stop_loading();
            view.load_uri("about:blank");
            refuse(&app, &server);
        }
    });
}

fn refuse(app: &AppHandle, server: &Server) {
    let desk = app.state::<Arc<Desk>>().inner().clone();
    let why = if server.pin.is_some() {
        "another certificate than the one that you trusted"
    } else {
        "a certificate for which nobody vouches"
    };
    desk.wish(Wish::Warning { sentence: format!("{} shows {why}. It was not opened.", server.name) });
    desk.asked_again.notify_one();
    let (app, server) = (app.clone(), server.clone());
    // Not while WebKit still tells of it.
    let _ = app.clone().run_on_main_thread(move || {
        console::close(&app, &server.id);
        shell::show(&app);
    });
}

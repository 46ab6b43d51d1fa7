//! What a link shows. It comes as an argument: of the first start, or of a second one, which hands it over.

use crate::address::page_of_console;
use crate::deep_link::{DeepLink, parse};
use crate::desk::{Desk, Wish};
use crate::windows::{console, shell};
use std::sync::Arc;
use tauri::{AppHandle, Manager};

/// Whether there was one.
pub fn follow_in(app: &AppHandle, arguments: &[String]) -> bool {
    let link = arguments.iter().skip(1).find_map(|argument| parse(argument));
    let is_one = link.is_some();
    if let Some(link) = link {
        follow(app, link);
    }
    is_one
}

fn follow(app: &AppHandle, link: DeepLink) {
    let desk = app.state::<Arc<Desk>>().inner().clone();
    match link {
        DeepLink::Servers => {}
        DeepLink::Consents => desk.wish(Wish::Consents),
        DeepLink::Add { url } => desk.wish(Wish::Add { url }),
        DeepLink::Console { host, path } => {
            let server = desk.servers().find_by_host(&host).cloned();
            let page = server.as_ref().and_then(|server| page_of_console(&server.url, &path));
            match (server, page) {
                (Some(server), Some(page)) => return console::show(app, &server, Some(page)),
                _ => {
                    desk.wish(Wish::Warning { sentence: format!("A link leads to {host}, which is not in the list.") })
                }
            }
        }
    }
    shell::show(app);
}

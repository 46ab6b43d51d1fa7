//! Where a server is, as somebody types it, and which pages belong to it. Invariant: a key goes over TLS, or does not leave this machine.

use crate::fault::{Fault, Outcome};
use url::{Host, Url};

/// Without a query, and with a path that ends in a slash.
pub fn parse_server_url(typed: &str) -> Outcome<Url> {
    let typed = typed.trim();
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let mut url = Url::parse(&whole).map_err(|_| Fault::told(format!("'{typed}' is no address")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(Fault::told(format!("'{typed}' is no http or https address")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Fault::told("An address has no user name and no password in it"));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(Fault::told(
            "Over plain HTTP anybody on the way can read a key: use https, or the server's port for operators (docs/tls.md)",
        ));
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').trim_end_matches("/console").to_owned();
    url.set_path(&format!("{path}/"));
    Ok(url)
}

pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub fn console_of(server: &Url) -> Url {
    server.join("console/").unwrap_or_else(|_| server.clone())
}

/// A page of the server's console; None where the path leads out of it.
pub fn page_of_console(server: &Url, path: &str) -> Option<Url> {
    let console = console_of(server);
    let page = console.join(path.trim_start_matches('/')).ok()?;
    let is_inside = page.origin() == console.origin() && page.path().starts_with(console.path());
    is_inside.then_some(page)
}

#[derive(Debug, PartialEq, Eq)]
pub enum Way {
    /// It is a page of the server that is shown.
    Stay,
    /// It is for the browser.
    Browser,
    Nowhere,
}

/// Where a page may lead the window that shows a server.
pub fn way_to(server: &Url, wanted: &Url) -> Way {
    if wanted.origin() == server.origin() || wanted.as_str() == "about:blank" {
        return Way::Stay;
    }
    if matches!(wanted.scheme(), "http" | "https") { Way::Browser } else { Way::Nowhere }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn takes_what_people_type() {
        for (typed, meant) in [
            ("llm.example.com:4433", "https://llm.example.com:4433/"),
            (" https://llm.example.com/console/ ", "https://llm.example.com/"),
            ("https://example.com/tools/ghost?x=1#y", "https://example.com/tools/ghost/"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("http://[::1]:8080/console", "http://[::1]:8080/"),
        ] {
            assert_eq!(parse_server_url(typed).unwrap().as_str(), meant);
        }
    }

    #[test]
    fn refuses_what_is_no_server_or_would_tell_a_key() {
        for typed in [
            "",
            "ftp://example.com",
            "http://llm.example.com",
            "http://127.0.0.1.example.com",
            "https://me:secret@example.com",
            "file:///etc/passwd",
        ] {
            assert!(parse_server_url(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_window_stays_with_its_server() {
        let server = url("https://llm.example.com:4433/");
        for (wanted, way) in [
            ("https://llm.example.com:4433/docs", Way::Stay),
            ("about:blank", Way::Stay),
            ("https://llm.example.com/", Way::Browser),
            ("http://llm.example.com:4433/", Way::Browser),
            ("https://llm.example.com.evil.example/", Way::Browser),
            ("file:///etc/passwd", Way::Nowhere),
            ("javascript:alert(1)", Way::Nowhere),
            ("tauri://localhost/", Way::Nowhere),
            ("ghostllm://add?url=https://evil.example", Way::Nowhere),
            ("about:srcdoc", Way::Nowhere),
        ] {
            assert_eq!(way_to(&server, &url(wanted)), way, "{wanted}");
        }
    }

    #[test]
    fn a_path_leads_to_a_page_of_the_console_or_nowhere() {
        let server = url("https://example.com/ghost/");
        let page = |path| page_of_console(&server, path).map(|page| page.to_string());
        assert_eq!(page("/keys?q=ci").as_deref(), Some("https://example.com/ghost/console/keys?q=ci"));
        assert_eq!(page("").as_deref(), Some("https://example.com/ghost/console/"));
        for path in ["../admin/users", "https://evil.example/", "x/../../admin", "javascript:alert(1)"] {
            assert_eq!(page(path), None, "{path}");
        }
        assert_eq!(page("//evil.example/").as_deref(), Some("https://example.com/ghost/console/evil.example/"));
    }
}

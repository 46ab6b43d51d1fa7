//! Links that lead from elsewhere into the application. Any page can make somebody follow one, so a link shows something and does nothing.

use url::Url;

#[derive(Debug, PartialEq, Eq)]
pub enum DeepLink {
    /// `ghostllm://servers`: the list of servers.
    Servers,
    /// `ghostllm://consents`: requests that wait for a decision.
    Consents,
    /// `ghostllm://add?url=https://...`: the form for another server, filled in and not sent.
    Add { url: String },
    /// `ghostllm://console/llm.example.com:4433/keys`: a page of a server that was added before.
    Console { host: String, path: String },
}

const LONGEST: usize = 2000;

/// None where it is no link of ours.
pub fn parse(text: &str) -> Option<DeepLink> {
    if text.len() > LONGEST {
        return None;
    }
    let link = Url::parse(text).ok().filter(|link| link.scheme() == "ghostllm")?;
    match link.host_str()? {
        "servers" => Some(DeepLink::Servers),
        "consents" => Some(DeepLink::Consents),
        "add" => {
            link.query_pairs().find(|(name, _)| name == "url").map(|(_, url)| DeepLink::Add { url: url.into_owned() })
        }
        "console" => page(&link),
        _ => None,
    }
}

fn page(link: &Url) -> Option<DeepLink> {
    let (host, path) =
        link.path().trim_start_matches('/').split_once('/').unwrap_or((link.path().trim_start_matches('/'), ""));
    if host.is_empty() {
        return None;
    }
    let query = link.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(DeepLink::Console { host: host.to_lowercase(), path: format!("/{path}{query}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_documentation_says() {
        let console = |host: &str, path: &str| DeepLink::Console { host: host.into(), path: path.into() };
        for (text, link) in [
            ("ghostllm://servers", DeepLink::Servers),
            ("ghostllm://consents/", DeepLink::Consents),
            (
                "ghostllm://add?url=https%3A%2F%2Fllm.example.com%3A4433",
                DeepLink::Add { url: "https://llm.example.com:4433".into() },
            ),
            ("ghostllm://console/llm.example.com:4433/keys?q=ci", console("llm.example.com:4433", "/keys?q=ci")),
            ("ghostllm://console/LLM.example.com", console("llm.example.com", "/")),
        ] {
            assert_eq!(parse(text), Some(link), "{text}");
        }
    }

    #[test]
    fn takes_nothing_else() {
        let long = format!("ghostllm://add?url={}", "x".repeat(3000));
        for text in [
            "",
            "https://example.com",
            "ghostllm:",
            "ghostllm://",
            "ghostllm://add",
            "ghostllm://console/",
            "ghostllm://run?command=ls",
            &long,
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

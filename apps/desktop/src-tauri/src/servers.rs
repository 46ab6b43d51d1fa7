//! The servers that somebody has added, as a file; which of them is the chosen one. No key is in it: those are with the credentials.

use crate::fault::{Fault, Outcome};
use crate::pinning::Pin;
use crate::private_file;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use url::Url;

/// Of the one that this application starts itself.
pub const LOCAL: &str = "local";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Also the name of the folder for what its pages keep.
    pub id: String,
    pub name: String,
    pub url: Url,
    /// None: its certificate is one for which an authority vouches, or it is on this machine.
    pub pin: Option<Pin>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Content {
    servers: Vec<Server>,
    chosen: Option<String>,
}

pub struct Servers {
    file: PathBuf,
    content: Content,
}

impl Servers {
    pub fn open(file: PathBuf) -> Outcome<Self> {
        let what = || format!("{} cannot be read", file.display());
        let text = private_file::read(&file).map_err(Fault::of_file(what()))?;
        let content = match text {
            Some(text) => serde_json::from_str(&text).map_err(|error| Fault::told(format!("{}: {error}", what())))?,
            None => Content::default(),
        };
        Ok(Self { file, content })
    }

    pub fn all(&self) -> &[Server] {
        &self.content.servers
    }

    pub fn find(&self, id: &str) -> Option<&Server> {
        self.content.servers.iter().find(|server| server.id == id)
    }

    /// The one that a link means by `host` or `host:port`.
    pub fn find_by_host(&self, host: &str) -> Option<&Server> {
        self.content.servers.iter().find(|Server { url, .. }| {
            let name = url.host_str().unwrap_or_default();
            let port = url.port_or_known_default().unwrap_or_default();
            host == name || host == format!("{name}:{port}")
        })
    }

    /// What is not told otherwise goes to the first.
    pub fn chosen(&self) -> Option<&Server> {
        let chosen = self.content.chosen.as_deref().and_then(|id| self.find(id));
        chosen.or(self.content.servers.first())
    }

    /// In place of one with the same id.
    pub fn keep(&mut self, server: Server) -> Outcome<()> {
        let place = self.content.servers.iter().position(|one| one.id == server.id);
        match place {
            Some(place) => self.content.servers[place] = server,
            None => self.content.servers.push(server),
        }
        self.store()
    }

    pub fn choose(&mut self, id: &str) -> Outcome<()> {
        if self.find(id).is_none() {
            return Err(Fault::told("There is no such server"));
        }
        self.content.chosen = Some(id.to_owned());
        self.store()
    }

    pub fn remove(&mut self, id: &str) -> Outcome<()> {
        self.content.servers.retain(|server| server.id != id);
        self.store()
    }

    fn store(&self) -> Outcome<()> {
        let text = serde_json::to_string_pretty(&self.content).map_err(|error| Fault::told(error.to_string()))?;
        private_file::replace(&self.file, &text)
            .map_err(Fault::of_file(format!("{} cannot be written", self.file.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(id: &str, url: &str) -> Server {
        Server {
            id: id.into(),
            name: id.to_uppercase(),
            url: Url::parse(url).unwrap(),
            pin: Some(Pin::of(id.as_bytes())),
        }
    }

    #[test]
    fn are_there_again_with_the_chosen_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("servers.json");
        let mut servers = Servers::open(file.clone()).unwrap();
        assert_eq!(servers.chosen(), None);
        servers.keep(server("a", "https://a.example/")).unwrap();
        servers.keep(server("b", "https://b.example:4433/")).unwrap();
        servers.choose("b").unwrap();
        assert!(servers.choose("c").is_err());
        let mut again = Servers::open(file).unwrap();
        assert_eq!(again.all(), servers.all());
        assert_eq!(again.chosen().unwrap().id, "b");
        again.remove("b").unwrap();
        assert_eq!(again.chosen().unwrap().id, "a");
    }

    #[test]
    fn are_found_by_what_a_link_says() {
        let folder = tempfile::tempdir().unwrap();
        let mut servers = Servers::open(folder.path().join("servers.json")).unwrap();
        servers.keep(server("a", "https://a.example/")).unwrap();
        servers.keep(server("b", "https://b.example:4433/")).unwrap();
        for (host, id) in [("a.example", "a"), ("a.example:443", "a"), ("b.example:4433", "b"), ("b.example", "b")] {
            assert_eq!(servers.find_by_host(host).unwrap().id, id);
        }
        assert_eq!(servers.find_by_host("c.example"), None);
    }

    #[test]
    fn a_file_that_is_broken_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("servers.json");
        std::fs::write(&file, "{").unwrap();
        assert!(Servers::open(file).is_err());
    }
}

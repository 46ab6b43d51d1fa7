//! What this application knows: the servers, how they are, the settings, the credentials, the local server. One of it, for all windows.
//! Invariant: no lock is held while something is waited for.

use crate::admin::Admin;
use crate::credentials::Credentials;
use crate::fault::{Fault, Outcome};
use crate::local::child::Running;
use crate::notices::Told;
use crate::private_file;
use crate::secret::Secret;
use crate::servers::{LOCAL, Server, Servers};
use crate::settings::Settings;
use crate::standing::Standing;
use serde::Serialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock};
use tokio::sync::Notify;

pub struct Desk {
    folder: PathBuf,
    credentials: OnceLock<Credentials>,
    servers: Mutex<Servers>,
    settings: Mutex<Settings>,
    standings: Mutex<HashMap<String, Standing>>,
    told: Mutex<Told>,
    local: Mutex<Option<Running>>,
    wish: Mutex<Option<Wish>>,
    /// Servers are asked again at once.
    pub asked_again: Notify,
}

/// What a link or a notice wants the local page to show.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Wish {
    Consents,
    Add { url: String },
    Warning { sentence: String },
}

impl Desk {
    pub fn open(folder: PathBuf) -> Outcome<Self> {
        private_file::make_folder(&folder).map_err(Fault::of_file(format!("{} cannot be used", folder.display())))?;
        Ok(Self {
            credentials: OnceLock::new(),
            servers: Mutex::new(Servers::open(folder.join("servers.json"))?),
            settings: Mutex::new(Settings::read(&folder.join("settings.json"))?),
            standings: Mutex::default(),
            told: Mutex::default(),
            local: Mutex::default(),
            wish: Mutex::default(),
            asked_again: Notify::new(),
            folder,
        })
    }

    /// The first call may wait for somebody who opens his keychain: not for the thread of the windows.
    pub fn credentials(&self) -> &Credentials {
        self.credentials.get_or_init(|| Credentials::open(self.folder.join("keys.json")))
    }

    pub fn servers(&self) -> MutexGuard<'_, Servers> {
        locked(&self.servers)
    }

    pub fn server(&self, id: &str) -> Outcome<Server> {
        self.servers().find(id).cloned().ok_or_else(|| Fault::told("There is no such server"))
    }

    pub fn settings(&self) -> Settings {
        locked(&self.settings).clone()
    }

    pub fn keep_settings(&self, settings: Settings) -> Outcome<()> {
        settings.write(&self.folder.join("settings.json"))?;
        *locked(&self.settings) = settings;
        Ok(())
    }

    pub fn standing(&self, id: &str) -> Standing {
        locked(&self.standings).get(id).cloned().unwrap_or_default()
    }

    /// Whether it is another one than before.
    pub fn keep_standing(&self, id: &str, standing: Standing) -> bool {
        locked(&self.standings).insert(id.to_owned(), standing.clone()) != Some(standing)
    }

    pub fn forget_standing(&self, id: &str) {
        locked(&self.standings).remove(id);
    }

    pub fn told(&self) -> MutexGuard<'_, Told> {
        locked(&self.told)
    }

    pub fn local(&self) -> MutexGuard<'_, Option<Running>> {
        locked(&self.local)
    }

    pub fn wish(&self, wish: Wish) {
        *locked(&self.wish) = Some(wish);
    }

    /// Once.
    pub fn take_wish(&self) -> Option<Wish> {
        locked(&self.wish).take()
    }

    /// For what the pages of a server keep: cookies of one are not another's, and neither is what it is trusted for.
    pub fn folder_of_pages(&self, id: &str) -> PathBuf {
        self.folder.join("pages").join(id)
    }

    pub fn folder_of_local(&self) -> PathBuf {
        self.folder.join("local-server")
    }

    pub fn log_of_local(&self) -> PathBuf {
        self.folder.join("local-server.log")
    }

    /// The local server writes its own into its folder.
    pub fn key_of(&self, id: &str) -> Outcome<Option<Secret>> {
        if id == LOCAL {
            return key_in(&self.folder_of_local());
        }
        self.credentials().read(id)
    }

    pub fn admin_of(&self, server: &Server) -> Outcome<Admin> {
        let pin = server.pin.as_ref().map(|pin| &pin.fingerprint);
        Admin::new(&server.url, pin, self.key_of(&server.id)?)
    }
}

fn key_in(folder: &Path) -> Outcome<Option<Secret>> {
    let file = folder.join("admin.key");
    let text = private_file::read(&file).map_err(Fault::of_file(format!("{} cannot be read", file.display())))?;
    Ok(text.map(|text| Secret::new(text.trim())))
}

fn locked<Value>(mutex: &Mutex<Value>) -> MutexGuard<'_, Value> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}

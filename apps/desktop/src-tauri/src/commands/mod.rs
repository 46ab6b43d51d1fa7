//! All that a page may ask of this application: the local page alone, by `capabilities/shell.json`. Few, and each with values of its own
//! type. Invariant: no answer has a key or a password in it.

pub mod consents;
pub mod local;
pub mod overview;
pub mod servers;
pub mod settings;

use crate::fault::{Fault, Outcome};
use tauri::async_runtime::spawn_blocking;

/// What may wait for a keychain, a disk or a child.
async fn aside<Value: Send + 'static>(work: impl FnOnce() -> Outcome<Value> + Send + 'static) -> Outcome<Value> {
    spawn_blocking(work).await.map_err(|error| Fault::told(error.to_string()))?
}

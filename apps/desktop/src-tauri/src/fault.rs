//! What goes wrong, as a sentence for whoever looks at the window. Invariant: no secret is in one.

use serde::{Serialize, Serializer};

#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("{0}")]
    Told(String),
    #[error("{what}: {cause}")]
    File { what: String, cause: std::io::Error },
    #[error(transparent)]
    Window(#[from] tauri::Error),
}

pub type Outcome<Value> = Result<Value, Fault>;

impl Fault {
    pub fn told(sentence: impl Into<String>) -> Self {
        Self::Told(sentence.into())
    }

    /// For `map_err`: what was done to a file when it failed.
    pub fn of_file(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |cause| Self::File { what, cause }
    }
}

impl Serialize for Fault {
    fn serialize<Form: Serializer>(&self, serializer: Form) -> Result<Form::Ok, Form::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

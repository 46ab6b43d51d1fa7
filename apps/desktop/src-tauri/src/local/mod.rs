//! The server that this application starts itself, as a child of its own: where its program is, what it says, and its end.

pub mod child;
pub mod log;
pub mod program;

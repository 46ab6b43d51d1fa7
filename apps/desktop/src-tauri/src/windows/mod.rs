//! The two kinds of windows: the local page, which may call commands, and the console of a server, which may call nothing.

pub mod console;
mod page_trust;
pub mod shell;

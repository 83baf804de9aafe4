//! The folder that the book is made in. It must not know what is on a page.

use std::fmt::Write;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// The folder that the book is made in.
pub struct Pages {
    output: PathBuf,
}

/// A page that the summary lists.
pub struct Chapter {
    /// What the summary calls it.
    pub title: String,
    /// Its path in `src`.
    pub path: String,
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    server.parent().expect("the server is in the repository")
}

impl Pages {
    /// A folder with a copy of the pages that people wrote and nothing else.
    pub fn copied_to(output: PathBuf) -> Result<Pages> {
        if output.exists() {
            fs::remove_dir_all(&output)?;
        }
        copy(&repository().join("server/book"), &output)?;
        Ok(Pages { output })
    }

    /// Writes a page or a part of one. Its path is in `src`.
    pub fn write(&self, path: &str, content: &[u8]) -> Result<()> {
        let path = self.output.join("src").join(path);
        fs::create_dir_all(path.parent().expect("the path has a folder"))?;
        fs::write(path, content)
    }

    /// Writes a part that pages include: `{{#include ../generated/NAME.md}}`.
    pub fn write_part(&self, name: &str, text: &str) -> Result<()> {
        self.write(&format!("generated/{name}.md"), text.as_bytes())
    }

    /// Replaces each line `<!-- NAME -->` of the summary with its chapters.
    pub fn complete_summary(&self, lists: &[(&str, Vec<Chapter>)]) -> Result<()> {
        let mut summary = fs::read_to_string(self.output.join("src/SUMMARY.md"))?;
        for (name, chapters) in lists {
            let mut list = String::new();
            for Chapter { title, path } in chapters {
                writeln!(list, "  - [{title}]({path})").expect("a string accepts everything");
            }
            let placeholder = format!("<!-- {name} -->\n");
            if summary.matches(&placeholder).count() != 1 {
                let problem = format!("SUMMARY.md needs exactly one line {placeholder}");
                return Err(Error::other(problem));
            }
            summary = summary.replace(&placeholder, &list);
        }
        self.write("SUMMARY.md", summary.as_bytes())
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copied = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &copied)?;
        } else {
            fs::copy(entry.path(), copied)?;
        }
    }
    Ok(())
}

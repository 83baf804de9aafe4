//! A page for each diagnostic code, and the page that lists them. It must not know any of them.

use crate::markdown::table;
use crate::pages::{Chapter, Pages};
use std::fmt::Write;
use std::io::Result;
use threatline_format::format;
use threatline_model::codes::{self, Class, Code};

/// Writes the pages and the part `diagnostics`.
pub fn write(pages: &Pages) -> Result<Vec<Chapter>> {
    pages.write_part("diagnostics", &list())?;
    let mut chapters = Vec::new();
    for code in in_order() {
        let path = format!("{}.md", threatline::path_of_code(code));
        pages.write(&path, page(code).as_bytes())?;
        let title = code.id.to_owned();
        chapters.push(Chapter { title, path });
    }
    Ok(chapters)
}

fn in_order() -> impl Iterator<Item = &'static Code> {
    let of_class = |class| codes::ALL.iter().filter(move |code| code.class == class);
    Class::ALL.into_iter().flat_map(of_class).copied()
}

fn list() -> String {
    let mut text = String::new();
    for class in Class::ALL {
        let rows = in_order().filter(|code| code.class == class).map(|code| {
            let link = format!("[{0}](diagnostics/{0}.md)", code.id);
            [link, severity(code).to_owned(), code.summary.to_owned()]
        });
        let (heading, table) = (class.heading(), table(["code", "level", "meaning"], rows));
        write!(text, "## {heading}\n{table}\n").expect("a string accepts everything");
    }
    text
}

fn page(code: &Code) -> String {
    let mut text = format!(
        "# {}\n*{}* · {}\n\n{}\n",
        code.id,
        severity(code),
        code.summary,
        code.doc
    );
    if !code.example.is_empty() {
        // A text that cannot be formatted, such as one with a syntax error, is shown unchanged.
        let (language, example) = match format(code.example) {
            Ok(formatted) => ("threat example", formatted),
            Err(_) => ("text", code.example.to_owned()),
        };
        write!(
            text,
            "\n## Example\n```{language}\n{}\n```\n",
            example.trim_end()
        )
        .expect("a string accepts everything");
    }
    text
}

fn severity(code: &Code) -> &'static str {
    match code.class {
        Class::Finding => "by severity",
        _ => code.severity.word(),
    }
}

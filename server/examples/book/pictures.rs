//! Pictures of the program's own output. It must not draw anything itself.

use crate::pages::{Pages, repository};
use std::fs;
use std::io::{Error, Result};
use threatline_testkit::{example_models, workspace};
use threatline_view::diagram::{Direction, STYLE, diagram};

/// The example model in the picture.
const MODEL: &str = "webshop";

/// The file of the model whose component is drawn.
const COMPONENT: &str = "orders/orders.threat";

/// The colors of a light page, which the style of a drawing needs.
const COLORS: &str = "\
svg { --text: #1f2328; --dim: #59636e; --back: #fff; --element: #fff; --untrusted: #9a6700; \
--font: system-ui, sans-serif; background: #fff; }\n\
.nothing, .not-stated { --of-part: #59636e; }\n\
.critical, .high { --of-part: #cf222e; }\n.medium { --of-part: #9a6700; }\n\
.low, .planned { --of-part: #0969da; }\n.accepted { --of-part: #8250df; }\n\
.mitigated { --of-part: #1a7f37; }\n";

/// Writes the diagram of a component, and copies the picture of the editor.
pub fn write(pages: &Pages) -> Result<()> {
    pages.write("pictures/orders.svg", drawing()?.as_bytes())?;
    let editor = fs::read(repository().join(".github/editor.png"))?;
    pages.write("pictures/editor.png", &editor)
}

fn drawing() -> Result<String> {
    let (_, files) = example_models()
        .into_iter()
        .find(|(name, _)| name == MODEL)
        .ok_or_else(|| Error::other("the model is missing"))?;
    let workspace = workspace(&files);
    let component = workspace
        .file(COMPONENT)
        .ok_or_else(|| Error::other("the component is missing"))?;
    let drawn = diagram(workspace.db(), &[component], Direction::Right)
        .map_err(|_| Error::other("the component cannot be drawn"))?;
    let svg = drawn.draw().svg;
    let (opening, content) = svg
        .split_once('>')
        .ok_or_else(|| Error::other("the drawing is empty"))?;
    Ok(format!("{opening}><style>{COLORS}{STYLE}</style>{content}"))
}

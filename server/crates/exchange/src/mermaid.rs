//! A model as a flowchart of Mermaid. It must not know how one is written: `view::diagram` does.

use crate::drawing;
use crate::losses::Export;
use threatline_model::{Database, Model};
use threatline_view::diagram::{Direction, NotDrawn, diagram};

/// Writes the drawing of a model.
///
/// # Errors
/// When there is nothing, or too much, to draw.
pub fn write(db: &Database, model: Model) -> Result<Export, NotDrawn> {
    let diagram = diagram(db, model.files(db), Direction::Right)?;
    let mut losses = drawing::losses(db, model);
    losses.extend(drawing::cut_off(&diagram));
    Ok(Export {
        text: diagram.mermaid(),
        losses,
    })
}

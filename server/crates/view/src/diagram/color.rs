//! The colors of what is open, for formats that have no style sheet. It must not know which
//! formats those are.

use crate::matrix::Cell;
use threatline_model::Level;

/// The color of what is open, that is seen on light and on dark.
pub fn color(worst: Cell) -> Option<&'static str> {
    match worst {
        Cell::Open(Level::Critical | Level::High) => Some("#d1242f"),
        Cell::Open(Level::Medium) => Some("#bf8700"),
        Cell::Open(Level::Low) => Some("#0969da"),
        _ => None,
    }
}

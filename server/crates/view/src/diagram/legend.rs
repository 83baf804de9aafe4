//! What the forms, lines and colors of a drawing mean: those that are in it, each drawn as it is
//! there. It must not know how they look: that says the same style sheet.

use super::parts::{Diagram, Part};
use crate::matrix::Cell;
use threatline_model::Kind;

/// What something in a drawing means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// It as a small `svg` element, with the classes that it has in a drawing.
    pub svg: String,
    /// What it means.
    pub meaning: String,
}

const BOX: &str = "<rect x=\"3\" y=\"2\" width=\"30\" height=\"14\"/>";
const ROUND: &str = "<rect x=\"3\" y=\"2\" width=\"30\" height=\"14\" rx=\"6\"/>";
const STORE: &str = "<path d=\"M3 2H33M3 16H33\"/>";
const FLOW: &str =
    "<path class=\"line\" d=\"M1 9H26\"/><path class=\"head\" d=\"M35 9L26 5L26 13Z\"/>";
const COUNT: &str =
    "<circle cx=\"18\" cy=\"9\" r=\"8\"/><text class=\"count\" x=\"18\" y=\"9\">1</text>";

fn key(classes: &str, drawn: &str, meaning: impl Into<String>) -> Key {
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"key\" viewBox=\"0 0 36 18\" \
         width=\"36\" height=\"18\" aria-hidden=\"true\"><g class=\"{classes}\">{drawn}</g></svg>"
    );
    Key {
        svg,
        meaning: meaning.into(),
    }
}

impl Diagram {
    /// The legend: kinds of parts, then what is known of them, the worst first.
    pub fn legend(&self) -> Vec<Key> {
        let mut legend = self.kinds();
        legend.extend(self.states());
        legend
    }

    fn has(&self, is: impl Fn(&Part) -> bool) -> bool {
        self.parts.iter().any(is)
    }

    fn kinds(&self) -> Vec<Key> {
        let mut legend = Vec::new();
        for (kind, drawn, meaning) in [
            (Kind::External, BOX, "external"),
            (Kind::Process, ROUND, "process"),
            (Kind::Store, STORE, "store"),
            (Kind::Boundary, BOX, "trust boundary"),
        ] {
            if self.has(|part| part.kind == kind && part.trust != "untrusted") {
                legend.push(key(&format!("{} nothing", kind.word()), drawn, meaning));
            }
        }
        if self.has(|part| part.trust == "untrusted") {
            legend.push(key(
                "boundary nothing trust-untrusted",
                BOX,
                "untrusted boundary",
            ));
        }
        if self.has(|part| part.outside && part.kind != Kind::Boundary && part.kind != Kind::Flow) {
            legend.push(key(
                "process nothing outside",
                ROUND,
                "element of another component",
            ));
        }
        legend
    }

    /// What is known of parts, the worst first, and that findings are counted.
    fn states(&self) -> Vec<Key> {
        let mut legend = Vec::new();
        let parts = self.of_kind(|kind| kind != Kind::Boundary);
        let mut known: Vec<Cell> = parts.map(|(_, part)| part.worst).collect();
        known.sort();
        known.dedup();
        for worst in known.into_iter().rev() {
            let meaning = match worst {
                Cell::Open(level) => format!("open, {}", level.word()),
                Cell::Nothing => "no findings".to_owned(),
                other => other.word().to_owned(),
            };
            let is_on_flow = self.has(|part| part.kind == Kind::Flow && part.worst == worst);
            let (kind, drawn) = if is_on_flow {
                ("flow", FLOW)
            } else {
                ("process", ROUND)
            };
            legend.push(key(&format!("{kind} {}", worst.class()), drawn, meaning));
        }
        let elements = self.of_kind(|kind| kind != Kind::Boundary && kind != Kind::Flow);
        let counted = elements.filter(|(_, part)| part.open > 0);
        if let Some(worst) = counted.map(|(_, part)| part.worst).max() {
            legend.push(key(
                &format!("process {}", worst.class()),
                COUNT,
                "number of open findings",
            ));
        }
        legend
    }
}

//! A diagram as text that Mermaid draws. It must not know a model.

use super::color::color;
use super::parts::{Diagram, Direction, Part};
use crate::matrix::Cell;
use std::fmt::Write;
use threatline_model::{Kind, Level};

impl Diagram {
    /// A flowchart of Mermaid, as pages of Git hosts draw it between ` ```mermaid ` fences.
    pub fn mermaid(&self) -> String {
        let mut text = match self.direction {
            Direction::Right => "flowchart LR\n".to_owned(),
            Direction::Down => "flowchart TB\n".to_owned(),
        };
        self.mermaid_in(&mut text, None, 1);
        let mut styles = String::new();
        for (nth, (flow, source, target)) in self.flows().enumerate() {
            let label = flow.name.join(" ");
            let label = if label.is_empty() {
                String::new()
            } else {
                format!("|\"{}\"|", mermaid_text(&label))
            };
            let _ = writeln!(text, "  n{source} -->{label} n{target}");
            if let Some(color) = color(flow.worst) {
                let _ = writeln!(styles, "  linkStyle {nth} stroke:{color},stroke-width:2px");
            }
        }
        for (number, part) in self.of_kind(|kind| kind != Kind::Flow) {
            if let Some(color) = color(part.worst) {
                let _ = writeln!(styles, "  style n{number} stroke:{color},stroke-width:2px");
            }
        }
        text + &styles
    }

    /// What the colors of it mean, those that it has.
    pub fn mermaid_colors(&self) -> String {
        let colors = [
            (Level::High, "red", "critical or high"),
            (Level::Medium, "amber", "medium"),
            (Level::Low, "blue", "low"),
        ];
        let used = colors.into_iter().filter(|(level, ..)| {
            let is_so = |part: &Part| color(part.worst) == color(Cell::Open(*level));
            self.parts.iter().any(is_so)
        });
        let keys: Vec<String> = used
            .map(|(_, name, levels)| format!("{name}: {levels}"))
            .collect();
        if keys.is_empty() {
            String::new()
        } else {
            format!("Open findings by color: {}.", keys.join("; "))
        }
    }

    fn mermaid_in(&self, text: &mut String, boundary: Option<usize>, depth: usize) {
        let indent = "  ".repeat(depth);
        for (number, part) in self.directly_in(boundary) {
            let name = mermaid_text(&part.name.join(" "));
            let _ = match part.kind {
                Kind::Boundary => {
                    let _ = writeln!(text, "{indent}subgraph n{number}[\"{name}\"]");
                    self.mermaid_in(text, Some(number), depth + 1);
                    writeln!(text, "{indent}end")
                }
                Kind::Process => writeln!(text, "{indent}n{number}(\"{name}\")"),
                Kind::Store => writeln!(text, "{indent}n{number}[(\"{name}\")]"),
                _ => writeln!(text, "{indent}n{number}[\"{name}\"]"),
            };
        }
    }
}

/// A text between quotes: what may mean something to Mermaid, to HTML or to Markdown is written by
/// its number.
fn mermaid_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            character if character.is_alphanumeric() || " ,_-…".contains(character) => {
                escaped.push(character)
            }
            character => {
                let _ = write!(escaped, "#{};", u32::from(character));
            }
        }
    }
    escaped
}

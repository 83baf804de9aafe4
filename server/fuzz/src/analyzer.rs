//! The analysis: after any changes, of any files, settings and days, it says the same as one from
//! scratch.
//!
//! Each part of an input is a change: its first byte selects what, the next one the file.

use crate::budget::{Budget, count_step};
use crate::input::{Edit, below, parts, text};
use arbitrary::Unstructured;
use salsa::EventKind;
use std::collections::BTreeMap;
use threatline_model::{Database, Date, FileText, Span, Workspace};
use threatline_testkit::{render, render_findings};

/// What an input may cost.
pub const BUDGET: Budget = Budget {
    at_once: (2_000_000, 3_000),
    in_all: (6_000_000, 10_000),
    steps: (4_000, 20),
};

/// The roots of the models.
const ROOTS: [&str; 2] = ["", "other"];

/// The files that there may be, each with a root above it, and tests among them.
const FILES: [(&str, usize); 6] = [
    ("a.threat", 0),
    ("b.threat", 0),
    ("below/c.threat", 0),
    ("own.test.threat", 0),
    ("other/d.threat", 1),
    ("other/own.test.threat", 1),
];

/// Days around which dates of models pass.
const DAYS: [Date; 4] = [
    Date::constant(2026, 1, 1),
    Date::constant(2026, 1, 31),
    Date::constant(2026, 12, 31),
    Date::constant(2031, 1, 1),
];

/// Changes, after each of which everything is compared, are at most this many: each costs an
/// analysis from scratch.
const MOST: usize = 12;

/// What is to be analyzed.
struct State {
    /// Texts by path.
    files: BTreeMap<&'static str, String>,
    /// The settings of each root, as long as it is there.
    settings: [Option<String>; 2],
    today: Date,
}

/// Changes a workspace.
pub fn check(bytes: &[u8]) {
    let mut state = State {
        files: BTreeMap::new(),
        settings: [Some(String::new()), Some(String::new())],
        today: DAYS[0],
    };
    let mut workspace = state.read_anew();
    for part in parts(bytes).take(MOST) {
        change(&mut workspace, &mut state, Unstructured::new(part));
        let fresh = state.read_anew();
        assert_eq!(
            said(&workspace),
            said(&fresh),
            "after edits (left) and from scratch (right)"
        );
    }
}

/// Changes something, in the workspace and in the state alike.
fn change(workspace: &mut Workspace, state: &mut State, mut bytes: Unstructured) {
    let what = below(&mut bytes, 16);
    let (path, root) = FILES[below(&mut bytes, FILES.len())];
    match what {
        0..4 => set(workspace, state, path, text(bytes), what == 0),
        4 => {
            state.today = DAYS[below(&mut bytes, DAYS.len())];
            workspace.set_today(state.today);
        }
        5 => {
            workspace.remove_file(path);
            state.files.remove(path);
        }
        6 => {
            let settings = text(bytes);
            set_settings(workspace, root, &settings);
            state.settings[root] = Some(settings);
        }
        // A root goes, or comes back.
        7 => match state.settings[root].take() {
            Some(_) => workspace.remove_model(ROOTS[root]),
            None => {
                set_settings(workspace, root, "");
                state.settings[root] = Some(String::new());
            }
        },
        _ => {
            let Some(written) = state.files.get_mut(path) else {
                return set(workspace, state, path, text(bytes), false);
            };
            let edit = Edit::of(written, bytes);
            let file = workspace.file(path).expect("it is in the state");
            workspace.edit(
                file,
                Span::new(edit.range.start, edit.range.end),
                &edit.replacement,
            );
            *written = edit.apply(written);
        }
    }
}

/// Sets the text of a file, as one that is read or as one that is edited.
fn set(
    workspace: &mut Workspace,
    state: &mut State,
    path: &'static str,
    text: String,
    is_read: bool,
) {
    let read = FileText::new(text.as_str());
    if is_read {
        workspace.load(vec![(path.into(), read)]);
    } else {
        workspace.set_file(path, read);
    }
    state.files.insert(path, text);
}

fn set_settings(workspace: &mut Workspace, root: usize, text: &str) {
    let path = if ROOTS[root].is_empty() {
        "threatline.toml".to_owned()
    } else {
        format!("{}/threatline.toml", ROOTS[root])
    };
    workspace.set_model(
        ROOTS[root],
        (!text.is_empty()).then_some((path.as_str(), text)),
    );
}

impl State {
    fn read_anew(&self) -> Workspace {
        let mut workspace = Workspace::with(counting_database(), self.today);
        for (root, settings) in self.settings.iter().enumerate() {
            if let Some(settings) = settings {
                set_settings(&mut workspace, root, settings);
            }
        }
        let files = self.files.iter();
        let files = files.map(|(path, text)| ((*path).into(), FileText::new(text.as_str())));
        workspace.load(files.collect());
        workspace
    }
}

/// A database of which each query that runs, or is found to hold still, is a step.
fn counting_database() -> Database {
    Database::observed(|event| match event.kind {
        EventKind::WillExecute { .. } | EventKind::DidValidateMemoizedValue { .. } => count_step(),
        _ => {}
    })
}

/// All that is said.
fn said(workspace: &Workspace) -> String {
    format!("{}\n{}", render(workspace), render_findings(workspace))
}

//! What an analysis costs, on generated models of growing size: `cargo bench -p threatline-model`.
//! The table of memory is made by
//! `cargo run --release -p threatline-model --example memory -- 10000`.

use divan::Bencher;
use rayon::prelude::*;
use threatline_model::{File, FileText, Span, Workspace, diagnostics};
use threatline_testkit::{TODAY, generate, generate_one_file, generate_short};

const SIZES: &[usize] = &[100, 1_000, 10_000, 50_000];

fn main() {
    divan::main();
}

fn load(files: &[(String, String)]) -> Workspace {
    let mut workspace = Workspace::new(TODAY);
    workspace.set_model("", None);
    let files = files
        .iter()
        .map(|(path, text)| (path.as_str().into(), FileText::new(text.as_str())))
        .collect();
    workspace.load(files);
    workspace
}

/// The diagnostics of all files, on all processors.
fn check(workspace: &Workspace) -> usize {
    let db = workspace.db();
    let files: Vec<File> = workspace
        .models()
        .flat_map(|model| model.files(db).to_vec())
        .collect();
    let problems = files
        .into_par_iter()
        .map_with(db.clone(), |db, file| diagnostics(db, file).len());
    problems.sum()
}

/// A model that was checked once, as an editor has it.
struct Open {
    workspace: Workspace,
    turn: usize,
}

impl Open {
    fn new(elements: usize) -> Open {
        Open::of(&generate(elements))
    }

    fn of(files: &[(String, String)]) -> Open {
        let mut workspace = load(files);
        check(&workspace);
        // What is open in an editor keeps its tree.
        for path in [EDITED, SHARED, PLATFORM] {
            let Some(file) = workspace.file(path) else {
                continue;
            };
            let text = file.source(workspace.db()).text.clone();
            workspace.set_file(path, FileText::new(text));
        }
        check(&workspace);
        Open { workspace, turn: 0 }
    }

    /// Writes one of two texts in place of the other, in turns, and gives the file.
    fn edit(&mut self, path: &str, texts: [&str; 2]) -> File {
        let file = self.workspace.file(path).unwrap();
        let (from, to) = (texts[self.turn % 2], texts[(self.turn + 1) % 2]);
        self.turn += 1;
        let index = file
            .source(self.workspace.db())
            .text
            .find(from)
            .expect("the model says this");
        self.workspace
            .edit(file, Span::new(index, index + from.len()), to);
        file
    }

    fn diagnose(&self, file: File) -> usize {
        diagnostics(self.workspace.db(), file).len()
    }
}

const EDITED: &str = "services/c0001/c0001.threat";
const SHARED: &str = "platform/assets.threat";
const PLATFORM: &str = "platform/platform.threat";
const LARGE: &str = "services/c0000/c0000.threat";

#[divan::bench(args = SIZES, sample_count = 10)]
fn cold_check(bencher: Bencher, elements: usize) {
    let files = generate(elements);
    bencher.bench_local(|| {
        let workspace = load(&files);
        check(&workspace);
        workspace
    });
}

#[divan::bench(args = SIZES, sample_count = 100)]
fn edit_of_a_comment(bencher: Bencher, elements: usize) {
    let mut open = Open::new(elements);
    bencher.bench_local(|| {
        let file = open.edit(EDITED, ["/// A part of", "// Once.\n/// A part of"]);
        open.diagnose(file)
    });
}

#[divan::bench(args = SIZES, sample_count = 100)]
fn edit_of_a_property(bencher: Bencher, elements: usize) {
    let mut open = Open::new(elements);
    bencher.bench_local(|| {
        let file = open.edit(
            EDITED,
            ["  authentication: federated\n", "  authentication: none\n"],
        );
        open.diagnose(file)
    });
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn rename_of_an_element(bencher: Bencher, elements: usize) {
    let mut open = Open::new(elements);
    bencher.bench_local(|| {
        let file = open.edit(EDITED, ["store store_0 ", "store store_x "]);
        open.diagnose(file)
    });
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn rename_of_an_asset_used_everywhere(bencher: Bencher, elements: usize) {
    let mut open = Open::new(elements);
    bencher.bench_local(|| {
        let file = open.edit(SHARED, ["asset customer_data ", "asset customers "]);
        open.diagnose(file)
    });
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn rename_of_an_asset_and_the_whole_model_again(bencher: Bencher, elements: usize) {
    let mut open = Open::new(elements);
    bencher.bench_local(|| {
        open.edit(SHARED, ["asset customer_data ", "asset customers "]);
        check(&open.workspace)
    });
}

/// What is known to be asked of thousands of elements, at the size and in the shape that an editor
/// is to stand.
mod scale {
    use super::*;

    fn open() -> Open {
        Open::of(&generate_short(50_000))
    }

    /// The model, with one file of 20,000 lines open.
    fn open_one_file() -> Open {
        let mut open = Open::of(&generate_one_file(10_000));
        let file = open.workspace.file(LARGE).unwrap();
        let text = file.source(open.workspace.db()).text.clone();
        open.workspace.set_file(LARGE, FileText::new(text));
        open
    }

    #[divan::bench(sample_count = 5)]
    fn cold_check(bencher: Bencher) {
        let files = generate_short(50_000);
        bencher.bench_local(|| {
            let workspace = load(&files);
            check(&workspace);
            workspace
        });
    }

    #[divan::bench(sample_count = 100)]
    fn comment(bencher: Bencher) {
        let mut open = open();
        bencher.bench_local(|| {
            let file = open.edit(EDITED, ["/// A part of", "// Once.\n/// A part of"]);
            open.diagnose(file)
        });
    }

    #[divan::bench(sample_count = 100)]
    fn property(bencher: Bencher) {
        let mut open = open();
        bencher.bench_local(|| {
            let file = open.edit(
                EDITED,
                ["authentication: federated", "authentication: none"],
            );
            open.diagnose(file)
        });
    }

    #[divan::bench(sample_count = 100)]
    fn name(bencher: Bencher) {
        let mut open = open();
        bencher.bench_local(|| {
            let file = open.edit(EDITED, ["store store_0 ", "store store_x "]);
            open.diagnose(file)
        });
    }

    /// A file that comes, and goes again.
    #[divan::bench(sample_count = 100)]
    fn new_file(bencher: Bencher) {
        let mut open = open();
        bencher.bench_local(|| {
            open.turn += 1;
            if open.turn.is_multiple_of(2) {
                open.workspace.remove_file("services/new.threat");
                return open.diagnose(open.workspace.file(EDITED).unwrap());
            }
            let text = "component new\n\nprocess api in platform.vpc\n\
                        flow api -> c0001.service_0 { protocol: https }\n";
            let file = open
                .workspace
                .set_file("services/new.threat", FileText::new(text));
            open.diagnose(file)
        });
    }

    #[divan::bench(sample_count = 20)]
    fn classification(bencher: Bencher) {
        let mut open = open();
        bencher.bench_local(|| {
            let file = open.edit(
                SHARED,
                ["classification: confidential", "classification: restricted"],
            );
            open.diagnose(file)
        });
    }

    #[divan::bench(sample_count = 5)]
    fn classification_and_the_whole_model_again(bencher: Bencher) {
        let mut open = open();
        bencher.bench_local(|| {
            open.edit(
                SHARED,
                ["classification: confidential", "classification: restricted"],
            );
            check(&open.workspace)
        });
    }

    #[divan::bench(sample_count = 20)]
    fn trust(bencher: Bencher) {
        let mut open = open();
        bencher.bench_local(|| {
            let file = open.edit(PLATFORM, ["trust: untrusted", "trust: low"]);
            open.diagnose(file)
        });
    }

    #[divan::bench(sample_count = 5)]
    fn trust_and_the_whole_model_again(bencher: Bencher) {
        let mut open = open();
        bencher.bench_local(|| {
            open.edit(PLATFORM, ["trust: untrusted", "trust: low"]);
            check(&open.workspace)
        });
    }

    #[divan::bench(sample_count = 50)]
    fn comment_in_one_large_file(bencher: Bencher) {
        let mut open = open_one_file();
        bencher.bench_local(|| {
            let file = open.edit(LARGE, ["/// A part of", "// Once.\n/// A part of"]);
            open.diagnose(file)
        });
    }

    #[divan::bench(sample_count = 50)]
    fn property_in_one_large_file(bencher: Bencher) {
        let mut open = open_one_file();
        bencher.bench_local(|| {
            let file = open.edit(LARGE, ["authentication: federated", "authentication: none"]);
            open.diagnose(file)
        });
    }
}

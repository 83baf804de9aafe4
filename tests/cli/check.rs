//! `threatline check`: exit codes, the threshold, and that every format says the same.

use crate::{Folder, TODAY, each, models, run_in, with_threat};
use serde_json::Value;

const FORCED: &[(&str, &str)] = &[("CLICOLOR_FORCE", "1")];

#[test]
fn exits_with_0_when_nothing_is_at_the_threshold() {
    with_threat("medium")
        .check(&[])
        .exits(0)
        .says("Goods leave unpaid")
        .says("passed");
    Folder::of_model("starter")
        .check(&[])
        .exits(0)
        .says("no open finding of severity high or above");
}

#[test]
fn exits_with_1_when_a_finding_is_at_the_threshold() {
    with_threat("high")
        .check(&[])
        .exits(1)
        .says("failed: 1 open finding of severity high or above");
    with_threat("critical").check(&[]).exits(1);
}

#[test]
fn exits_with_2_when_the_model_or_the_call_is_wrong() {
    Folder::new(&[("a.threat", "process shop in vcp\nboundary vpc\n")])
        .check(&[])
        .exits(2)
        .says("broken: 1 error");
    Folder::new(&[("a.threat", "process {\n")])
        .check(&[])
        .exits(2)
        .says("syntax-error");
    let folder = with_threat("low");
    folder
        .check(&["nowhere"])
        .exits(2)
        .says("cannot read `nowhere`");
    folder
        .check(&["--format", "xml"])
        .exits(2)
        .says("possible values");
    folder
        .run(&["check", "--today", "tomorrow"])
        .exits(2)
        .says("--today");
    folder.run(&["chekc"]).exits(2).says("check");
    folder.run(&[]).exits(2).says("First steps");
}

#[test]
fn a_model_in_which_nothing_flows_is_not_judged() {
    let folder = Folder::new(&[(
        "a.threat",
        "asset card { classification: public }\nprocess a\n",
    )]);
    folder
        .check(&[])
        .exits(1)
        .says("not judged: the model declares no flow");
    folder.write("a.threat", "asset card { classification: public }\n");
    folder.check(&[]).exits(0);
}

#[test]
fn exits_with_1_when_the_settings_make_lint_an_error() {
    let quiet = "asset note { classification: public }\nprocess one\nstore two\n\
                 flow one -> two { sends: note }\n";
    let folder = Folder::new(&[("a.threat", &format!("process shop\n{quiet}"))]);
    folder.check(&[]).exits(0).says("warning[isolated-element]");
    folder.write(
        "threatline.toml",
        "[diagnostics]\nisolated-element = \"error\"\n",
    );
    folder.check(&[]).exits(1).says("error[isolated-element]");
}

#[test]
fn the_threshold_is_set_by_the_call_then_by_the_settings() {
    let levels = ["low", "medium", "high", "critical"];
    for (index, severity) in levels.into_iter().enumerate() {
        let folder = with_threat(severity);
        for (position, threshold) in levels.into_iter().enumerate() {
            folder
                .check(&["--fail-on", threshold])
                .exits(i32::from(index >= position));
        }
        folder
            .check(&["--fail-on", "never"])
            .exits(0)
            .says("findings do not fail this check");
    }
    let folder = with_threat("low");
    folder.write("threatline.toml", "[check]\nfail_on = \"low\"\n");
    folder.check(&[]).exits(1);
    folder.check(&["--fail-on", "medium"]).exits(0);
    folder.write("threatline.toml", "[check]\nfail_on = \"never\"\n");
    folder.check(&[]).exits(0);
    folder.check(&["--fail-on", "low"]).exits(1);
}

#[test]
fn accepted_risks_are_open_again_after_their_day() {
    let folder = with_threat("high");
    folder.write(
        "accept.threat",
        "accept theft_for_now { findings: theft by: \"CISO\" until: 2026-12-31 because: \"New locks come.\" }\n",
    );
    folder
        .check(&["--fail-on", "low"])
        .exits(0)
        .never_says("error[missing-mitigation]");
    folder
        .run(&["check", "--today", "2026-12-31"])
        .exits(0)
        .says("expiring-acceptance");
    folder
        .run(&["check", "--today", "2027-01-01"])
        .exits(1)
        .says("expired-acceptance")
        .says("missing-mitigation");
}

#[test]
fn json_contains_what_people_read() {
    for name in [
        "shared-database",
        "webshop",
        "payment-api/before",
        "payment-api/after",
    ] {
        let folder = Folder::of_model(name);
        let human = folder.check(&[]);
        let json = folder.check(&["--format", "json"]);
        assert_eq!(human.code, json.code, "{name}");
        let json = json.json();
        assert_eq!(json["version"], 1);
        let model = &json["models"][0];
        for diagnostic in each(&model["diagnostics"]) {
            let code = diagnostic["code"].as_str().unwrap_or_default();
            let start = &diagnostic["location"]["start"];
            let path = diagnostic["location"]["path"].as_str().unwrap_or_default();
            assert!(human.out.contains(&format!("[{code}]: ")), "{name}: {code}");
            assert!(
                human
                    .out
                    .contains(diagnostic["message"].as_str().unwrap_or_default()),
                "{name}: {diagnostic}"
            );
            assert!(
                human
                    .out
                    .contains(&format!("{path}:{}:{}\n", start["line"], start["column"])),
                "{name}: {path}"
            );
            for related in each(&diagnostic["related"]) {
                assert!(
                    human
                        .out
                        .contains(related["message"].as_str().unwrap_or_default()),
                    "{name}: {related}"
                );
            }
        }
        let open = each(&model["findings"])
            .filter(|finding| finding["state"] == "open")
            .count();
        let counted: u64 = ["low", "medium", "high", "critical"]
            .iter()
            .filter_map(|level| model["counts"]["open"][level].as_u64())
            .sum();
        assert_eq!(open as u64, counted, "{name}");
    }
}

#[test]
fn many_writers_of_one_database_are_one_finding_with_all_of_them() {
    let folder = Folder::of_model("shared-database");
    let model = folder.check(&["--format", "json"]).json()["models"][0].take();
    let name = "std.shared_database@platform.main_db";
    let reported: Vec<_> = each(&model["diagnostics"])
        .filter(|diagnostic| each(&diagnostic["findings"]).any(|id| id == name))
        .collect();
    assert_eq!(reported.len(), 1);
    assert_eq!(reported[0]["code"], "missing-mitigation");
    let finding = each(&model["findings"])
        .find(|finding| finding["id"] == name)
        .expect("the finding is there");
    assert_eq!(finding["severity"], "high");
    assert_eq!(finding["state"], "open");
    let files: Vec<&str> = each(&reported[0]["related"])
        .filter_map(|related| related["location"]["path"].as_str())
        .collect();
    for service in fs_names(&folder) {
        let written = files.iter().filter(|path| path.ends_with(&service)).count();
        assert!(written >= 1, "no writer of {service} among {files:?}");
    }
    let writers = each(&reported[0]["related"]).filter(|related| {
        related["message"]
            .as_str()
            .is_some_and(|message| message.contains("-> platform.main_db"))
    });
    assert_eq!(writers.count(), 15);
}

fn fs_names(folder: &Folder) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path("services")).expect("the services are there");
    let names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    assert_eq!(names.len(), 15);
    names
}

#[test]
fn colors_are_for_terminals_alone() {
    let folder = with_threat("high");
    folder.check(&[]).exits(1).never_says("\x1b");
    let arguments = ["check", "--today", TODAY];
    folder.run_with(&arguments, FORCED).exits(1).says("\x1b[1m");
    folder
        .run_with(&arguments, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")])
        .never_says("\x1b");
    for format in ["json", "sarif", "github"] {
        let arguments = [&arguments[..], &["--format", format]].concat();
        folder
            .run_with(&arguments, FORCED)
            .exits(1)
            .never_says("\x1b");
    }
}

#[test]
fn github_gets_a_line_for_each_diagnostic() {
    let folder = with_threat("high");
    let lines = folder.check(&["--format", "github"]).exits(1).out;
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(lines.starts_with(
        "::error file=shop.threat,line=5,endLine=5,col=8,endColumn=13,title=missing-mitigation::"
    ));
    assert!(
        lines.contains("%0A"),
        "the help is in the same line: {lines}"
    );
    Folder::of_model("starter")
        .check(&["--format", "github"])
        .exits(0)
        .never_says("::");
}

#[test]
fn many_models_are_checked_at_once() {
    let run = run_in(
        &models(),
        &["check", "--today", TODAY, "--format", "json"],
        &[],
    );
    let json = run.json();
    let names: Vec<_> = each(&json["models"])
        .filter_map(|model| model["name"].as_str())
        .collect();
    for name in ["Web shop", "My system", "Payment API"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[test]
fn who_reads_may_stop() {
    let folder = Folder::new(&[]);
    let many: String = (0..3000)
        .map(|index| format!("process p{index}\n"))
        .collect();
    folder.write("many.threat", many);
    let program = env!("CARGO_BIN_EXE_threatline");
    let mut child = std::process::Command::new(program)
        .args(["check", "--today", TODAY])
        .current_dir(folder.path(""))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

/// More findings than are listed: 400 rules on each of some processes, and one of them is severe.
fn too_many_findings() -> String {
    let rule = |index: usize| {
        let impact = if index == 269 { "critical" } else { "low" };
        format!(
            "rule r{index} {{ on: process category: tampering likelihood: high impact: {impact} \
             when: technology is rest_api }}\n"
        )
    };
    let process = |index: usize| format!("process p{index} {{ technology: rest_api }}\n");
    let rules: String = (0..270).map(rule).collect();
    rules + &(0..40).map(process).collect::<String>()
}

fn sum(numbers: &Value) -> u64 {
    let numbers = numbers.as_object().expect("numbers").values();
    let numbers = numbers.map(|number| number.as_u64().expect("a number"));
    numbers.sum()
}

#[test]
fn findings_that_are_not_listed_are_counted_in_each_format() {
    let folder = Folder::new(&[("m.threat", &too_many_findings())]);
    let document = folder.check(&["--all", "--format", "json"]).json();
    let model = &document["models"][0];
    let counts = model["counts"].as_object().expect("counts");
    let counted: u64 = counts.values().map(sum).sum();
    let length = |list: &Value| list.as_array().expect("a list").len() as u64;
    let listed = length(&model["findings"]);
    assert!(counted >= 270 * 40, "{counted}");
    assert!(listed <= 10_000, "{listed}");
    let unlisted = model["findings_not_listed"].as_u64().expect("a number");
    assert_eq!(listed + unlisted, counted);
    let reported = each(&model["diagnostics"]).map(|one| {
        length(&one["findings"]) + one["findings_not_listed"].as_u64().unwrap_or_default()
    });
    let (reported, open) = (reported.sum::<u64>(), sum(&counts["open"]));
    assert!(reported >= open, "{reported} of {open}");

    folder
        .check(&[])
        .says("more findings are counted but not listed");
    let sarif = folder.check(&["--format", "sarif"]).sarif();
    let sarif = sarif.to_string();
    assert!(sarif.contains("counted but not listed"), "{sarif}");
    folder
        .run(&["report"])
        .says("more findings are counted but not listed");
    folder
        .run(&["export", "--to", "csv"])
        .says("one element has more than 256");
}

/// What is not listed fails as what is.
#[test]
fn a_limit_makes_no_model_pass() {
    let folder = Folder::new(&[("m.threat", &too_many_findings())]);
    let document = folder.check(&["--format", "json"]).json();
    let open = &document["models"][0]["counts"]["open"];
    let worst = ["critical", "high", "medium", "low"]
        .into_iter()
        .find(|level| open[level].as_u64() > Some(0));
    let worst = worst.expect("findings are open");
    assert_ne!(worst, "low");
    folder.check(&["--fail-on", worst]).exits(1);
    let many = "process same\n".repeat(1000);
    Folder::new(&[("m.threat", &many)])
        .check(&[])
        .exits(2)
        .says("broken: 999 errors in the model");
}

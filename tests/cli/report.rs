//! `threatline report`: a page about a model.

use crate::Folder;

const MODEL: &str = "component shop \"Shop\" { owner: \"team-shop\" }
asset card \"Card\" { classification: restricted kind: data personal: no }
boundary internet \"Internet\" { trust: untrusted }
boundary vpc \"VPC\"
external shopper \"Shopper\" in internet { kind: person }
process web \"Web\" in vpc { technology: worker accepts: json privileges: service tenancy: single mitigations: rate_limiting, late }
flow pay \"Pay\": shopper -> web { protocol: http authentication: token multi_factor: yes authorization: end_user sends: card }
flow look \"Look\": shopper -> web { protocol: https authentication: none authorization: none receives: card }
mitigation late \"Later\" { based_on: audit_log status: planned due: 2026-11-01 owner: \"team-edge\" }
accept known \"Known\" { findings: unauthenticated_flow@look by: \"CISO\" until: 2026-12-31 because: \"a pilot\" }
";

fn today(folder: &Folder, more: &[&str]) -> crate::Run {
    folder.run(&[&["report", "--today", "2026-11-23"], more].concat())
}

#[test]
fn a_page_answers_the_four_questions() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    for (format, pay, due) in [
        (
            "html",
            "<code>shop.pay</code> (critical",
            "<time>2026-11-01</time>, overdue",
        ),
        ("markdown", "`shop.pay` (critical", "2026-11-01, overdue"),
    ] {
        let page = today(&folder, &["--to", format]).exits(0);
        let page = page
            .says("What are we working on?")
            .says("What can go wrong?");
        let page = page
            .says("What are we doing about it?")
            .says("Did we do a good job?");
        // What is open with its facts, what is late, who has decided, and who has to act.
        let page = page.says(pay).says("which is not encrypted").says(due);
        page.says("a pilot")
            .says("2026-12-31")
            .says("team-edge")
            .says("team-shop")
            .says("planned mitigation, 1 overdue");
    }
    today(&folder, &[])
        .exits(0)
        .says("<svg")
        .says("data-part")
        .never_says("<script")
        .never_says("http-equiv=\"refresh\"");
}

#[test]
fn a_page_is_written_where_it_is_wanted_and_nowhere_else() {
    let folder = Folder::new(&[("a.threat", MODEL), ("page.html", "old")]);
    today(&folder, &["--out", "page.html"])
        .exits(0)
        .never_says("<html");
    assert!(folder.read("page.html").starts_with("<!DOCTYPE html>"));
    let mut files: Vec<_> = std::fs::read_dir(folder.path("."))
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["a.threat", "page.html"]);
    today(&folder, &["--out", "no/where.html"])
        .exits(2)
        .says("cannot write `no/where.html`");
}

#[test]
fn text_of_a_model_stays_text() {
    let hostile = "</title><script>alert(1)</script><img src=x onerror=y> ![p](http://a.b/c) [l](javascript:x) @team *b* \\u{1b}[31m \\u{202e}|";
    let model = MODEL
        .replace("\"Shop\"", &format!("\"{hostile}\""))
        .replace("\"Pay\"", &format!("\"{hostile}\""))
        .replace("\"Later\"", &format!("\"{hostile}\""))
        .replace("\"a pilot\"", &format!("\"{hostile}\""));
    let folder = Folder::new(&[("a.threat", &format!("/// {hostile}\n{model}"))]);
    let page = today(&folder, &[]).exits(0).says("&lt;script&gt;");
    let page = page
        .never_says("<script")
        .never_says("<img")
        .never_says("\u{1b}")
        .never_says("\u{202e}");
    page.says("default-src 'none'");
    let page = today(&folder, &["--to", "markdown"])
        .exits(0)
        .says("\\!\\[p\\](http\\://");
    let page = page
        .never_says("<script")
        .never_says("<img")
        .never_says("\u{1b}")
        .never_says("\u{202e}");
    page.never_says(" @team")
        .never_says("l](javascript")
        .never_says("http://");
}

#[test]
fn a_page_is_about_one_model() {
    let folder = Folder::new(&[
        ("a/threatline.toml", ""),
        ("a/a.threat", "process one\n"),
        ("b/threatline.toml", ""),
        ("b/b.threat", "process two\n"),
    ]);
    today(&folder, &[])
        .exits(2)
        .says("there are 2 models; pass the folder of one: a, b");
    today(&folder, &["b"])
        .exits(0)
        .says("two")
        .never_says("<td>one");
}

#[test]
fn a_model_with_errors_is_reported_as_incomplete() {
    let folder = Folder::new(&[("a.threat", "process web in nowhere\n")]);
    today(&folder, &[])
        .exits(2)
        .says("the model has errors")
        .says("web");
    // Nothing else is wrong with this one.
    folder.write(
        "a.threat",
        "asset note { classification: public }\nprocess one\nstore two\n\
         flow one -> two { sends: note }\nprocess three in nowhere\n",
    );
    today(&folder, &[])
        .exits(2)
        .says("The check fails: the model has errors")
        .never_says("The check passes");
    let document = folder.check(&["--format", "json"]).exits(2).json();
    assert_eq!(document["models"][0]["verdict"], "failed");
}

/// The same model with threats that a person wrote, a fact that is not stated, and days that have
/// passed or are near.
fn register() -> String {
    format!(
        "{MODEL}boundary office \"Office\"
threat stolen \"Stolen cards\" {{ category: spoofing targets: web likelihood: high impact: high mitigations: soon }}
mitigation soon \"Soon\" {{ counters: stolen status: planned due: 2026-12-10 owner: \"team-edge\" }}
threat bulk \"Bulk orders\" {{ category: denial_of_service targets: web likelihood: low impact: low owner: \"team-bulk\" }}
flow ask \"Ask\": shopper -> web {{ protocol: https multi_factor: yes authorization: end_user receives: card }}
accept old \"Old\" {{ findings: unauthenticated_flow@ask by: \"CTO\" until: 2026-10-31 because: \"a trial\" }}
assumption \"Cards are tokens\" {{ about: web validate_by: 2026-11-30 owner: \"team-shop\" }}
"
    )
}

#[test]
fn every_threat_and_finding_is_listed_with_its_state() {
    let folder = Folder::new(&[("a.threat", &register())]);
    let page = today(&folder, &["--to", "markdown"])
        .exits(0)
        .says("### All threats and findings");
    // Who has it now: who does what counters it, who took it on, whose threat it is, whose
    // component it is in.
    let page = page
        .says("| Stolen cards `shop.stolen` | high | planned | Web `shop.web` | Soon `shop.soon` | 2026-12-10, in 17 days | team-edge |")
        .says("| Bulk orders `shop.bulk` | low | open | Web `shop.web` |  |  | team-bulk |")
        .says("`unauthenticated_flow` | critical | accepted | Look `shop.look` | Known `shop.known` | 2026-12-31 | CISO |")
        .says("`unencrypted_flow` | critical | open | Pay `shop.pay` |  |  | team-shop |");
    page.says("| element | spoofing | tampering | repudiation | information disclosure |");
}

#[test]
fn what_is_not_stated_is_nowhere_called_open() {
    let model = "component shop { owner: \"team-shop\" }
boundary internet { trust: untrusted }
boundary vpc
asset card { classification: restricted kind: data personal: no }
external shopper in internet { kind: person }
process web in vpc { technology: worker accepts: json privileges: service tenancy: single mitigations: rate_limiting }
flow ask \"Ask\": shopper -> web { protocol: https multi_factor: yes authorization: end_user receives: card }
";
    let folder = Folder::new(&[("a.threat", model)]);
    let page = today(&folder, &["--to", "markdown"]).exits(0);
    let page = page.says(
        "| how do callers of `shop.ask` authenticate? | `authentication` | 1 | up to critical |",
    );
    let page = page
        .says("- **1** undecided: a fact is missing")
        .says("nothing open · 1 undecided")
        .says("There are no open findings.");
    page.says("| team-shop | 0 | 1 | 0 | 0 |")
        .says("Not judged: 1 possible threat of severity high or above depends on 1 missing fact.")
        .never_says("Open: no implemented");
}

#[test]
fn a_page_judges_the_work() {
    let folder = Folder::new(&[("a.threat", &register())]);
    let page = today(&folder, &["--to", "markdown"]).exits(0);
    let page =
        page.says("**The check fails: 1 open finding of severity high or above; 1 possible threat of severity high or above depends on 1 missing fact.**");
    let page = page.says("- Cleartext transmission of sensitive data: `shop.pay` (critical)");
    let page = page
        .says("### Coverage by severity")
        .says("| critical | 33% | 1 | 1 | 0 | 1 | 0 | 0 | 0 |");
    let page = page
        .says("accepted, 1 acceptance expired")
        .says("| Old `shop.old` | acceptance | 2026-10-31, expired | CTO |");
    let page =
        page.says("| 2026-10-31, expired | Old `shop.old` | `std.unauthenticated_flow@shop.ask` | CTO | a trial |");
    let page = page.says("| Later `shop.late` | mitigation | 2026-11-01, overdue | team-edge |");
    page.says("| Cards are tokens | assumption to validate | 2026-11-30, in 7 days | team-shop |")
        .never_says("without a name");
    let folder = Folder::new(&[("a.threat", "process web\n")]);
    today(&folder, &[])
        .exits(0)
        .says("Not judged: ")
        .says("No mitigation is overdue");
}

#[test]
fn a_drawing_has_a_legend() {
    let other = "component other \"Other\"\nprocess api \"API\" in shop.vpc\nflow api -> shop.web { protocol: https }\n";
    let folder = Folder::new(&[("a.threat", &register()), ("b.threat", other)]);
    let page = today(&folder, &[])
        .exits(0)
        .says(" open, critical</span>")
        .says(" untrusted boundary</span>");
    let page = page
        .says(" accepted</span>")
        .says(" number of open findings</span>")
        .never_says(" store</span>");
    let text = page.out.clone();
    assert_eq!(text.matches("elements of other components").count(), 1);
    // The office is empty: it is drawn in the whole model, and in no component.
    assert_eq!(text.matches(">Office</text>").count(), 1, "{text}");
    let page = today(&folder, &["--to", "markdown"]).exits(0);
    page.says("Open findings by color: red: critical or high; blue: low");
}

#[test]
fn references_are_links_that_a_page_does_not_follow_by_itself() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    let page = today(&folder, &[]).exits(0).says(
        "<a href=\"https://cwe.mitre.org/data/definitions/319.html\" rel=\"noreferrer\">CWE-319",
    );
    page.says("default-src 'none'")
        .never_says(" src=")
        .never_says("url(")
        .never_says("@import");
    let page = today(&folder, &["--to", "markdown"]).exits(0);
    page.says("](<https://cwe.mitre.org/data/definitions/319.html>)");
}

/// The folder may be a stranger's, and a link in it may lead to any file.
#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_out_of_its_folder() {
    let elsewhere = Folder::new(&[("mine.txt", "mine\n")]);
    let folder = Folder::of_model("starter");
    for name in ["page.html", "model.json"] {
        std::os::unix::fs::symlink(elsewhere.path("mine.txt"), folder.path(name)).expect("a link");
    }
    for call in [
        &["report", "--out", "page.html"][..],
        &["export", "--to", "json", "--out", "model.json"],
    ] {
        folder
            .run(call)
            .exits(2)
            .says("it is a symbolic link out of its folder");
    }
    assert_eq!(elsewhere.read("mine.txt"), "mine\n");
    // A file under another name beside it is the user's own.
    folder.write("real.html", "old");
    std::fs::remove_file(folder.path("page.html")).expect("it is a link");
    std::os::unix::fs::symlink("real.html", folder.path("page.html")).expect("a link");
    folder.run(&["report", "--out", "page.html"]).exits(0);
    assert!(folder.path("page.html").is_symlink());
    assert!(folder.read("real.html").contains("<html"));
}

/// A folder that is named may be a link, too, and so may one on the way to a file.
#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_to_a_folder_elsewhere() {
    use std::os::unix::fs::symlink;
    let elsewhere = Folder::new(&[("model.json", "mine\n")]);
    let folder = Folder::of_model("starter");
    let document = r#"{ "otmVersion": "0.2.0", "project": { "name": "x", "id": "x" },
        "trustZones": [{ "id": "z", "name": "Z" }] }"#;
    folder.write("a.json", document);
    symlink(elsewhere.path("."), folder.path("docs")).expect("a link");
    for call in [
        &["report", "--out", "docs/page.html"][..],
        &["export", "--to", "json", "--out", "./docs/model.json"],
        &["init", "docs"],
        &["init", "docs/new/below"],
        &["import", "a.json", "--to", "docs", "--force"],
        &["import", "a.json", "--to", "docs/new"],
    ] {
        let run = folder.run(call).exits(2);
        run.says("is a symbolic link out of its folder");
    }
    let mut left = std::fs::read_dir(elsewhere.path(".")).expect("it is there");
    let only = left.next().expect("a file").expect("a file");
    assert_eq!((only.file_name(), left.count()), ("model.json".into(), 0));
    assert_eq!(elsewhere.read("model.json"), "mine\n");
    // Where else it leads in the same folder is the user's own choice, as is a path from the root.
    folder.write("real/old.html", "old");
    symlink("real", folder.path("pages")).expect("a link");
    folder.run(&["report", "--out", "pages/new.html"]).exits(0);
    assert!(folder.read("real/new.html").contains("<html"));
    let path = elsewhere.path("page.html");
    let path = path.to_str().expect("it is text");
    folder.run(&["report", "--out", path]).exits(0);
}

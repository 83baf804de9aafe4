//! `threatline report`: a page about a model.

use crate::Folder;

const MODEL: &str = "component shop \"Shop\" { owner: \"team-shop\" }
asset card \"Card\" { classification: restricted }
boundary internet \"Internet\" { trust: untrusted }
boundary vpc \"VPC\"
external shopper \"Shopper\" in internet { kind: person }
process web \"Web\" in vpc { mitigations: rate_limiting, late }
flow pay \"Pay\": shopper -> web { protocol: http authentication: token authorization: end_user sends: card }
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
    for (format, pay) in [("html", "<code>shop.pay</code> (critical"), ("markdown", "`shop.pay` (critical")] {
        let page = today(&folder, &["--to", format]).exits(0);
        let page = page.says("What are we working on?").says("What can go wrong?");
        let page = page.says("What are we doing about it?").says("Did we do a good job?");
        // What is open with its facts, what is late, who has decided, and who has to act.
        let page = page.says(pay).says("and is not encrypted").says("2026-11-01, overdue");
        page.says("a pilot")
            .says("2026-12-31")
            .says("team-edge")
            .says("team-shop")
            .says("mitigations planned, 1 overdue");
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
    today(&folder, &["--out", "page.html"]).exits(0).never_says("<html");
    assert!(folder.read("page.html").starts_with("<!DOCTYPE html>"));
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path(".")).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["a.threat", "page.html"]);
    today(&folder, &["--out", "no/where.html"]).exits(2).says("`no/where.html` cannot be written");
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
    let page = page.never_says("<script").never_says("<img").never_says("\u{1b}").never_says("\u{202e}");
    page.says("default-src 'none'");
    let page = today(&folder, &["--to", "markdown"]).exits(0).says("\\!\\[p\\](http\\://");
    let page = page.never_says("<script").never_says("<img").never_says("\u{1b}").never_says("\u{202e}");
    page.never_says(" @team").never_says("l](javascript").never_says("http://");
}

#[test]
fn a_page_is_about_one_model() {
    let folder = Folder::new(&[
        ("a/threatline.toml", ""),
        ("a/a.threat", "process one\n"),
        ("b/threatline.toml", ""),
        ("b/b.threat", "process two\n"),
    ]);
    today(&folder, &[]).exits(2).says("there are 2 models; name the folder of one: a, b");
    today(&folder, &["b"]).exits(0).says("two").never_says("<td>one");
}

#[test]
fn a_model_with_errors_is_told_to_be_incomplete() {
    let folder = Folder::new(&[("a.threat", "process web in nowhere\n")]);
    today(&folder, &[]).exits(2).says("the model has errors").says("web");
}

//! `threatline export`: a model for other tools. What each format has to be is checked by
//! `.ci/export.sh`.

use crate::{Folder, Run};
use serde_json::Value;

const MODEL: &str = "component shop \"Shop\" { owner: \"team-shop\" }
asset card \"Card\" { classification: restricted }
boundary internet \"Internet\" { trust: untrusted }
boundary vpc \"VPC\"
boundary inner \"Inner\" in vpc
external shopper \"Shopper\" in internet { kind: person }
process web \"Web\" in inner { mitigations: rate_limiting, late }
store cards \"Cards\" in inner { stores: card encryption: at_rest }
flow pay \"Pay\": shopper -> web { protocol: http authentication: token authorization: end_user sends: card }
flow look \"Look\": shopper -> web { protocol: https authentication: none authorization: none receives: card }
flow web -> cards { protocol: sql_tls authentication: password sends: card }
threat theft \"Theft\" { category: spoofing targets: web likelihood: high impact: high references: CWE-287 ticket: \"T-1\" }
mitigation late \"Later\" { counters: theft status: planned due: 2026-12-10 owner: \"team-edge\" ticket: \"T-2\" }
accept known \"Known\" { findings: unauthenticated_flow@look by: \"CISO\" until: 2026-12-31 because: \"a pilot\" }
assumption \"Nobody is bored\" { validate_by: 2027-01-01 }
";

const FORMATS: [&str; 8] = [
    "otm",
    "threagile",
    "cyclonedx",
    "mermaid",
    "dot",
    "drawio",
    "json",
    "csv",
];

fn export(folder: &Folder, format: &str) -> Run {
    folder.run(&["export", "--today", crate::TODAY, "--to", format])
}

/// The value of a list that has a word under a key.
#[track_caller]
fn with<'v>(list: &'v Value, key: &str, word: &str) -> &'v Value {
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|value| value[key] == word);
    found.unwrap_or_else(|| panic!("nothing has {key} {word}: {list:#}"))
}

#[test]
fn the_same_model_gives_the_same_document() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    for format in FORMATS {
        let first = export(&folder, format).exits(0);
        assert_eq!(first.out, export(&folder, format).exits(0).out, "{format}");
        // What is not said is told, and not in the document.
        assert_eq!(
            first.err.contains("not exported"),
            format != "json",
            "{format}: {}",
            first.err
        );
        let written = folder
            .run(&[
                "export",
                "--today",
                crate::TODAY,
                "--to",
                format,
                "--out",
                "out",
            ])
            .exits(0);
        assert_eq!(
            (written.out.as_str(), folder.read("out")),
            ("", first.out),
            "{format}"
        );
    }
}

#[test]
fn json_has_all_that_the_analysis_knows() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    let model = export(&folder, "json").exits(0).json();
    let web = with(&model["declarations"], "id", "shop.web");
    assert_eq!(
        (
            web["kind"].as_str(),
            web["title"].as_str(),
            web["in"].as_str()
        ),
        (Some("process"), Some("Web"), Some("shop.inner"))
    );
    assert_eq!(
        (&web["location"]["path"], &web["location"]["start"]["line"]),
        (&"a.threat".into(), &7.into())
    );
    assert_eq!(web["derived"]["holds"], serde_json::json!(["shop.card"]));
    assert_eq!(
        (&web["derived"]["trust"], &web["derived"]["exposed"]),
        (&"high".into(), &true.into())
    );
    assert_eq!(
        web["derived"]["sensitivity"]["classification"],
        "restricted"
    );
    assert_eq!(
        with(&web["mitigations"], "id", "shop.late")["status"],
        "planned"
    );
    let pay = with(&model["declarations"], "id", "shop.pay");
    assert_eq!(
        (&pay["source"], &pay["target"]),
        (&"shop.shopper".into(), &"shop.web".into())
    );
    assert_eq!(
        pay["derived"]["enters"],
        serde_json::json!(["shop.inner", "shop.vpc"])
    );
    assert_eq!(
        (&pay["derived"]["encrypted"], &pay["properties"]["protocol"]),
        (&false.into(), &"std.http".into())
    );
    let stored = with(&model["declarations"], "id", "(shop.web -> shop.cards)");
    assert_eq!(
        (&stored["name"], &stored["title"]),
        (&Value::Null, &Value::Null)
    );
    let accepted = with(
        &model["findings"],
        "id",
        "std.unauthenticated_flow@shop.look",
    );
    assert_eq!(
        (&accepted["state"], &accepted["by"]),
        (&"accepted".into(), &"shop.known".into())
    );
    let planned = with(&model["findings"], "id", "shop.theft");
    assert_eq!(
        (&planned["state"], &planned["mitigations"][0]["id"]),
        (&"planned".into(), &"shop.late".into())
    );
    // Findings are those of `check`, with more.
    let checked = folder.check(&["--format", "json"]).json();
    for found in checked["models"][0]["findings"].as_array().unwrap() {
        let exported = with(&model["findings"], "id", found["id"].as_str().unwrap());
        for (key, value) in found.as_object().unwrap() {
            assert_eq!(&exported[key], value, "{key} of {}", found["id"]);
        }
    }
}

#[test]
fn cyclonedx_says_zones_flows_and_what_was_decided() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    let bom = export(&folder, "cyclonedx").exits(0).says("3 flows").json();
    let web = with(&bom["services"], "bom-ref", "shop.web");
    assert_eq!(
        (&web["trustZone"], &web["x-trust-boundary"]),
        (&"Inner".into(), &true.into())
    );
    assert_eq!(web["authenticated"], false);
    let sent = with(&web["data"], "description", "Pay");
    assert_eq!(
        (&sent["flow"], &sent["classification"]),
        (&"inbound".into(), &"restricted".into())
    );
    assert_eq!(sent["source"][0], "#shop.shopper");
    let received = with(&web["data"], "description", "Look");
    assert_eq!(
        (&received["flow"], &received["destination"][0]),
        (&"outbound".into(), &"#shop.shopper".into())
    );
    assert_eq!(
        with(&bom["dependencies"], "ref", "shop.shopper")["dependsOn"],
        serde_json::json!(["shop.web"])
    );
    let open = with(
        &bom["vulnerabilities"],
        "id",
        "std.unencrypted_flow@shop.pay",
    );
    assert_eq!(open["analysis"]["state"], "exploitable");
    assert!(
        open["cwes"].as_array().unwrap().contains(&319.into()),
        "{open:#}"
    );
    let accepted = with(
        &bom["vulnerabilities"],
        "id",
        "std.unauthenticated_flow@shop.look",
    );
    assert_eq!(accepted["analysis"]["response"][0], "will_not_fix");
    assert_eq!(
        accepted["analysis"]["detail"],
        "Accepted by CISO until 2026-12-31: a pilot"
    );
    with(
        &bom["declarations"]["evidence"],
        "bom-ref",
        "std.rate_limiting",
    );
    with(
        &bom["properties"],
        "name",
        "threatline:flow:shop.pay:protocol",
    );
    assert!(bom.get("serialNumber").is_none() && bom["metadata"].get("timestamp").is_none());
}

#[test]
fn drawings_nest_boundaries_and_color_what_is_open() {
    let folder = Folder::new(&[
        ("a.threat", MODEL),
        (
            "b.threat",
            "component desk \"Desk\"\nprocess help \"Help\"\n",
        ),
    ]);
    let mermaid = export(&folder, "mermaid").exits(0);
    mermaid
        .says("flowchart LR")
        .says("subgraph")
        .says("stroke:#d1242f");
    let dot = export(&folder, "dot").exits(0);
    dot.says("subgraph cluster_")
        .says("label=\"Inner\"")
        .says("shape=cylinder, label=\"Cards\"")
        .says("color=\"#d1242f\"");
    let drawn = export(&folder, "drawio").exits(0);
    assert_eq!(
        drawn.out.matches("<diagram ").count(),
        3,
        "a page of all, and of each component"
    );
    // Elements lie in their boundaries, and flows are tied to their ends.
    drawn
        .says("vertex=\"1\" parent=\"shop.inner\"")
        .says("source=\"shop.shopper\" target=\"shop.web\"")
        .says("<diagram id=\"desk\" name=\"Desk\">");
}

#[test]
fn what_cannot_be_drawn_is_reported() {
    let empty = Folder::new(&[(
        "a.threat",
        "asset card \"Card\" { classification: restricted }\n",
    )]);
    let many: String = (0..401)
        .map(|number| format!("process p{number}\n"))
        .collect();
    let small = "component small \"Small\"\nprocess one \"One\"\n";
    let large = Folder::new(&[
        ("a.threat", &many),
        ("b.threat", small),
        ("c.threat", &small.replace("small", "other")),
    ]);
    for format in ["mermaid", "dot", "drawio"] {
        let nothing = export(&empty, format)
            .exits(2)
            .says("there are no elements, flows or boundaries to draw");
        assert_eq!(nothing.out, "");
        if format != "drawio" {
            export(&large, format)
                .exits(2)
                .says("403 elements, flows and boundaries are too many for a diagram, which shows at most 400");
        }
    }
    let drawn = export(&large, "drawio")
        .exits(0)
        .says("the page of the whole model: it would have 403 parts");
    assert_eq!(drawn.out.matches("<diagram ").count(), 2);
    for format in ["cyclonedx", "json", "csv"] {
        export(&empty, format).exits(0);
    }
}

#[test]
fn the_register_has_a_row_for_each_finding() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    let register = export(&folder, "csv").exits(0);
    let (header, rows) = register.out.split_once("\r\n").unwrap();
    assert!(
        header.starts_with("\"id\",\"title\",\"categories\",\"severity\""),
        "{header}"
    );
    let findings = export(&folder, "json").json()["findings"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(rows.matches("\r\n").count(), findings);
    register
        .says("\"shop.theft\",\"Theft\",\"spoofing\",\"high\",\"high\",\"high\",\"planned\",\"shop.web\",\"Web\",\"shop\",\"team-shop\",\"a.threat:12\"")
        .says("\"shop.late (planned, due 2026-12-10, team-edge)\"")
        .says("\"CWE-287\",\"T-1; T-2\"")
        .says("\"CISO\",\"2026-12-31\",\"a pilot\"")
        .says("1 assumption");
}

#[test]
fn text_of_a_model_stays_text() {
    let hostile = "=1+1 </script><script>alert(1)</script> ]]> --> %%{init: {}}%% \\\\N &amp; {rank} \\\"x\\\" \\n-1 \\u{1b}[31m \\u{202e}";
    let model = MODEL
        .replace("\"Web\"", &format!("\"{hostile}\""))
        .replace("\"Theft\"", &format!("\"{hostile}\""));
    let folder = Folder::new(&[("a.threat", &model)]);
    for format in FORMATS {
        let written = export(&folder, format)
            .exits(0)
            .never_says("\u{1b}[31m")
            .never_says("\u{202e}");
        match format {
            "mermaid" => drop(
                written
                    .never_says("<script>")
                    .never_says("%%{")
                    .says("#60;script#62;"),
            ),
            "dot" => drop(
                written
                    .never_says(" \"x\"")
                    .says("\\\\N &amp;amp;")
                    .says("\\\"x\\\""),
            ),
            "drawio" => drop(
                written
                    .never_says("<script>")
                    .says("&lt;script&gt;")
                    .never_says("html=1")
                    .never_says("tooltip"),
            ),
            "csv" => drop(
                written
                    .says(",\"'=1+1 </script>")
                    .says("\"\"x\"\" -1")
                    .never_says("\n-1"),
            ),
            "threagile" => {}
            _ => drop(written.json()),
        }
    }
}

#[test]
fn a_broken_model_is_not_exported() {
    let folder = Folder::new(&[("a.threat", "process shop in nowhere\n")]);
    for format in FORMATS {
        let broken = export(&folder, format)
            .exits(2)
            .says("the model has errors");
        assert_eq!(broken.out, "");
    }
}

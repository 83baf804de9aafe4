//! `threatline import`: what is read, what is written where, and what is not.

use crate::Folder;

const SHOP: &str = "\
threagile_version: 1.0.0
title: Shop
includes: [parts/assets.yaml]
technical_assets:
  Till: { id: till, type: process, size: component, data_assets_processed: [card] }
";

const ASSETS: &str = "\
includes: [more.yaml]
data_assets:
  Cardholder Data: { id: card, confidentiality: strictly-confidential }
";

const MORE: &str = "\
data_assets:
  Opening Hours: { id: hours, confidentiality: public }
";

fn shop() -> Folder {
    Folder::new(&[
        ("old/shop.yaml", SHOP),
        ("old/parts/assets.yaml", ASSETS),
        ("old/parts/more.yaml", MORE),
    ])
}

#[test]
fn a_model_with_all_that_it_includes() {
    let folder = shop();
    folder
        .run(&["import", "old/shop.yaml", "--to", "design"])
        .exits(0)
        .says("old/shop.yaml: Threagile\n")
        .says("1 element, 0 flows, 2 assets")
        .says("old/shop.yaml:5:42: technical_assets.Till.size: kept in a comment")
        .says("threatline check design");
    let text = folder.read("design/shop.threat");
    assert!(
        text.contains("process till \"Till\" {\n  handles: card\n  // size: component\n}"),
        "{text}"
    );
    assert!(
        text.contains("asset hours \"Opening Hours\" { classification: public }"),
        "{text}"
    );
    assert_eq!(
        folder.read("design/threatline.toml"),
        "[model]\nname = \"Shop\"\n"
    );
    folder.run(&["fmt", "--check", "design"]).exits(0);
    folder.check(&["design", "--fail-on", "never"]).exits(0);
}

#[test]
fn what_is_there_is_kept() {
    let folder = shop();
    folder
        .run(&["import", "old/shop.yaml", "--to", "design"])
        .exits(0);
    let first = folder.read("design/shop.threat");
    folder
        .run(&["import", "old/shop.yaml", "--to", "design"])
        .exits(0);
    assert_eq!(folder.read("design/shop.threat"), first);
    folder.write("design/shop.threat", "process mine\n");
    folder
        .run(&["import", "old/shop.yaml", "--to", "design"])
        .exits(2)
        .says("already exists with different content; nothing was written");
    assert_eq!(folder.read("design/shop.threat"), "process mine\n");
    folder
        .run(&["import", "old/shop.yaml", "--to", "design", "--force"])
        .exits(0);
    assert_eq!(folder.read("design/shop.threat"), first);
}

#[test]
fn several_models_become_one() {
    let folder = shop();
    folder.write(
        "bank.json",
        r#"{ "otmVersion": "0.2.0", "project": { "name": "Bank", "id": "b" },
        "trustZones": [{ "id": "z", "name": "Zone" }],
        "components": [{ "id": "till", "name": "Till", "type": "process", "parent": { "trustZone": "z" } }] }"#,
    );
    folder
        .run(&["import", "old/shop.yaml", "bank.json", "--to", "design"])
        .exits(0)
        .says("bank.json: Open Threat Model")
        .says("  design/bank.threat\n  design/model.threat\n  design/shop.threat\n");
    assert!(
        folder
            .read("design/bank.threat")
            .contains("process till \"Till\" in z\n")
    );
    folder.check(&["design", "--fail-on", "never"]).exits(0);
}

#[test]
fn every_problem_of_every_file_and_nothing_is_written() {
    let folder = shop();
    folder.write(
        "old/parts/more.yaml",
        "data_assets:\n  Opening Hours: { confidentiality: pubic }\n",
    );
    folder.write("broken.json", "{ \"otmVersion\": \"0.2.0\", }");
    folder
        .run(&["import", "old/shop.yaml", "broken.json", "--to", "design"])
        .exits(2)
        .says("old/parts/more.yaml:2:37: data_assets.\"Opening Hours\".confidentiality: unknown value `pubic`; did you mean `public`?")
        .says("old/parts/more.yaml:2:18: data_assets.\"Opening Hours\".id: `id` is missing")
        .says("broken.json:1:26: invalid JSON")
        .says("3 problems; nothing was written");
    assert!(!folder.path("design").exists());
}

#[test]
fn what_is_included_lies_below_the_document() {
    let folder = shop();
    folder.write(
        "secret.yaml",
        "data_assets:\n  Secret: { id: secret, confidentiality: public }\n",
    );
    for path in [
        "../secret.yaml",
        "/etc/hostname",
        "parts/../../secret.yaml",
        "nothing.yaml",
    ] {
        folder.write("old/shop.yaml", SHOP.replace("parts/assets.yaml", path));
        let run = folder
            .run(&["import", "old/shop.yaml", "--to", "design"])
            .exits(2)
            .says("old/shop.yaml:3:11: includes: ");
        if path == "nothing.yaml" {
            run.says("cannot be read")
        } else {
            run.says("it is outside the folder of the document")
        };
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path("secret.yaml"), folder.path("old/link.yaml"))
            .expect("a link");
        folder.write(
            "old/shop.yaml",
            SHOP.replace("parts/assets.yaml", "link.yaml"),
        );
        folder
            .run(&["import", "old/shop.yaml", "--to", "design"])
            .exits(2)
            .says("it is outside the folder of the document");
    }
    assert!(!folder.path("design").exists());
}

#[test]
fn what_is_not_a_model_is_reported() {
    let folder = Folder::new(&[
        ("empty", ""),
        ("notes.md", "# Notes\n"),
        ("page.html", "<html></html>"),
        ("list.json", "[1]"),
    ]);
    folder.write("picture.png", [0x89, b'P', b'N', b'G', 0, 0xff]);
    folder
        .run(&["import", "empty", "--to", "design"])
        .exits(2)
        .says("empty:1:1: the file is empty");
    folder
        .run(&["import", "picture.png", "--to", "design"])
        .exits(2)
        .says("it is not valid UTF-8");
    for name in ["notes.md", "list.json"] {
        folder
            .run(&["import", name, "--to", "design"])
            .exits(2)
            .says("unknown format; supported are");
    }
    folder
        .run(&["import", "page.html", "--to", "design"])
        .exits(2)
        .says("page.html:1:");
    folder
        .run(&["import", "missing", "--to", "design"])
        .exits(2)
        .says("`missing`: cannot be read");
    assert!(!folder.path("design").exists());
}

#[test]
fn texts_of_a_document_stay_texts() {
    let title = r#""Shop\u001b[31m\" // */ {}\n}\u202e <script>@here""#;
    let folder = Folder::new(&[]);
    folder.write("shop.json", format!(
        r#"{{ "otmVersion": "0.2.0", "project": {{ "name": {title}, "id": "s", "description": {title} }},
            "trustZones": [{{ "id": "z", "name": {title}, "description": {title} }}],
            "components": [{{ "id": "a", "name": {title}, "type": {title}, "parent": {{ "trustZone": "z" }}, "odd": {title} }}] }}"#
    ));
    let run = folder
        .run(&["import", "shop.json", "--to", "design"])
        .exits(0);
    assert!(
        !run.out.contains('\u{1b}') && !run.out.contains('\u{202e}'),
        "{:?}",
        run.out
    );
    folder.check(&["design", "--fail-on", "never"]).exits(0);
    for name in std::fs::read_dir(folder.path("design"))
        .expect("a folder")
        .flatten()
    {
        let text = std::fs::read_to_string(name.path()).expect("a text");
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{202e}'),
            "{text:?}"
        );
    }
}

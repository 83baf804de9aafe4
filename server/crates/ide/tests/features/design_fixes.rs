//! Fixes that change what a team decides: what they close and open, where they are offered, and
//! that who always takes the first one tells no lie.

use crate::code_actions::{after, done, models, titles};
use crate::cursor_before;
use expect_test::expect;
use std::collections::{BTreeMap, HashSet};
use threatline_ide::code_actions::{CodeAction, code_actions, span_of};
use threatline_model::{
    Database, FileText, Kind, Workspace, diagnostics, full_name, is_done, is_verified, typed,
};
use threatline_testkit::{example_models, is_thorough, workspace};

/// The properties that a team decides about.
const CHOICES: [&str; 10] = [
    "protocol",
    "authentication",
    "authorization",
    "multi_factor",
    "encryption",
    "access",
    "tunnel",
    "privileges",
    "redundancy",
    "backup",
];

/// After how many first offers nothing of an example model is left to be offered.
const MAX_STEPS: usize = 100;

const LOGIN: &str = "asset profile { kind: data classification: confidential personal: no }
boundary internet { trust: untrusted }
boundary vpc { trust: high }
external user in internet { kind: person }
process api in vpc { technology: web_service accepts: nothing }
flow login: user -> api {
  protocol: http
  authentication: none
  authorization: end_user
  access: read
  sends: nothing
  receives: profile
}
";

#[track_caller]
fn at(word: &str) -> String {
    cursor_before(LOGIN, word)
}

#[test]
fn a_change_states_what_it_closes_and_opens() {
    titles(
        &at("login:"),
        expect![[r#"
            * Change `protocol` to `https` (closes 1 finding)
            - Plan a mitigation based on `tls` for `login` by 2026-04-01
            - State that `vpn` is in place on `login` (asserted)
            - State that `payload_encryption` is in place on `login` (asserted)
            - Record as a threat
            - Accept `unencrypted_flow@login` with a person, an end date and a reason
            - Dismiss `unencrypted_flow@login`: it does not apply
            - Change `authentication` to `federated` (closes 1 finding, opens 1)
            - Change `authentication` to `session` (closes 1 finding, opens 2)
            - Plan a mitigation based on `mutual_tls` for `login` by 2026-04-01
            - Record as a threat
            - Accept `unauthenticated_flow@login` with a person, an end date and a reason
            - Dismiss `unauthenticated_flow@login`: it does not apply
        "#]],
    );
}

#[test]
fn a_fact_is_changed_where_it_is_stated() {
    titles(
        &at("authentication:"),
        expect![[r#"
            - Change `authentication` to `federated` (closes 1 finding, opens 1)
            - Change `authentication` to `session` (closes 1 finding, opens 2)
        "#]],
    );
    titles(&at("kind: person"), expect![[r#""#]]);
    titles(
        &at("classification:"),
        expect![[r#"
        - Sort the properties in the order of the reference
    "#]],
    );
    done(
        &at("protocol:"),
        "Change `protocol`",
        expect![[r#"
        asset profile { kind: data classification: confidential personal: no }
        boundary internet { trust: untrusted }
        boundary vpc { trust: high }
        external user in internet { kind: person }
        process api in vpc { technology: web_service accepts: nothing }
        flow login: user -> api {
          protocol: https
          authentication: none
          authorization: end_user
          access: read
          sends: nothing
          receives: profile
        }
    "#]],
    );
}

/// The controls of a model that someone asserts and nobody has verified, and what was decided
/// about findings.
fn asserted(workspace: &Workspace) -> usize {
    let db = workspace.db();
    let model = workspace.models().next().expect("there is a model");
    let declarations = model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter().copied());
    let count = declarations.map(|decl| {
        let listed = typed(db, decl).decls("mitigations");
        let is_asserted = |mitigation| is_done(db, mitigation) && !is_verified(db, mitigation);
        let is_decision = [Kind::Accept, Kind::Dismiss].contains(&decl.kind(db));
        let is_left_out = typed(db, decl).get("out_of_scope").is_some();
        listed.filter(|mitigation| is_asserted(*mitigation)).count()
            + usize::from(is_decision)
            + usize::from(is_left_out)
    });
    count.sum()
}

/// What the elements of a model state, as written, by their names and the property.
fn facts(db: &Database, workspace: &Workspace) -> BTreeMap<(String, String), String> {
    let model = workspace.models().next().expect("there is a model");
    let declarations = model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter().copied());
    let states_facts = |kind: Kind| {
        kind.is_element() || [Kind::Asset, Kind::Boundary, Kind::Component].contains(&kind)
    };
    declarations
        .filter(|decl| states_facts(decl.kind(db)))
        .flat_map(|decl| {
            let written = decl.facts(db).properties.iter();
            written.map(move |written| {
                let name = full_name(db, decl).to_string();
                let values = format!("{:?}", written.values);
                ((name, written.name.to_string()), values)
            })
        })
        .collect()
}

/// The first offer for the first diagnostic that has one and was not tried yet.
fn first_offer(
    workspace: &Workspace,
    tried: &mut HashSet<(String, String)>,
) -> Option<(String, CodeAction)> {
    let db = workspace.db();
    let model = workspace.models().next()?;
    for &file in model.files(db).iter() {
        for (number, diagnostic) in diagnostics(db, file).iter().enumerate() {
            let place = format!("{}: {}", file.path(db), diagnostic.message);
            if tried.contains(&(place.clone(), diagnostic.code.id.to_owned())) {
                continue;
            }
            let within = span_of(db, diagnostic);

            let actions = code_actions(db, &models(workspace), file, within, false);

            let mut actions = actions.into_iter();
            let first = actions.find(|action| action.mends.contains(&number));
            tried.insert((place, diagnostic.code.id.to_owned()));
            // Who is to write a value decides it.
            let edits = |action: &CodeAction| {
                let mut edits = action.change.edits.values().flatten();
                edits.any(|edit| edit.text.contains("$1"))
            };
            let first = first.filter(|first| !(first.change.is_snippet && edits(first)));
            if let Some(first) = first {
                return Some((diagnostic.code.id.to_owned(), first));
            }
        }
    }
    None
}

/// Who always takes the first offer asserts no control, and changes nothing but the design.
#[test]
fn the_first_offer_never_lies() {
    let mut taken = 0;
    for (number, (name, files)) in example_models().into_iter().enumerate() {
        if !is_thorough() && number % 4 != 0 {
            continue;
        }
        let mut workspace = workspace(&files);
        let before = asserted(&workspace);
        let mut tried = HashSet::new();
        let mut steps = 0;
        while let Some((code, first)) = first_offer(&workspace, &mut tried) {
            taken += 1;
            steps += 1;
            assert!(steps < MAX_STEPS, "{name}: {} again and again", first.title);
            let facts_before = facts(workspace.db(), &workspace);
            for (path, text) in after(&workspace, &first) {
                workspace.set_file(&path, FileText::new(text));
            }
            assert!(
                !first.title.contains("`none`") && !first.title.contains("in place"),
                "{name}: {}",
                first.title
            );
            let facts_after = facts(workspace.db(), &workspace);
            let mut stated = facts_after.keys();
            let new = stated.find(|(element, property)| {
                let fact = (element.clone(), property.clone());
                property != "mitigations" && !facts_before.contains_key(&fact)
            });
            assert_eq!(new, None, "{name}, {code}: {}", first.title);
            for (fact, value) in &facts_before {
                let is_kept = facts_after.get(fact) == Some(value);
                let is_choice = CHOICES.contains(&fact.1.as_str()) || fact.1 == "mitigations";
                assert!(
                    is_kept
                        || is_choice && facts_after.contains_key(fact)
                        || code != "missing-mitigation",
                    "{name}: {} changes {fact:?} from {value} to {:?}",
                    first.title,
                    facts_after.get(fact)
                );
            }
        }
        assert_eq!(asserted(&workspace), before, "{name}");
    }
    assert!(taken > 20, "only {taken} offers were taken");
}

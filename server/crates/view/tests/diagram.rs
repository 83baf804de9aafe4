//! The data-flow diagram: what is in it, that nothing in it overlaps, and that no model breaks it.

use expect_test::{expect, expect_file};
use std::collections::BTreeMap;
use threatline_model::{Database, Decl, Kind, boundaries_around, ends, full_name, placed_in};
use threatline_testkit::{Cursor, Random, cases, example_models, workspace};
use threatline_view::diagram::{Diagram, Direction, MAX_PARTS, NotDrawn, diagram};

/// The model of a text, drawn.
fn drawn(model: &str, direction: Direction) -> (Cursor, Result<Drawn, NotDrawn>) {
    let cursor = Cursor::new(model);
    let diagram = diagram(cursor.db(), &[cursor.file], direction);
    (cursor, diagram.map(Drawn::new))
}

/// A diagram as an editor gets it.
#[derive(Debug, PartialEq, Eq)]
struct Drawn {
    svg: String,
    parts: Vec<Decl>,
}

impl Drawn {
    fn new(diagram: Diagram) -> Drawn {
        Drawn {
            svg: diagram.draw().svg,
            parts: diagram.declarations().collect(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Rectangle {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Rectangle {
    fn overlaps(self, other: Rectangle) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn is_in(self, other: Rectangle) -> bool {
        other.left <= self.left
            && self.right <= other.right
            && other.top <= self.top
            && self.bottom <= other.bottom
    }
}

fn number(tag: &str, attribute: &str) -> f64 {
    let (_, rest) = tag
        .split_once(&format!(" {attribute}=\""))
        .unwrap_or_else(|| panic!("{tag} has {attribute}"));
    rest.split('"').next().unwrap().parse().unwrap()
}

/// The box of each part, of a flow that of its text.
fn boxes(diagram: &Drawn) -> BTreeMap<usize, Rectangle> {
    let parts = diagram.svg.split("<g ").skip(1);
    let boxes = parts.filter_map(|part| {
        let at = number(part, "data-part") as usize;
        let (_, rectangle) = part.split_once("<rect")?;
        let (left, top) = (number(rectangle, "x"), number(rectangle, "y"));
        let (width, height) = (number(rectangle, "width"), number(rectangle, "height"));
        Some((
            at,
            Rectangle {
                left,
                top,
                right: left + width,
                bottom: top + height,
            },
        ))
    });
    boxes.collect()
}

/// What is in a boundary is drawn in it, what is not is drawn elsewhere, and nothing lies on
/// something else.
#[track_caller]
fn assert_tidy(db: &Database, diagram: &Drawn) {
    let boxes = boxes(diagram);
    let part = |at: &usize| diagram.parts[*at];
    let name = |at: &usize| format!("{} {}", part(at).kind(db).word(), full_name(db, part(at)));
    let elements: Vec<_> = boxes
        .iter()
        .filter(|(at, _)| part(at).kind(db) != Kind::Boundary)
        .collect();
    for (nth, (at, one)) in elements.iter().enumerate() {
        for (other_at, other) in &elements[nth + 1..] {
            assert!(
                !one.overlaps(**other),
                "{} lies on {}: {one:?} {other:?}",
                name(at),
                name(other_at)
            );
        }
    }
    let boundaries = || {
        boxes
            .iter()
            .filter(|(at, _)| part(at).kind(db) == Kind::Boundary)
    };
    // Of boundaries that are in each other in a circle, it is unknown which is the outer one.
    if boundaries().any(|(at, _)| is_in_circle(db, part(at))) {
        return;
    }
    for title in titles(&diagram.svg) {
        for (at, drawn) in &boxes {
            match part(at).kind(db) {
                Kind::Flow => {}
                Kind::Boundary => assert!(
                    !title.overlaps(*drawn) || title.is_in(*drawn),
                    "{} crosses a title: {title:?} {drawn:?}",
                    name(at)
                ),
                _ => assert!(
                    !title.overlaps(*drawn),
                    "{} lies on a title: {title:?} {drawn:?}",
                    name(at)
                ),
            }
        }
    }
    for (at, boundary) in boundaries() {
        let around = boundaries_around(db, part(at));
        for (other, drawn) in boxes
            .iter()
            .filter(|(other, _)| part(other).kind(db) != Kind::Flow && *other != at)
        {
            if boundaries_around(db, part(other)).contains(&part(at)) {
                assert!(
                    drawn.is_in(*boundary),
                    "{} is outside of {}",
                    name(other),
                    name(at)
                );
            } else if !around.contains(&part(other)) {
                assert!(
                    !drawn.overlaps(*boundary),
                    "{} lies on {}",
                    name(other),
                    name(at)
                );
            }
        }
    }
}

/// The titles of boundaries, as wide as their text is at least.
fn titles(svg: &str) -> Vec<Rectangle> {
    let titles = svg.split("<text class=\"title\"").skip(1).map(|title| {
        let (left, middle) = (number(title, "x"), number(title, "y"));
        let (_, text) = title.split('<').next().unwrap().split_once('>').unwrap();
        let width = text.chars().filter(char::is_ascii_lowercase).count() as f64 * 5.0;
        Rectangle {
            left,
            top: middle - 5.0,
            right: left + width,
            bottom: middle + 5.0,
        }
    });
    titles.collect()
}

fn is_in_circle(db: &Database, boundary: Decl) -> bool {
    let outermost = boundaries_around(db, boundary)
        .last()
        .copied()
        .unwrap_or(boundary);
    placed_in(db, outermost).is_some()
}

#[test]
fn the_examples_are_drawn_without_overlaps() {
    for (name, files) in example_models() {
        let workspace = workspace(&files);
        let db = workspace.db();
        for model in workspace.models().filter(|model| {
            model
                .files(db)
                .iter()
                .any(|file| !file.path(db).starts_with("std"))
        }) {
            let files = model.files(db).clone();
            let whole = diagram(db, &files, Direction::Right)
                .unwrap_or_else(|why| panic!("{name}: {why:?}"));
            let whole = Drawn::new(whole);
            assert_tidy(db, &whole);
            // Every element and every flow whose ends are known.
            let declared = files
                .iter()
                .flat_map(|file| file.declarations(db).iter().copied());
            let has_place = |decl: &Decl| match decl.kind(db) {
                Kind::Flow => matches!(ends(db, *decl), (Some(_), Some(_))),
                kind => matches!(
                    kind,
                    Kind::Boundary | Kind::External | Kind::Process | Kind::Store
                ),
            };
            let mut expected: Vec<Decl> = declared.filter(has_place).collect();
            let mut found = whole.parts.clone();
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{name}");
            for file in files.iter() {
                match diagram(db, &[*file], Direction::Down) {
                    Ok(part) => assert_tidy(db, &Drawn::new(part)),
                    Err(why) => assert_eq!(why, NotDrawn::Empty, "{name}"),
                }
            }
        }
    }
}

/// Where everything of the example models is, so that another layout of the crate below is seen
/// before it is shown to anybody. With UPDATE_EXPECT set, the files are written again.
#[test]
fn the_layout_of_the_examples_is_as_it_was() {
    let mut laid_out = 0;
    for (name, files) in example_models() {
        let workspace = workspace(&files);
        let db = workspace.db();
        let own = workspace.models().find(|model| {
            let mut files = model.files(db).iter();
            files.any(|file| !file.path(db).starts_with("std"))
        });
        let files = own.expect("it has a model").files(db).clone();
        let drawn = Drawn::new(diagram(db, &files, Direction::Right).expect("it is drawn"));
        let mut lines: Vec<String> = boxes(&drawn)
            .into_iter()
            .map(|(part, place)| {
                format!(
                    "{} from {:.0} {:.0} to {:.0} {:.0}\n",
                    full_name(db, drawn.parts[part]),
                    place.left,
                    place.top,
                    place.right,
                    place.bottom
                )
            })
            .collect();
        lines.sort();
        let file = format!("layouts/{}.txt", name.replace('/', "-"));
        expect_file![file].assert_eq(&lines.concat());
        laid_out += 1;
    }
    assert!(laid_out > 5);
}

/// A model of any shape: boundaries in boundaries, elements anywhere, flows between any two, also
/// to themselves.
fn any_model(random: &mut Random, elements: usize) -> String {
    let boundaries = random.below(7);
    let circles = random.one_in(3);
    let mut model = String::from("$0\n");
    let within = |random: &mut Random, of: usize| match random.below(of + 1) {
        0 => String::new(),
        at => format!(" in b{}", at - 1),
    };
    for at in 0..boundaries {
        // Also in itself, or in a circle, as half-written text has it.
        let of = if circles { boundaries } else { at };
        model += &format!("boundary b{at} \"Boundary {at}\"{}\n", within(random, of));
    }
    for at in 0..elements {
        let kind = random.pick(&["external", "process", "store"]);
        model += &format!("{kind} e{at}{}\n", within(random, boundaries));
    }
    for at in 0..random.below(elements * 3) {
        let (source, target) = (random.below(elements), random.below(elements));
        model += &format!("flow f{at}: e{source} -> e{target} {{ protocol: http }}\n");
    }
    model
}

#[test]
fn any_model_is_drawn() {
    for seed in 1..=cases(40, 150) as u64 {
        let mut random = Random::new(seed);
        let elements = 1 + random.below(14);
        let direction = if random.one_in(2) {
            Direction::Right
        } else {
            Direction::Down
        };
        let (cursor, diagram) = drawn(&any_model(&mut random, elements), direction);
        let diagram = diagram.unwrap_or_else(|why| panic!("{seed}: {why:?}"));
        let places = diagram
            .svg
            .split_inclusive("</title>")
            .map(|part| part.split("<title>").next().unwrap_or_default());
        for place in places {
            assert!(
                !place.contains("NaN") && !place.contains("inf"),
                "{seed}: {place}"
            );
        }
        assert_tidy(cursor.db(), &diagram);
        assert_eq!(
            diagram.svg.matches("class=\"line\"").count(),
            diagram.svg.matches("class=\"flow").count()
        );
    }
}

#[test]
fn a_diagram_has_an_end() {
    let (_, empty) = drawn("$0asset card\n", Direction::Right);
    assert_eq!(empty, Err(NotDrawn::Empty));
    let most: String = (0..MAX_PARTS)
        .map(|at| format!("process p{at}\n"))
        .collect();
    let (_, all) = drawn(&format!("$0{most}"), Direction::Right);
    assert_eq!(all.unwrap().parts.len(), MAX_PARTS);
    let (_, more) = drawn(&format!("$0{most}process one_more\n"), Direction::Down);
    assert_eq!(more, Err(NotDrawn::TooLarge(MAX_PARTS + 1)));
}

#[test]
fn parts_show_their_kind_and_worst_finding() {
    let (cursor, diagram) = drawn(
        "
//- shop.threat
$0component shop
asset card { classification: restricted }
boundary internet { trust: untrusted }
boundary vpc
external shopper \"Shopper\" in internet { kind: person }
process web in vpc
flow pay \"Pay\": shopper -> web { protocol: http authentication: token authorization: end_user sends: card }
flow look: web -> backend.api { protocol: https authentication: none }
//- backend.threat
component backend
process api
process unseen
",
        Direction::Right,
    );
    let diagram = diagram.unwrap();
    let parts = diagram.svg.split("<g ").skip(1).map(|part| {
        let class = part.split('"').nth(1).unwrap();
        let (_, told) = part.split_once("<title>").unwrap();
        let at = number(&format!(" {part}"), "data-part") as usize;
        format!(
            "{} [{class}] {}\n",
            full_name(cursor.db(), diagram.parts[at]),
            told.split_once("</title>").unwrap().0
        )
    });
    expect![[r#"
        shop.internet [boundary nothing trust-untrusted] boundary shop.internet
        untrusted
        shop.vpc [boundary nothing trust-high] boundary shop.vpc
        high
        shop.pay [flow critical] flow shop.pay, from shop.shopper to shop.web
        1 open: 1 critical · 3 undecided
        undecided: Exposed administrative interface
        undecided: Missing audit trail of administrative actions
        undecided: Single-factor login to sensitive data
        critical: Cleartext transmission of sensitive data
        shop.look [flow not-stated] flow shop.look, from shop.web to backend.api
        nothing open · 1 undecided
        undecided: Missing authentication across a trust boundary
        shop.shopper [external nothing] external shop.shopper
        nothing open
        shop.web [process low] process shop.web
        1 open: 1 low · 21 undecided
        undecided: Internet-facing process runs with administrator privileges
        undecided: Execution of untrusted code
        low: Missing rate limiting
        undecided: Message queue flooding
        undecided: Sensitive responses in a shared cache
        backend.api [process not-stated outside] process backend.api
        nothing open · 6 undecided
        undecided: Internet-facing process runs with administrator privileges
        undecided: Execution of untrusted code
        undecided: Deserialization of untrusted data
        undecided: XML external entity (XXE) injection
        undecided: Decompression bomb
    "#]]
    .assert_eq(&parts.collect::<String>());
}

#[test]
fn names_stay_text() {
    let hostile = "\u{202e}<script>alert(1)</script>&amp;' onload='x\u{1b}[31m";
    let (_, diagram) = drawn(
        &format!(
            "$0boundary b \"{hostile}\"\nprocess p \"{hostile}\" in b\nflow f \"{hostile}\": p -> p {{ protocol: http }}\n"
        ),
        Direction::Right,
    );
    let svg = diagram.unwrap().svg;
    assert!(
        svg.contains("&lt;script&gt;") && !svg.contains("<script") && !svg.contains("' onload"),
        "{svg}"
    );
    assert!(!svg.contains(['\u{202e}', '\u{1b}']), "{svg}");
    // Long ones are cut, with a sign of it, and are told in full on their own.
    let name = "x".repeat(100);
    let (_, diagram) = drawn(&format!("$0process {name}\n"), Direction::Right);
    let svg = diagram.unwrap().svg;
    assert!(
        svg.contains("…</text>") && svg.contains(&format!("process {name}")),
        "{svg}"
    );
}

#[test]
fn a_diagram_becomes_mermaid() {
    let cursor = Cursor::new(
        "$0boundary internet \"The \\\"Internet\\\" <b>end</b>\"
boundary empty
external shopper \"Shopper\" in internet { kind: person }
process web
store db
asset card { classification: restricted }
flow pay: shopper -> web { protocol: http sends: card authentication: token authorization: end_user }
flow web -> db
",
    );
    let drawn = diagram(cursor.db(), &[cursor.file], Direction::Down).unwrap();
    expect![[r#"
        flowchart TB
          subgraph n0["The #34;Internet#34; #60;b#62;end#60;#47;b#62;"]
            n2["Shopper"]
          end
          subgraph n1["empty"]
          end
          n3("web")
          n4[("db")]
          n2 -->|"pay"| n3
          n3 --> n4
          linkStyle 0 stroke:#d1242f,stroke-width:2px
    "#]]
    .assert_eq(&drawn.mermaid());
}

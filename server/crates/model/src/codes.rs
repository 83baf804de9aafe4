//! The table of diagnostics: every code with its weight, what it means, and a model that triggers
//! it. The reference is made from it, and a test checks each example.

use crate::severity::Severity;

/// What a diagnostic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The text is not in the language, or cannot be read.
    Text,
    /// Something is declared, named or stated wrongly.
    Model,
    /// A threat is open.
    Finding,
    /// A day has passed or is near.
    Time,
    /// The model could be better.
    Lint,
}

impl Class {
    /// All classes, in the order of the reference.
    pub const ALL: [Class; 5] = [
        Class::Text,
        Class::Model,
        Class::Finding,
        Class::Time,
        Class::Lint,
    ];

    /// A heading for the class.
    pub fn heading(self) -> &'static str {
        match self {
            Class::Text => "Text",
            Class::Model => "Names and properties",
            Class::Finding => "Findings",
            Class::Time => "Dates",
            Class::Lint => "Lint",
        }
    }
}

/// A diagnostic's code.
#[derive(Debug)]
pub struct Code {
    /// The code, as it is shown and as `threatline.toml` names it.
    pub id: &'static str,
    /// What it is about.
    pub class: Class,
    /// How much it weighs unless the settings say otherwise.
    pub severity: Severity,
    /// What it says, in a line.
    pub summary: &'static str,
    /// What it means and what to do, in Markdown.
    pub doc: &'static str,
    /// A model that triggers it, in one file.
    pub example: &'static str,
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Code {}

/// The code of a name.
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id == id)
}

macro_rules! codes {
    ($(
        $name:ident, $id:literal, $class:ident, $severity:ident,
        $summary:literal,
        $doc:literal,
        $example:literal;
    )*) => {
        $(
            #[doc = $summary]
            pub static $name: Code = Code {
                id: $id,
                class: Class::$class,
                severity: Severity::$severity,
                summary: $summary,
                doc: $doc,
                example: $example,
            };
        )*
        /// Every code, in the order of the reference.
        pub static ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    SYNTAX_ERROR, "syntax-error", Text, Error, "The text is not in the language.",
    "Something stands where it cannot, or is missing. What is around it keeps its meaning.",
    "process shop \"Shop\" { technology web_service }";

    UNREADABLE_FILE, "unreadable-file", Text, Error, "A file cannot be read as text.",
    "The file is not UTF-8, longer than 16 MB, or cannot be opened. Of a file that is not UTF-8 \
     the rest is still checked.",
    "process shop \"\u{fffd}\"";

    LOOSE_DESCRIPTION, "loose-description", Text, Warning,
    "A description with nothing after it to describe.",
    "`///` lines describe the declaration that follows them. Elsewhere, write a comment with `//`.",
    "process shop { \n  /// What it is made with.\n  technology: web_service\n}";

    INVALID_SETTING, "invalid-setting", Text, Error,
    "Something in `threatline.toml` is not known or does not fit.",
    "A section or key that does not exist, or a value that the key does not take. The rest of the \
     file holds.",
    "";

    UNRESOLVED_REFERENCE, "unresolved-reference", Model, Error, "A name that nothing declares.",
    "A name is looked up in the file's component, then in those around it, at the top level, and \
     last in the library. Names in other components are written with the component: \
     `payments.ledger`.",
    "process shop in vcp\nboundary vpc";

    WRONG_KIND, "wrong-kind", Model, Error, "A name of something else than is needed there.",
    "The name is declared, but not as what can stand in this place.",
    "asset card { classification: restricted }\nprocess shop in card";

    DUPLICATE_DECLARATION, "duplicate-declaration", Model, Error, "Two declarations of one name.",
    "A name is declared once in its component, whatever its kind; a component once in its model. \
     Two flows without names between the same two elements cannot be told apart: give them names.",
    "process shop\nstore shop";

    MISPLACED_DECLARATION, "misplaced-declaration", Model, Error,
    "A declaration, or a part of it, where it cannot stand.",
    "`component` comes first in its file, and once; only externals, processes, stores and \
     boundaries are placed with `in`; only flows have two ends.",
    "process shop\ncomponent late";

    MISSING_PART, "missing-part", Model, Error,
    "A declaration without its name, or a flow without an end.",
    "Everything but a flow and an assumption needs a name; a flow needs a source and a target.",
    "process \"Shop\"";

    UNKNOWN_PROPERTY, "unknown-property", Model, Error, "A property that this kind does not have.",
    "Each kind of declaration has its own properties; the language reference lists them.",
    "process shop { tecnology: web_service }";

    DUPLICATE_PROPERTY, "duplicate-property", Model, Error, "A property that is stated twice.",
    "One fact is stated once. Put the values of a list into one property.",
    "process shop { technology: web_service technology: web_application }";

    MISSING_PROPERTY, "missing-property", Model, Error,
    "A declaration without a property that it needs.",
    "Without it the declaration says nothing that can be used.",
    "asset card \"Card\"";

    INVALID_VALUE, "invalid-value", Model, Error, "A value that its property does not take.",
    "The property takes something of another kind, or one value where several are given, or its \
     value is missing.",
    "assumption calm { validate_by: tomorrow }";

    UNKNOWN_WORD, "unknown-word", Model, Error, "A word that is not in the property's list.",
    "Some properties take one of a fixed list of words; the language reference lists them.",
    "asset card { classification: secret }";

    DUPLICATE_VALUE, "duplicate-value", Model, Warning, "A value that stands in a list twice.",
    "Once says it all.",
    "asset card { classification: restricted }\nprocess shop { handles: card, card }";

    UNKNOWN_REFERENCE, "unknown-reference", Model, Warning,
    "A reference that the published lists do not have.",
    "No weakness, attack pattern or technique has this id, ASVS 5.0 has no such requirement, or \
     its publisher has given the entry up. The lists are part of Threatline, so it also tells of \
     an id that is newer than they are: there, turn it off.",
    "process shop\nthreat fraud { category: spoofing targets: shop references: CWE-9999 }";

    BOUNDARY_CYCLE, "boundary-cycle", Model, Error,
    "Boundaries that lie in each other in a circle.",
    "A boundary lies in another one, and never, by way of others, in itself.",
    "boundary inner in outer\nboundary outer in inner";

    DEEP_NESTING, "deep-nesting", Model, Error, "Boundaries nested deeper than 64.",
    "No design has so many boundaries around each other; what is around the 64th is not looked at.",
    "";

    DEFINITION_CYCLE, "definition-cycle", Model, Error,
    "Something that is defined by way of itself.",
    "`is` and `based_on` lead from the narrower to the broader, never back.",
    "technology queue { is: bus }\ntechnology bus { is: queue }";

    INVALID_CONDITION, "invalid-condition", Model, Error, "A condition that cannot be evaluated.",
    "It asks for a fact that these elements do not have, compares with a word that the fact cannot \
     be, or orders words that have no order. The language reference lists the facts.",
    "rule odd { on: flow category: tampering when: colour = red }";

    MISSING_MITIGATION, "missing-mitigation", Finding, Warning,
    "An open threat: the facts call for it, and nothing counters it.",
    "A rule of the library or of the model found a threat on an element, or a person wrote one, \
     and no mitigation, done or planned, counters it there. Its weight follows the severity: \
     `critical` and `high` are errors, `medium` warnings, `low` information. Correct the fact, add \
     a mitigation, or accept the risk with a date.",
    "asset card { classification: restricted }\n\
     boundary net { trust: untrusted }\n\
     boundary vpc\n\
     external buyer in net\n\
     process shop in vpc\n\
     flow buyer -> shop { protocol: http authentication: session sends: card }";

    UNKNOWN_TRUST, "unknown-trust", Finding, Warning,
    "A boundary whose trust is unknown, and threats depend on it.",
    "No boundary around states `trust`, and nothing tells whose place it is: it holds only people, \
     clients, devices or systems of others, or it is an organization, a host or a room. State how \
     far what is in it is trusted. A boundary that holds processes or stores of your own counts \
     as `high` without a question.",
    "asset person { classification: confidential personal: yes }\n\
     boundary partner { kind: organisation }\n\
     boundary cloud { kind: cloud }\n\
     external carrier in partner { kind: system }\n\
     process shop in cloud { technology: worker }\n\
     flow book: shop -> carrier { protocol: https authentication: token sends: person }";

    UNSTATED_FACT, "unstated-fact", Finding, Information,
    "An unspecified fact that decides whether a threat is there.",
    "Something that a rule asks for is stated, and a fact that decides is not. It is asked for \
     once, however many rules depend on it. A question is a warning at most, but a threat of the \
     severity at which a check fails is not judged while the question is open. State the fact; \
     lists take `nothing`.",
    "asset card { classification: restricted }\n\
     boundary net { trust: untrusted }\n\
     boundary vpc\n\
     external buyer in net\n\
     process shop in vpc\n\
     flow buyer -> shop { protocol: https authorization: end_user sends: card }";

    UNMET_EXPECTATION, "unmet-expectation", Finding, Error,
    "A test expects of a rule what is not so.",
    "In a file whose name ends with `.test.threat`, an `expect` says what rules have to find and \
     what not. Either the rule is wrong, or the test is.",
    "process shop\nprocess stock\nflow ask: shop -> stock { protocol: https }\n\
     expect { found: unencrypted_flow@ask }";

    EXPIRED_ACCEPTANCE, "expired-acceptance", Time, Warning,
    "A risk is accepted until a day that has passed.",
    "After its last day an `accept` no longer holds, and the findings that it named are open \
     again. Mitigate them, or have the risk accepted anew.",
    "process shop\n\
     threat fraud { category: spoofing targets: shop }\n\
     accept fraud_for_now { findings: fraud by: \"CISO\" until: 2020-01-31 because: \"Few orders \
     yet.\" }";

    EXPIRING_ACCEPTANCE, "expiring-acceptance", Time, Hint, "An acceptance ends within 30 days.",
    "Decide now what comes after it.",
    "process shop\n\
     threat fraud { category: spoofing targets: shop }\n\
     accept fraud_for_now { findings: fraud by: \"CISO\" until: 2026-01-20 because: \"Few orders \
     yet.\" }";

    OVERDUE_MITIGATION, "overdue-mitigation", Time, Warning,
    "A mitigation should have been done by now.",
    "Its `due` has passed, and its `status` is neither `implemented` nor `verified`.",
    "mitigation checks { counters: spoofing status: planned due: 2020-01-31 }";

    MITIGATION_DUE, "mitigation-due", Time, Hint, "A mitigation is due within 30 days.",
    "It is not done yet.",
    "mitigation checks { counters: spoofing status: planned due: 2026-01-20 }";

    OVERDUE_ASSUMPTION, "overdue-assumption", Time, Warning,
    "An assumption should have been looked at again by now.",
    "Its `validate_by` has passed: see whether it still holds, and set the next day.",
    "assumption calm \"Orders come in by day only\" { validate_by: 2020-01-31 }";

    ASSUMPTION_DUE, "assumption-due", Time, Hint,
    "An assumption is to be looked at again within 30 days.",
    "See whether it still holds, and set the next day.",
    "assumption calm \"Orders come in by day only\" { validate_by: 2026-01-20 }";

    UNUSED_ASSET, "unused-asset", Lint, Warning,
    "An asset that nothing stores, handles or carries.",
    "State where it is, or take it out: what is nowhere is not protected.",
    "asset card { classification: restricted }";

    UNUSED_MITIGATION, "unused-mitigation", Lint, Warning, "A mitigation that protects nothing.",
    "Nothing names it, so it has no effect: list it under `mitigations` where it is in place.",
    "mitigation checks { counters: spoofing }";

    UNUSED_DEFINITION, "unused-definition", Lint, Warning,
    "A technology or protocol that nothing uses.",
    "Nothing is made with it or talks it.",
    "technology homegrown_queue { is: message_queue }";

    HIDDEN_DEFINITION, "hidden-definition", Lint, Warning,
    "A definition that hides one of the library.",
    "A technology, protocol, mitigation or rule of the model has the name of one of the library, \
     and takes its place wherever that name is written. Who reads `http` expects the library's. \
     Give it another name; the library's is `std.http` in full.",
    "process shop\n\
     process stock\n\
     flow ask: shop -> stock { protocol: http }\n\
     protocol http { encrypted: yes }";

    ISOLATED_ELEMENT, "isolated-element", Lint, Warning, "An element with no flow.",
    "Nothing reaches it and it reaches nothing, so no threat to it can be found. Add its flows.",
    "process shop";

    EMPTY_BOUNDARY, "empty-boundary", Lint, Warning, "A boundary with nothing in it.",
    "Place something in it with `in`, or take it out.",
    "boundary vpc";

    NOTHING_TO_PROTECT, "nothing-to-protect", Lint, Warning,
    "A model with elements and without an asset.",
    "How severe a threat is follows from what is worth protecting. Declare assets, and state what \
     flows carry and what stores keep.",
    "external buyer { kind: person }\nprocess shop\nflow buyer -> shop";

    EXTERNAL_INSIDE, "external-inside", Lint, Warning,
    "A system or device of someone else inside a boundary of your own.",
    "The boundary states no trust and holds processes or stores of your own, so what is in it \
     counts as trusted, and this external entity with it. If it is yours, declare it as a process \
     or a store; if it is not, place it in a boundary of its own, or state the trust of this one.",
    "boundary vpc { kind: network }\n\
     external carrier in vpc { kind: system }\n\
     process shop in vpc\n\
     flow book: shop -> carrier { protocol: https }";

    EMPTY_FLOW, "empty-flow", Lint, Information, "A flow that carries nothing.",
    "State what it `sends` and `receives`: how severe a threat to it is follows from what it \
     carries.",
    "process shop\nprocess stock\nflow shop -> stock { protocol: https }";

    SELF_FLOW, "self-flow", Lint, Warning, "A flow from an element to itself.",
    "A data flow runs between two elements.",
    "process shop\nflow shop -> shop";

    CONTRADICTION, "contradiction", Lint, Warning, "Two facts that cannot both be true.",
    "One of them is wrong, and findings follow from the wrong one as well.",
    "process shop\nprocess stock\nflow shop -> stock { authentication: none multi_factor: yes }";

    IDLE_ACCEPTANCE, "idle-acceptance", Lint, Warning, "An acceptance of what is not there.",
    "No such finding exists, or a mitigation counters it already. An `accept` that is not needed \
     hides the finding when it comes back: take it out.",
    "process shop\n\
     process stock\n\
     flow ask: shop -> stock { protocol: https }\n\
     accept clear_text { findings: unencrypted_flow@ask by: \"CISO\" until: 2099-01-31 because: \
     \"It is not.\" }";

    IDLE_DISMISSAL, "idle-dismissal", Lint, Warning, "A dismissal that does not hold.",
    "Its `while` is not true, a finding of severity critical has only one name in `by`, or no such \
     finding exists. Then nothing is dismissed, and the finding is open if it exists.",
    "process shop\n\
     process stock\n\
     flow ask: shop -> stock { protocol: https }\n\
     dismiss clear_text { finding: unencrypted_flow@ask by: \"CISO\" because: \"It is not.\" \
     while: encrypted }";

    UNPROVEN_MITIGATION, "unproven-mitigation", Lint, Information,
    "A verified mitigation without evidence.",
    "`verified` says that something proves that it works: name it under `evidence`.",
    "process shop { mitigations: checks }\n\
     mitigation checks { counters: spoofing status: verified }";

    MISPLACED_MITIGATION, "misplaced-mitigation", Lint, Warning,
    "A mitigation is listed where it cannot act.",
    "A mitigation acts on the kinds of elements in its `on`, and not where its `when` is false. On \
     a component or a boundary it acts on the elements inside. Where it cannot act, it closes no \
     finding.",
    "process shop\nprocess stock\n\
     flow ask: shop -> stock { protocol: https mitigations: parameterized_queries }";

    BROAD_MITIGATION, "broad-mitigation", Lint, Warning,
    "One statement closes many severe findings.",
    "The `mitigations` of one component or boundary close findings of severity high or above of at \
     least 3 rules, or at least 8 such findings. List each mitigation at the elements that it \
     protects, so that a reviewer can check it.",
    "boundary vpc { mitigations: everything }\n\
     process shop in vpc\nprocess stock in vpc\n\
     flow ask: shop -> stock { protocol: https }\n\
     mitigation everything { counters: one, two, three }\n\
     rule one { on: process category: spoofing likelihood: critical impact: critical \
     when: in_scope }\n\
     rule two { on: process category: tampering likelihood: critical impact: critical \
     when: in_scope }\n\
     rule three { on: process category: spoofing likelihood: critical impact: critical \
     when: in_scope }";

    INEFFECTIVE_MITIGATION, "ineffective-mitigation", Lint, Warning,
    "A mitigation that counters nothing.",
    "It states neither `counters` nor `based_on`, and no threat lists it, so it closes no finding.",
    "process shop { mitigations: checks }\nmitigation checks";
}

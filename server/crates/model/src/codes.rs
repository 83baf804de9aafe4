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
    /// Its severity unless the settings change it.
    pub severity: Severity,
    /// Its meaning, in one line.
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
    SYNTAX_ERROR, "syntax-error", Text, Error, "The text is not valid syntax.",
    "Something is missing or in the wrong place. The text around it is still analyzed.",
    "process shop \"Shop\" { technology web_service }";

    UNREADABLE_FILE, "unreadable-file", Text, Error, "A file cannot be read as text.",
    "The file is not UTF-8, is longer than 16 MB, or cannot be opened. If only part of a file is \
     not UTF-8, the rest is still checked.",
    "process shop \"\u{fffd}\"";

    LOOSE_DESCRIPTION, "loose-description", Text, Warning,
    "A description with nothing after it to describe.",
    "`///` lines describe the declaration that follows them. Elsewhere, write a comment with `//`.",
    "process shop { \n  /// What it is made with.\n  technology: web_service\n}";

    INVALID_SETTING, "invalid-setting", Text, Error,
    "An unknown or invalid setting in `threatline.toml`.",
    "The section or key does not exist, or the key does not take this value. The rest of the file \
     is used.",
    "";

    UNRESOLVED_REFERENCE, "unresolved-reference", Model, Error, "A name that nothing declares.",
    "A name is looked up in the file's component, then in the components around it, at the top \
     level, and last in the library. For a name in another component, write the component as \
     well: `payments.ledger`.",
    "process shop in vcp\nboundary vpc";

    WRONG_KIND, "wrong-kind", Model, Error, "A name of the wrong kind of declaration.",
    "The name is declared, but as a kind that is not allowed here.",
    "asset card { classification: restricted }\nprocess shop in card";

    DUPLICATE_DECLARATION, "duplicate-declaration", Model, Error,
    "Two declarations with the same name.",
    "Names are unique in a component, across all kinds, and components are unique in a model. \
     Two flows without names between the same two elements cannot be told apart: give them names.",
    "process shop\nstore shop";

    MISPLACED_DECLARATION, "misplaced-declaration", Model, Error,
    "A declaration, or a part of one, in the wrong place.",
    "`component` comes first in its file, and only once. Only externals, processes, stores and \
     boundaries take `in`, and only flows have a source and a target.",
    "process shop\ncomponent late";

    MISSING_PART, "missing-part", Model, Error,
    "A declaration without its name, or a flow without an end.",
    "Every declaration needs a name, except flows and assumptions. A flow needs a source and a \
     target.",
    "process \"Shop\"";

    UNKNOWN_PROPERTY, "unknown-property", Model, Error, "A property that this kind does not have.",
    "Each kind of declaration has its own properties; the language reference lists them.",
    "process shop { tecnology: web_service }";

    DUPLICATE_PROPERTY, "duplicate-property", Model, Error, "A property that is stated twice.",
    "State each property once, and put all values of a list into it.",
    "process shop { technology: web_service technology: web_application }";

    MISSING_PROPERTY, "missing-property", Model, Error,
    "A declaration without a property that it needs.",
    "Without it, the declaration has no effect.",
    "asset card \"Card\"";

    INVALID_VALUE, "invalid-value", Model, Error, "A value that its property does not take.",
    "The value is missing or has the wrong type, or there are several values where the property \
     takes one.",
    "assumption calm { validate_by: tomorrow }";

    UNKNOWN_WORD, "unknown-word", Model, Error, "A word that is not in the property's list.",
    "Some properties take one of a fixed list of words; the language reference lists them.",
    "asset card { classification: secret }";

    DUPLICATE_VALUE, "duplicate-value", Model, Warning, "A value that is in a list twice.",
    "Delete one of the two.",
    "asset card { classification: restricted }\nprocess shop { handles: card, card }";

    UNKNOWN_REFERENCE, "unknown-reference", Model, Warning,
    "A reference that is not in the published lists.",
    "No weakness, attack pattern or technique has this ID, ASVS 5.0 has no such requirement, or \
     the publisher has deprecated the entry. The lists are part of Threatline, so an ID that is \
     newer than they are is reported as well: turn the diagnostic off in this case.",
    "process shop\nthreat fraud { category: spoofing targets: shop references: CWE-9999 }";

    BOUNDARY_CYCLE, "boundary-cycle", Model, Error,
    "Boundaries that contain each other.",
    "A boundary cannot contain itself, directly or through other boundaries.",
    "boundary inner in outer\nboundary outer in inner";

    DEEP_NESTING, "deep-nesting", Model, Error, "Boundaries nested deeper than 64.",
    "The boundaries around the 64th are not analyzed.",
    "";

    DEFINITION_CYCLE, "definition-cycle", Model, Error,
    "A definition that depends on itself.",
    "`is` and `based_on` lead from a narrower definition to a broader one, never back.",
    "technology queue { is: bus }\ntechnology bus { is: queue }";

    INVALID_CONDITION, "invalid-condition", Model, Error, "A condition that cannot be evaluated.",
    "It uses a fact that these elements do not have, compares a fact with a word that it cannot \
     have, or uses `<` or `>` with words that have no order. The language reference lists the \
     facts.",
    "rule odd { on: flow category: tampering when: color = red }";

    MISSING_MITIGATION, "missing-mitigation", Finding, Warning,
    "An open threat: the facts lead to it, and nothing mitigates it.",
    "A rule of the library or of the model finds the threat on an element, or the model declares \
     it, and no mitigation is in place or planned. A threat of severity `critical` or `high` is \
     an error, `medium` a warning, and `low` information. Correct the fact, add a mitigation, or \
     accept the risk with a date.",
    "asset card { classification: restricted }\n\
     boundary net { trust: untrusted }\n\
     boundary vpc\n\
     external buyer in net\n\
     process shop in vpc\n\
     flow buyer -> shop { protocol: http authentication: session sends: card }";

    UNKNOWN_TRUST, "unknown-trust", Finding, Warning,
    "A boundary with unknown trust on which threats depend.",
    "Neither it nor a boundary around it states `trust`, and its contents do not show who controls \
     it: it contains only people, clients, devices or systems of someone else, or it is an \
     organization, a host or a room. State its `trust`. A boundary that contains processes or \
     stores of your own has trust level `high` by default.",
    "asset person { classification: confidential personal: yes }\n\
     boundary partner { kind: organization }\n\
     boundary cloud { kind: cloud }\n\
     external carrier in partner { kind: system }\n\
     process shop in cloud { technology: worker }\n\
     flow book: shop -> carrier { protocol: https authentication: token sends: person }";

    UNSTATED_FACT, "unstated-fact", Finding, Information,
    "An unspecified fact that decides whether a threat exists.",
    "The known facts match a rule, and the threat depends on one that is unspecified. Each missing \
     fact is reported once, for all rules that depend on it, as a warning at most. If a threat at \
     or above the threshold depends on it, the check ends as not judged. State the fact; where \
     the help lists `nothing`, it states that there is none.",
    "asset card { classification: restricted }\n\
     boundary net { trust: untrusted }\n\
     boundary vpc\n\
     external buyer in net\n\
     process shop in vpc\n\
     flow buyer -> shop { protocol: https authorization: end_user sends: card }";

    UNMET_EXPECTATION, "unmet-expectation", Finding, Error,
    "A test whose expectation is not met.",
    "In a file whose name ends with `.test.threat`, `expect` lists what the rules must find and \
     must not find. Either the rule or the test is wrong.",
    "process shop\nprocess stock\nflow ask: shop -> stock { protocol: https }\n\
     expect { found: unencrypted_flow@ask }";

    EXPIRED_ACCEPTANCE, "expired-acceptance", Time, Warning,
    "An acceptance that has expired.",
    "After its last day an `accept` has no effect, and its findings are open again. Mitigate \
     them, or have the risk accepted again.",
    "process shop\n\
     threat fraud { category: spoofing targets: shop }\n\
     accept fraud_for_now { findings: fraud by: \"CISO\" until: 2020-01-31 because: \"Few orders \
     yet.\" }";

    EXPIRING_ACCEPTANCE, "expiring-acceptance", Time, Hint, "An acceptance ends within 30 days.",
    "Decide what follows: mitigate the findings, or have the risk accepted again.",
    "process shop\n\
     threat fraud { category: spoofing targets: shop }\n\
     accept fraud_for_now { findings: fraud by: \"CISO\" until: 2026-01-20 because: \"Few orders \
     yet.\" }";

    OVERDUE_MITIGATION, "overdue-mitigation", Time, Warning,
    "A mitigation that is overdue.",
    "Its `due` date has passed, and its `status` is neither `implemented` nor `verified`.",
    "mitigation checks { counters: spoofing status: planned due: 2020-01-31 }";

    MITIGATION_DUE, "mitigation-due", Time, Hint, "A mitigation is due within 30 days.",
    "It is not in place yet.",
    "mitigation checks { counters: spoofing status: planned due: 2026-01-20 }";

    OVERDUE_ASSUMPTION, "overdue-assumption", Time, Warning,
    "An assumption whose review is overdue.",
    "Its `validate_by` date has passed. Check whether it still holds, and set the next date.",
    "assumption calm \"Orders come in by day only\" { validate_by: 2020-01-31 }";

    ASSUMPTION_DUE, "assumption-due", Time, Hint,
    "An assumption is due for review within 30 days.",
    "Check whether it still holds, and set the next date.",
    "assumption calm \"Orders come in by day only\" { validate_by: 2026-01-20 }";

    UNUSED_ASSET, "unused-asset", Lint, Warning,
    "An asset that nothing stores, handles or carries.",
    "State where it is, or delete it: threats to an asset that is nowhere cannot be found.",
    "asset card { classification: restricted }";

    UNUSED_MITIGATION, "unused-mitigation", Lint, Warning, "A mitigation that protects nothing.",
    "Nothing names it, so it has no effect: list it under `mitigations` where it is in place.",
    "mitigation checks { counters: spoofing }";

    UNUSED_DEFINITION, "unused-definition", Lint, Warning,
    "A technology or protocol that nothing uses.",
    "No element is built with it, and no flow uses it.",
    "technology homegrown_queue { is: message_queue }";

    HIDDEN_DEFINITION, "hidden-definition", Lint, Warning,
    "A definition that hides one of the library.",
    "A technology, protocol, mitigation or rule of the model has the same name as one of the \
     library and replaces it wherever the name is used. A reader of `http` expects the library's. \
     Give it another name. The library's full name is `std.http`.",
    "process shop\n\
     process stock\n\
     flow ask: shop -> stock { protocol: http }\n\
     protocol http { encrypted: yes }";

    OUTDATED_NAME, "outdated-name", Lint, Warning, "A name that has changed.",
    "The language or the library has another name for it now. The former name still works.",
    "boundary partner { kind: organisation }\n\
     external carrier in partner { kind: system }";

    ISOLATED_ELEMENT, "isolated-element", Lint, Warning, "An element with no flow.",
    "Nothing reaches it and it reaches nothing, so no threat to it can be found. Add its flows.",
    "process shop";

    EMPTY_BOUNDARY, "empty-boundary", Lint, Warning, "A boundary with nothing in it.",
    "Place something in it with `in`, or delete it.",
    "boundary vpc";

    NOTHING_TO_PROTECT, "nothing-to-protect", Lint, Warning,
    "A model with elements but no assets.",
    "The severity of a threat depends on the assets. Declare assets, and state which of them the \
     flows carry and the stores keep.",
    "external buyer { kind: person }\nprocess shop\nflow buyer -> shop";

    EXTERNAL_INSIDE, "external-inside", Lint, Warning,
    "Someone else, or a client that reaches other boundaries, inside a boundary of your own.",
    "The boundary states no `trust` and contains processes or stores of your own, so everything in \
     it is trusted, including this element. State the `trust` of the boundary, or place the \
     element in another one. A system that is yours is a process or a store.",
    "boundary vpc { kind: network }\n\
     external carrier in vpc { kind: system }\n\
     process shop in vpc\n\
     flow book: shop -> carrier { protocol: https }";

    EMPTY_FLOW, "empty-flow", Lint, Information, "A flow that carries nothing.",
    "State what it `sends` and `receives`: the severity of a threat depends on what the flow \
     carries.",
    "process shop\nprocess stock\nflow shop -> stock { protocol: https }";

    SELF_FLOW, "self-flow", Lint, Warning, "A flow from an element to itself.",
    "A flow connects two different elements.",
    "process shop\nflow shop -> shop";

    CONTRADICTION, "contradiction", Lint, Warning, "Two facts that cannot both be true.",
    "One of them is wrong and may lead to wrong findings.",
    "process shop\nprocess stock\nflow shop -> stock { authentication: none multi_factor: yes }";

    IDLE_ACCEPTANCE, "idle-acceptance", Lint, Warning, "An acceptance that is not needed.",
    "No such finding exists, or it is already mitigated. If the finding comes back, the `accept` \
     would hide it: delete it.",
    "process shop\n\
     process stock\n\
     flow ask: shop -> stock { protocol: https }\n\
     accept clear_text { findings: unencrypted_flow@ask by: \"CISO\" until: 2099-01-31 because: \
     \"It is not.\" }";

    IDLE_DISMISSAL, "idle-dismissal", Lint, Warning, "A dismissal that does not hold.",
    "Its `while` is not true, it has only one name in `by` for a finding of severity critical, or \
     no such finding exists. It dismisses nothing, and the finding is open if it exists.",
    "process shop\n\
     process stock\n\
     flow ask: shop -> stock { protocol: https }\n\
     dismiss clear_text { finding: unencrypted_flow@ask by: \"CISO\" because: \"It is not.\" \
     while: encrypted }";

    UNPROVEN_MITIGATION, "unproven-mitigation", Lint, Information,
    "A verified mitigation without evidence.",
    "`verified` means that there is proof that the mitigation works: name it under `evidence`.",
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
    "A mitigation that mitigates nothing.",
    "It states neither `counters` nor `based_on`, and no threat lists it, so it closes no finding.",
    "process shop { mitigations: checks }\nmitigation checks";
}

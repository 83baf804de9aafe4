//! The analyzer: what a model means. A salsa database of what files declare, and on it names,
//! facts, findings and diagnostics as plain data. It must not read a disk or a clock, and knows no
//! LSP type.
//!
//! This file is the interface of the crate: what is not here is its own affair. Tables that know no
//! model are modules, since their short names are read with the name of the table.

pub mod codes;
pub mod library;
pub mod references;
pub mod schema;

mod condition;
#[allow(missing_docs)]
// of what the macros make of the inputs; the inputs themselves are documented
mod db;
mod diagnostics;
mod expectations;
mod facts;
mod findings;
mod lower;
mod names;
mod properties;
mod relations;
mod settings;
mod workspace;

// Inputs: the database of what files declare, and its only writer.
pub use db::{Database, Db, Decl, Declared, File, Model, Names, Place, World, tree};
pub use jiff::civil::Date;
pub use threatline_syntax::{Kind, Span};
pub use workspace::{FileText, Workspace};

// The text of a file as declarations, before any name in it means something.
pub use lower::{
    Condition, Expression, Facts, LoweredDeclaration, LoweredFile, NodeId, Part, PropertySpans,
    Shape, Spans, Value, lower,
};

// `threatline.toml`.
pub use settings::{RuleSetting, SETTINGS_SECTIONS, Settings, settings_keys, settings_words};

// Names: which declaration one means, and how a declaration is called.
pub use names::{
    component_of, components, components_around, full_name, name_from, names_in, resolve,
    resolve_as, top_level, visible_declarations,
};

// What a declaration states, checked against the schema.
pub use properties::{Categories, FindingSelector, StatedProperty, Typed, TypedValue, typed};

// How elements relate: flows, boundaries, trust, assets, mitigations, broader definitions.
pub use relations::{
    ENDPOINT_KINDS, EffectiveMitigation, MAX_BOUNDARY_DEPTH, Sensitivity, boundaries_around,
    broader_says, contents, counters, crossed, effective_mitigations, ends, exposed_by, holds,
    incoming, is_done, kind_of_asset, mitigations_against_rule, outgoing, placed_in, rules,
    sensitivity, sensitivity_of_asset, touching, trust, trust_of_boundary, used_by, why_held,
    with_broader,
};

// The facts that conditions ask for, and the conditions of rules.
pub use condition::{
    checked_condition, facts_in_condition, reasons_against, rule_subjects, technologies_wanted,
};
pub use facts::{
    DERIVED_FACTS, DerivedFact, Fact, FactCache, FactValue, Gives, Many, MissingFact, Reason,
    describe_fact, fact_meaning, fact_named, fact_names, is_derived_fact,
};

// Findings: what rules find, how severe it is, and what has been done about it.
pub use findings::{
    Assessed, Finding, FindingId, FindingState, Level, SEVERITY_MATRIX, STATES, accepts_finding,
    all_findings, assessed, categories_in_words, finding_reasons, mitigations_against_finding,
    rule_named, rule_settings, selects, severity_steps,
};

// Tests of rules.
pub use expectations::{Outcome, expectation_outcomes, expected_rules, tests_of_rule};

// Diagnostics: everything that is to be said of a file.
pub use diagnostics::{
    DUE_SOON_DAYS, Diagnostic, Location, Related, Severity, diagnostics, nearest,
    settings_diagnostics,
};
pub use properties::with_article;

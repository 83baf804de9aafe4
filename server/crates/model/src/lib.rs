//! The analyzer: what a model means. A salsa database of what files declare, and on it names,
//! facts, findings and diagnostics as plain data. It must not read a disk or a clock, and knows no
//! LSP type.
//!
//! This file is the interface of the crate: what is not here is its own affair. Tables that know no
//! model are modules, since their short names are read with the name of the table.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

// Tables, which know no model.
pub mod codes;
pub mod library;
pub mod references;
pub mod renamed;
pub mod schema;
mod severity;

pub mod aliases;

// Inputs.
#[allow(missing_docs)]
// of what the macros make of the inputs; the inputs themselves are documented
mod db;
mod inputs;
mod lower;
mod mentions;
mod settings;

// Names, and what headings say.
mod boundaries;
mod flows;
mod headings;
mod names;
mod resolve;

// What declarations state, checked.
mod checker;
mod condition;
mod diagnostic;
mod identity;
mod limit;
mod lookup;
mod outdated;
mod properties;
mod values;
mod vocabulary;

// What follows from it.
mod assets;
mod definitions;
mod handovers;
mod mitigations;
mod reach;
mod taint;
mod trust_levels;
mod usage;

// What rules find.
mod acting;
mod assessment;
mod evaluation;
mod expectations;
mod facts;
mod findings;
mod reasons;
mod ruleset;
mod treatment;
mod wording;

// Statements.
mod diagnostics;

// Inputs: the database of what files declare, and its only writer.
pub use db::{Database, Db, Decl, Declared, File, Model, Names, Place, World, tree};
pub use inputs::{FileText, Workspace};
pub use jiff::civil::Date;
pub use threatline_syntax::{Kind, Span};

// The text of a file as declarations, before any name in it means something.
pub use lower::{
    Condition, Expression, Facts, LoweredDeclaration, LoweredFile, NodeId, Part, PropertyFacts,
    PropertySpans, Shape, Spans, Value, lower,
};

// `threatline.toml`.
pub use settings::{RuleSetting, SETTINGS_SECTIONS, Settings, settings_keys, settings_words};

// Names: which declaration one means, and how a declaration is called.
pub use names::{full_name, name_from, short_name};
pub use resolve::{
    component_of, components, components_around, hidden_by, names_in, resolve, resolve_as,
    top_level, visible_declarations,
};

// Headings: the flows of elements, and the boundaries around them.
pub use boundaries::{MAX_BOUNDARY_DEPTH, boundaries_around, contents, crossed};
pub use flows::{incoming, outgoing, touching};
pub use headings::{ENDPOINT_KINDS, ends, placed_in};

// What a declaration states, checked against the schema.
pub use checker::{
    checked_condition, facts_in_condition, kinds_of_condition, rule_subjects, technologies_wanted,
};
pub use properties::{takes_in_words, typed};
pub use values::{Categories, StatedProperty, Typed, TypedValue};
pub use vocabulary::{
    DERIVED_FACTS, Derived, DerivedFact, Fact, Gives, Many, fact_named, fact_names,
};

// What follows from it: trust, assets, mitigations, broader definitions.
pub use assets::{Sensitivity, holds, kind_of_asset, sensitivity, sensitivity_of_asset, why_held};
pub use definitions::{broader_says, has_trait, with_broader};
pub use mitigations::{
    EffectiveMitigation, counters, effective_mitigations, is_done, is_proposed, is_verified,
    mitigations_against_rule,
};
pub use reach::{Exposure, crosses_boundary, exposure};
pub use taint::{Input, Step, Taint, input, taints, way};
pub use trust_levels::{Trust, TrustBasis, trust, trust_of_boundary};
pub use usage::used_by;

// The values of facts for an element, and why a condition does not hold for it.
pub use facts::{FactCache, FactValue, MissingFact};
pub use reasons::reasons_against;
pub use wording::{Reason, describe_fact, in_one_sentence};

// Where mitigations can act.
pub use acting::{Obstacle, counters_on, covered, describe_obstacle, misplaced, obstacle_on};

// Findings: what rules find, how severe it is, and what has been done about it.
pub use assessment::{
    Assessed, FindingCounts, FindingState, Standing, accepted_up_to, accepts_finding, accepts_of,
    all_findings, assessed, is_out_of_scope, selected_findings, unlisted, unlisted_in,
};
pub use findings::{
    Finding, MAX_FINDINGS_OF_AN_ELEMENT, elements_lacking, finding_reasons, severity_steps,
};
pub use identity::{FindingId, FindingSelector};
pub use ruleset::{rule_named, rule_settings, rules};
pub use severity::{Level, SEVERITY_MATRIX};
pub use treatment::{Shortfall, describe_shortfall, mitigations_against_finding, shortfalls};

// Tests of rules.
pub use expectations::{Outcome, expectation_outcomes, expected_rules, tests_of_rule};

// Diagnostics.
pub use diagnostic::{Diagnostic, Location, Related};
pub use diagnostics::{
    DUE_SOON_DAYS, MAX_OF_A_CODE, MAX_SUGGESTIONS, diagnostics, how_to_state, settings_diagnostics,
};
pub use severity::Severity;

//! The words of threatcl with those of the language. It must not know how a document is read.

/// How confidential an asset is, in the words of the language.
pub const CLASSIFICATION: &[(&str, &str)] = &[
    ("Public", "public"),
    ("Internal", "internal"),
    ("Confidential", "confidential"),
    ("Restricted", "restricted"),
    ("Secret", "restricted"),
];

/// What a loss of each does, in STRIDE's words.
pub const IMPACT: &[(&str, &str)] = &[
    ("Confidentiality", "information_disclosure"),
    ("Integrity", "tampering"),
    ("Availability", "denial_of_service"),
];

/// Attributes of a control that give its evidence.
pub const EVIDENCE: &[&str] = &["verification", "evidence", "test", "tests", "negativetest"];

/// Technologies that are words of every day as well, and say nothing in a name.
pub const COMMON: &[&str] = &[
    "agent",
    "library",
    "service",
    "function",
    "development",
    "operations",
    "platform",
    "web",
];

//! The words of the schema with those of the language. It must not know how a document is read.

/// How an actor proves who it is, and whether with a second factor.
pub const AUTHENTICATION: &[(&str, (&str, bool))] = &[
    ("none", ("none", false)),
    ("password", ("password", false)),
    ("otp", ("password", true)),
    ("challenge_response", ("signature", false)),
    ("public_key", ("key", false)),
    ("token", ("token", false)),
    ("sso", ("federated", false)),
    ("social", ("federated", false)),
];

/// What stores of a type are made with.
pub const STORES: &[(&str, &str)] = &[
    ("sql", "relational_database"),
    ("key_value", "key_value_store"),
    ("document", "document_database"),
    ("object", "object_store"),
    ("graph", "graph_database"),
    ("time_series", "time_series_database"),
];

/// What an actor of a type is.
pub const ACTORS: &[(&str, &str)] = &[
    ("system", "system"),
    ("third_party", "system"),
    ("user", "person"),
    ("power_user", "person"),
    ("administrator", "person"),
    ("engineer", "person"),
];

/// How confidential data is at least, and what else is so.
pub type Sensitivity = (&'static str, &'static [(&'static str, &'static str)]);

/// What kinds of data there are.
pub const SENSITIVITY: &[(&str, Sensitivity)] = &[
    ("pii", ("confidential", &[("personal", "yes")])),
    (
        "phi",
        (
            "restricted",
            &[("personal", "yes"), ("regulations", "hipaa")],
        ),
    ),
    ("fin", ("confidential", &[])),
    ("ip", ("confidential", &[])),
    ("cred", ("restricted", &[("kind", "credential")])),
    ("biz", ("internal", &[])),
    ("gov", ("restricted", &[])),
    ("pci", ("restricted", &[("regulations", "pci_dss")])),
    ("op", ("internal", &[])),
];

/// How far a control has come; nothing for one that is not there and is not to come.
pub const STATUS: &[(&str, Option<&str>)] = &[
    ("assumed", Some("implemented")),
    ("active", Some("implemented")),
    ("suggested", Some("proposed")),
    ("under_review", Some("proposed")),
    ("approved", Some("planned")),
    ("scheduled", Some("planned")),
    ("retired", None),
    ("wont_do", None),
];

//! The words of pytm with those of the language, and its threats with the rules of the library. It
//! must not know how a document is read.

use threatline_model::Kind;

/// How confidential data is, in the words of the language.
pub const CLASSIFICATION: &[(&str, &str)] = &[
    ("PUBLIC", "public"),
    ("RESTRICTED", "internal"),
    ("SENSITIVE", "confidential"),
    ("SECRET", "restricted"),
    ("TOP_SECRET", "restricted"),
];

/// The classes of elements: what each is, and what it is made with.
pub const CLASSES: &[(&str, (Kind, &[&str]))] = &[
    ("Actor", (Kind::External, &[])),
    ("ExternalEntity", (Kind::External, &[])),
    ("Asset", (Kind::Process, &[])),
    ("Server", (Kind::Process, &[])),
    ("Process", (Kind::Process, &[])),
    ("SetOfProcesses", (Kind::Process, &[])),
    ("Lambda", (Kind::Process, &["function"])),
    ("LLM", (Kind::Process, &["llm"])),
    ("Agent", (Kind::Process, &["agent"])),
    ("Datastore", (Kind::Store, &[])),
];

/// What stores of a type are made with.
pub const STORES: &[(&str, &str)] = &[
    ("SQL", "relational_database"),
    ("FILE_SYSTEM", "file_storage"),
    ("LDAP", "ldap_server"),
    ("AWS_S3", "object_store"),
];

/// Controls that mean the same as a mitigation of the library.
pub const MITIGATIONS: &[(&str, &str)] = &[
    ("validatesInput", "input_validation"),
    ("encodesOutput", "output_encoding"),
    ("usesParameterizedInput", "parameterized_queries"),
    ("implementsCSRFToken", "csrf_protection"),
    ("implementsPOLP", "least_privilege"),
    ("disablesDTD", "safe_xml_parsing"),
    ("usesCodeSigning", "artifact_signing"),
];

/// Protocols, and those that are the same over an encrypted channel.
pub const ENCRYPTED: &[(&str, &str)] = &[
    ("http", "https"),
    ("ws", "wss"),
    ("grpc", "grpc_tls"),
    ("binary", "binary_tls"),
    ("text_protocol", "text_tls"),
    ("sql", "sql_tls"),
    ("nosql", "nosql_tls"),
    ("ldap", "ldaps"),
    ("amqp", "amqps"),
    ("mqtt", "mqtts"),
    ("kafka_plain", "kafka_tls"),
    ("coap", "coaps"),
    ("smtp", "smtps"),
    ("imap", "imaps"),
    ("pop3", "pop3s"),
    ("ftp", "ftps"),
    ("smb", "smb_encrypted"),
    ("syslog", "syslog_tls"),
];

/// pytm's threats that a rule of the library finds as well.
pub const RULES: &[(&[&str], &[&str])] = &[
    (&["INP05", "INP06"], &["injection"]),
    (&["INP09"], &["directory_injection"]),
    (&["HA01", "INP11"], &["path_traversal"]),
    (
        &[
            "SC02", "SC03", "SC04", "DS04", "INP17", "INP27", "INP28", "INP29", "INP30", "INP38",
            "INP39", "INP40",
        ],
        &["cross_site_scripting"],
    ),
    (&["INP19", "INP21", "INP22"], &["xml_external_entities"]),
    (&["DO01", "DO02"], &["missing_rate_limit"]),
    (&["DE01", "DE03"], &["unencrypted_flow"]),
    (&["DR01"], &["unencrypted_flow", "clear_text_credentials"]),
    (
        &["AA01", "AA02"],
        &["unauthenticated_flow", "unauthenticated_inside"],
    ),
    (&["AC12", "AC13"], &["excessive_privileges"]),
    (&["AC21"], &["cross_site_request_forgery"]),
    (&["AC02"], &["shared_database"]),
    (&["DE04"], &["erasable_logs"]),
    (&["DS05"], &["private_pages_in_cache"]),
    (&["LLM01", "LLM02"], &["prompt_injection"]),
    (&["LLM03"], &["data_to_model_provider"]),
    (&["LLM04"], &["poisoned_training"]),
    (&["LLM05"], &["excessive_agency"]),
    (&["LLM06"], &["generated_code"]),
    (&["LLM09"], &["unvetted_tools"]),
];

/// What pytm works out by itself, or needs to draw.
pub const DERIVED: &[&str] = &[
    "findings",
    "inputs",
    "outputs",
    "levels",
    "severity",
    "uuid",
    "is_drawn",
    "overrides",
];

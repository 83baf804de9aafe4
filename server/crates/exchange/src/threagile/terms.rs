//! Threagile's words, with ours. It must not know where a document has them.

/// How confidential data is.
pub const CONFIDENTIALITY: &[(&str, &str)] = &[
    ("public", "public"),
    ("internal", "internal"),
    ("restricted", "internal"),
    ("confidential", "confidential"),
    ("strictly-confidential", "restricted"),
];

/// How much harm a loss does.
pub const CRITICALITY: &[(&str, &str)] = &[
    ("operational", "low"),
    ("archive", "low"),
    ("important", "medium"),
    ("critical", "high"),
    ("mission-critical", "critical"),
];

/// What trust boundaries are made of.
pub const BOUNDARY: &[(&str, &str)] = &[
    ("network-on-prem", "network"),
    ("network-dedicated-hoster", "network"),
    ("network-virtual-lan", "network"),
    ("network-cloud-provider", "cloud"),
    ("network-cloud-security-group", "network"),
    ("network-policy-namespace-isolation", "network"),
    ("execution-environment", "process"),
];

/// What Threagile calls its technologies, with the library's names.
pub const TECHNOLOGY: &[(&str, &[&str])] = &[
    ("unknown-technology", &[]),
    ("client-system", &["client"]),
    ("browser", &["browser"]),
    ("desktop", &["desktop_app"]),
    ("mobile-app", &["mobile_app"]),
    ("devops-client", &["developer_machine"]),
    ("web-server", &["web_server"]),
    ("web-application", &["web_application"]),
    ("application-server", &["application_server"]),
    ("database", &["database"]),
    ("file-server", &["file_server"]),
    ("local-file-system", &["local_files"]),
    ("erp", &["erp"]),
    ("cms", &["cms"]),
    ("web-service-rest", &["rest_api"]),
    ("web-service-soap", &["soap_service"]),
    ("ejb", &["enterprise_bean"]),
    ("search-index", &["search_engine"]),
    ("search-engine", &["search_engine"]),
    ("service-registry", &["service_registry"]),
    ("reverse-proxy", &["reverse_proxy"]),
    ("load-balancer", &["load_balancer"]),
    ("build-pipeline", &["build_pipeline"]),
    ("sourcecode-repository", &["source_repository"]),
    ("artifact-registry", &["artifact_registry"]),
    ("code-inspection-platform", &["code_inspection"]),
    ("monitoring", &["monitoring"]),
    ("ldap-server", &["ldap_server"]),
    ("container-platform", &["container_platform"]),
    ("batch-processing", &["batch_job"]),
    ("event-listener", &["event_listener"]),
    ("identity-provider", &["identity_provider"]),
    ("identity-store-ldap", &["ldap_server", "identity_store"]),
    ("identity-store-database", &["identity_store"]),
    ("identity-store", &["identity_store"]),
    ("tool", &[]),
    ("cli", &["cli"]),
    ("task", &["batch_job"]),
    ("function", &["function"]),
    ("gateway", &["gateway"]),
    ("iot-device", &["iot_device"]),
    ("message-queue", &["message_queue"]),
    ("stream-processing", &["stream_processing"]),
    ("service-mesh", &["service_mesh"]),
    ("data-lake", &["data_lake"]),
    ("big-data-platform", &["big_data_platform"]),
    ("report-engine", &["report_engine"]),
    ("ai", &["ai"]),
    ("mail-server", &["mail_server"]),
    ("vault", &["vault"]),
    ("hsm", &["hsm"]),
    ("waf", &["waf"]),
    ("ids", &["intrusion_detection"]),
    ("ips", &["intrusion_prevention"]),
    ("scheduler", &["scheduler"]),
    ("mainframe", &["mainframe"]),
    ("block-storage", &["block_storage"]),
    ("library", &["library"]),
];

/// How stored data is encrypted.
pub const ENCRYPTION: &[(&str, &str)] = &[
    ("none", "none"),
    ("transparent", "at_rest"),
    ("data-with-symmetric-shared-key", "at_rest"),
    ("data-with-asymmetric-shared-key", "at_rest"),
    ("data-with-end-user-individual-key", "client_side"),
    ("data-with-enduser-individual-key", "client_side"),
];

/// Formats of data that an asset accepts.
pub const FORMAT: &[(&str, &str)] = &[
    ("json", "json"),
    ("xml", "xml"),
    ("serialization", "serialized_objects"),
    ("file", "file"),
    ("csv", "csv"),
    ("yaml", "yaml"),
];

/// How a link is authenticated.
pub const AUTHENTICATION: &[(&str, &str)] = &[
    ("none", "none"),
    ("credentials", "password"),
    ("session-id", "session"),
    ("token", "token"),
    ("client-certificate", "certificate"),
    ("two-factor", "password"),
    ("externalized", "federated"),
];

/// Whose rights a link uses.
pub const AUTHORIZATION: &[(&str, &str)] = &[
    ("none", "none"),
    ("technical-user", "service"),
    ("end-user-identity-propagation", "end_user"),
    ("enduser-identity-propagation", "end_user"),
];

/// The protocols, with the library's names; empty for those that say nothing.
pub const PROTOCOL: &[(&str, &str)] = &[
    ("unknown-protocol", ""),
    ("http", "http"),
    ("https", "https"),
    ("ws", "ws"),
    ("wss", "wss"),
    ("reverse-proxy-web-protocol", "http"),
    ("reverse-proxy-web-protocol-encrypted", "https"),
    ("mqtt", "mqtt"),
    ("jdbc", "sql"),
    ("jdbc-encrypted", "sql_tls"),
    ("odbc", "sql"),
    ("odbc-encrypted", "sql_tls"),
    ("sql-access-protocol", "sql"),
    ("sql-access-protocol-encrypted", "sql_tls"),
    ("nosql-access-protocol", "nosql"),
    ("nosql-access-protocol-encrypted", "nosql_tls"),
    ("binary", "binary"),
    ("binary-encrypted", "binary_tls"),
    ("text", "text_protocol"),
    ("text-encrypted", "text_tls"),
    ("ssh", "ssh"),
    ("ssh-tunnel", "ssh"),
    ("smtp", "smtp"),
    ("smtp-encrypted", "smtps"),
    ("pop3", "pop3"),
    ("pop3-encrypted", "pop3s"),
    ("imap", "imap"),
    ("imap-encrypted", "imaps"),
    ("ftp", "ftp"),
    ("ftps", "ftps"),
    ("sftp", "sftp"),
    ("scp", "scp"),
    ("ldap", "ldap"),
    ("ldaps", "ldaps"),
    ("jms", "jms"),
    ("nfs", "nfs"),
    ("smb", "smb"),
    ("smb-encrypted", "smb_encrypted"),
    ("local-file-access", "file_access"),
    ("nrpe", "nrpe"),
    ("xmpp", "xmpp"),
    ("iiop", "iiop"),
    ("iiop-encrypted", "iiop_tls"),
    ("jrmp", "jrmp"),
    ("jrmp-encrypted", "jrmp_tls"),
    ("in-process-library-call", "in_process"),
    ("inter-process-communication", "local_ipc"),
    ("container-spawning", "container_start"),
];

/// The categories of STRIDE.
pub const STRIDE: &[(&str, &str)] = &[
    ("spoofing", "spoofing"),
    ("tampering", "tampering"),
    ("repudiation", "repudiation"),
    ("information-disclosure", "information_disclosure"),
    ("denial-of-service", "denial_of_service"),
    ("elevation-of-privilege", "elevation_of_privilege"),
];

/// How likely a risk is exploited.
pub const LIKELIHOOD: &[(&str, &str)] = &[
    ("unlikely", "low"),
    ("likely", "medium"),
    ("very-likely", "high"),
    ("frequent", "critical"),
];

/// How much harm that does.
pub const IMPACT: &[(&str, &str)] = &[
    ("low", "low"),
    ("medium", "medium"),
    ("high", "high"),
    ("very-high", "critical"),
];

/// How far a risk was dealt with.
pub const STATUS: &[(&str, Status)] = &[
    ("unchecked", Status::Unchecked),
    ("in-discussion", Status::Mitigated("proposed")),
    ("accepted", Status::Accepted),
    ("in-progress", Status::Mitigated("planned")),
    ("mitigated", Status::Mitigated("implemented")),
    ("false-positive", Status::FalsePositive),
];

/// The tags by which a boundary says how far it is trusted, which Threagile has no property for.
pub const TRUST: &[(&str, &str)] = &[
    ("trust-untrusted", "untrusted"),
    ("trust-low", "low"),
    ("trust-medium", "medium"),
    ("trust-high", "high"),
];

/// What was done about a risk.
#[derive(Clone, Copy)]
pub enum Status {
    /// It is unreviewed.
    Unchecked,
    /// Someone takes it on.
    Accepted,
    /// Something is done about it, of this status of ours.
    Mitigated(&'static str),
    /// It is none.
    FalsePositive,
}

/// The categories of Threagile's rules, with the rules of the library that find the same. Those
/// without any ask for what the library does not: hardening in general, or a model that is more
/// complete.
pub const CATEGORIES: &[(&str, &[&str])] = &[
    ("accidental-secret-leak", &["secrets_in_source"]),
    (
        "code-backdooring",
        &[
            "unreviewed_changes",
            "exposed_development",
            "unsigned_artifacts",
            "untrusted_dependencies",
        ],
    ),
    (
        "container-baseimage-backdooring",
        &["untrusted_dependencies", "unsigned_artifacts"],
    ),
    ("container-platform-escape", &["container_escape"]),
    (
        "cross-site-request-forgery",
        &["cross_site_request_forgery"],
    ),
    ("cross-site-scripting", &["cross_site_scripting"]),
    (
        "dos-risky-access-across-trust-boundary",
        &["missing_rate_limit"],
    ),
    ("incomplete-model", &[]),
    ("ldap-injection", &["directory_injection"]),
    (
        "missing-authentication",
        &["unauthenticated_flow", "unauthenticated_inside"],
    ),
    (
        "missing-authentication-second-factor",
        &["single_factor_login", "single_factor_administration"],
    ),
    ("missing-build-infrastructure", &[]),
    ("missing-cloud-hardening", &[]),
    ("missing-file-validation", &["unchecked_upload"]),
    ("missing-hardening", &[]),
    ("missing-identity-propagation", &["lost_identity"]),
    (
        "missing-identity-provider-isolation",
        &["unisolated_security_service"],
    ),
    ("missing-identity-store", &[]),
    ("missing-network-segmentation", &["missing_segmentation"]),
    ("missing-vault", &["secrets_without_vault"]),
    ("missing-vault-isolation", &["unisolated_security_service"]),
    ("missing-waf", &[]),
    ("mixed-targets-on-shared-runtime", &[]),
    ("path-traversal", &["path_traversal"]),
    ("push-instead-of-pull-deployment", &["push_deployment"]),
    ("search-query-injection", &["injection"]),
    (
        "server-side-request-forgery",
        &["server_side_request_forgery"],
    ),
    ("service-registry-poisoning", &["registry_poisoning"]),
    ("sql-nosql-injection", &["injection"]),
    (
        "unchecked-deployment",
        &["unreviewed_changes", "unsigned_artifacts"],
    ),
    ("unencrypted-asset", &["unencrypted_store"]),
    (
        "unencrypted-communication",
        &[
            "unencrypted_flow",
            "clear_text_credentials",
            "unprotected_integrity",
        ],
    ),
    (
        "unguarded-access-from-internet",
        &["exposed_administration", "exposed_development"],
    ),
    (
        "unguarded-direct-datastore-access",
        &["direct_store_access"],
    ),
    ("unnecessary-communication-link", &[]),
    ("unnecessary-data-asset", &[]),
    ("unnecessary-data-transfer", &[]),
    ("unnecessary-technical-asset", &[]),
    ("untrusted-deserialization", &["untrusted_deserialization"]),
    ("wrong-communication-link-content", &[]),
    ("wrong-trust-boundary-content", &[]),
    ("xml-external-entity", &["xml_external_entities"]),
];

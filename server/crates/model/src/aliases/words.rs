//! What people write for the words of the lists. It must not know which property takes which list.

use super::alias::{Alias, likely, no_word, same};
use crate::schema::{
    ACCESS, ASSET_KIND, AUTHENTICATION, AUTHORIZATION, BOUNDARY_KIND, CLASSIFICATION, ENCRYPTION,
    EXTERNAL_KIND, FORMAT, LEVEL, PRIVILEGES, REGULATION, STATUS, STRIDE, SUBJECT, TENANCY, TRUST,
    TUNNEL, USAGE, Words,
};

/// For `yes` and `no`.
pub static YES_NO: &[Alias] = &[
    same("yes", "true y on enabled"),
    same("no", "false n off none disabled"),
];

/// For the words of each list.
pub static WORDS: &[(&Words, &[Alias])] = &[
    (
        &AUTHENTICATION,
        &[
            same(
                "federated",
                "oidc openid openid_connect saml saml2 sso single_sign_on idp",
            ),
            likely(
                "federated",
                "oauth oauth2 kerberos ntlm ldap",
                "`token` if the caller has an access token",
            ),
            same(
                "token",
                "jwt bearer bearer_token access_token jwt_token oauth_token pat",
            ),
            same("key", "api_key ssh_key shared_key access_key api_token psk"),
            same(
                "password",
                "basic basic_auth http_basic username_password user_password digest",
            ),
            likely("password", "credentials login form", ""),
            same("mutual_tls", "mtls two_way_tls mutual mutual_ssl"),
            same("certificate", "cert client_cert client_certificate x509"),
            same("session", "cookie cookies session_cookie session_id"),
            same("signature", "hmac signed webhook_signature sigv4 aws_sigv4"),
            same(
                "network_address",
                "ip ip_address ip_allowlist ip_whitelist allowlist whitelist",
            ),
            likely("none", "no anonymous public unauthenticated false", ""),
            no_word(
                "mfa two_factor 2fa multi_factor totp",
                "write `multi_factor: yes`, and the first factor under `authentication`",
            ),
        ],
    ),
    (
        &EXTERNAL_KIND,
        &[
            same(
                "person",
                "human user people customer actor employee administrator admin",
            ),
            same(
                "system",
                "service third_party software api external_system saas",
            ),
            likely("system", "partner vendor organization application", ""),
            same("device", "hardware phone sensor machine iot"),
        ],
    ),
    (
        &TRUST,
        &[
            likely(
                "high",
                "trusted internal full private secure",
                "the levels are `untrusted`, `low`, `medium` and `high`",
            ),
            likely("untrusted", "public internet external none no zero", ""),
            likely("medium", "dmz partially_trusted", ""),
            likely("low", "partner semi_trusted guest", ""),
        ],
    ),
    (
        &BOUNDARY_KIND,
        &[
            same("organization", "company org department"),
            same(
                "network",
                "vpc subnet vlan lan dmz internet vnet network_segment",
            ),
            same(
                "cloud",
                "cloud_account aws azure gcp account subscription aws_account",
            ),
            same("host", "machine server vm virtual_machine node"),
            same("process", "container pod"),
            likely("network", "zone cluster kubernetes namespace", ""),
            same("physical", "building room data_center datacentre site"),
        ],
    ),
    (
        &CLASSIFICATION,
        &[
            likely(
                "restricted",
                "secret top_secret highly_confidential strictly_confidential high \
             critical",
                "",
            ),
            likely(
                "confidential",
                "sensitive private pii personal medium",
                "people's data also has `personal: yes`",
            ),
            likely("internal", "company internal_use low", ""),
            same("public", "open unclassified"),
        ],
    ),
    (
        &ASSET_KIND,
        &[
            same(
                "credential",
                "credentials secret secrets password passwords key keys token tokens \
             certificate",
            ),
            same(
                "code",
                "source source_code software binary configuration config",
            ),
            same("log", "logs audit_log events"),
            same(
                "data",
                "information pii personal_data database document business_data",
            ),
        ],
    ),
    (
        &ENCRYPTION,
        &[
            same(
                "at_rest",
                "encrypted_at_rest disk tde server_side sse transparent disk_encryption",
            ),
            likely("at_rest", "yes true aes aes256 kms encrypted", ""),
            same(
                "client_side",
                "end_to_end e2e field_level client e2ee application",
            ),
            same("none", "no false unencrypted plain plaintext clear_text"),
        ],
    ),
    (
        &AUTHORIZATION,
        &[
            likely(
                "end_user",
                "user rbac acl yes enduser_identity_propagation",
                "`service` if it is the calling service's permissions that decide",
            ),
            likely(
                "service",
                "service_account system technical_user machine",
                "",
            ),
            same("none", "no false all"),
        ],
    ),
    (
        &ACCESS,
        &[
            same("read", "readonly r reads ro"),
            same("write", "w write_only writes wo"),
            same("read_write", "rw both readwrite_access"),
            likely("read_write", "full all admin", ""),
        ],
    ),
    (
        &PRIVILEGES,
        &[
            same("admin", "administrator"),
            same("root", "superuser sudo"),
            same("service", "service_account"),
            likely("none", "sandboxed no", ""),
            likely("user", "unprivileged normal low non_root", ""),
        ],
    ),
    (
        &TENANCY,
        &[
            same("multi", "multi_tenant shared multiple"),
            same("single", "single_tenant dedicated"),
        ],
    ),
    (
        &STATUS,
        &[
            same(
                "implemented",
                "done active in_place live mitigated complete completed",
            ),
            likely(
                "planned",
                "todo in_progress open scheduled",
                "it mitigates nothing yet",
            ),
            same("proposed", "idea draft suggested"),
            same("verified", "tested proven checked"),
        ],
    ),
    (
        &LEVEL,
        &[
            likely("critical", "very_high severe extreme", ""),
            likely("low", "minor negligible very_low unlikely", ""),
            same("medium", "moderate normal mid"),
            likely("high", "major important likely", ""),
        ],
    ),
    (
        &STRIDE,
        &[
            same("spoofing", "spoof impersonation"),
            same("tampering", "tamper"),
            same("repudiation", "non_repudiation"),
            same(
                "information_disclosure",
                "disclosure info_disclosure information_leak leak data_leak \
             information_leakage",
            ),
            same("denial_of_service", "dos ddos"),
            same(
                "elevation_of_privilege",
                "eop privilege_escalation elevation escalation elevation_of_privileges",
            ),
            likely("information_disclosure", "confidentiality privacy", ""),
            likely("tampering", "integrity injection", ""),
            likely("denial_of_service", "availability", ""),
        ],
    ),
    (
        &USAGE,
        &[same("operations", "ops devops admin administration")],
    ),
    (
        &TUNNEL,
        &[
            same("vpn", "ipsec wireguard openvpn"),
            same("ssh", "ssh_tunnel"),
            same("none", "no false"),
        ],
    ),
    (
        &FORMAT,
        &[
            same("natural_language", "prompt prompts chat"),
            same("file", "files upload uploads pdf document"),
            same("image", "images png jpg jpeg"),
            same("archive", "zip tar gzip archives"),
            same("url", "urls uri link links"),
            same("text", "plain_text string txt"),
            same("binary", "protobuf avro bytes"),
            same("yaml", "yml"),
            same("json", "jsonl ndjson"),
            same("xml", "soap svg"),
            same(
                "serialized_objects",
                "pickle java_serialization serialized serialization",
            ),
            likely("html", "form form_data", ""),
            same("code", "script javascript scripts"),
        ],
    ),
    (
        &REGULATION,
        &[
            same("gdpr", "dsgvo"),
            same("pci_dss", "pci"),
            same("iso_27001", "iso"),
        ],
    ),
    (
        &SUBJECT,
        &[
            same("external", "externals actor external_entity"),
            same("process", "processes service"),
            same("store", "stores datastore database"),
            same("flow", "flows dataflow"),
        ],
    ),
];

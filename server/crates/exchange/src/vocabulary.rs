//! The language's words for those of other tools, where several of these use the same. It must not
//! know any format.

use crate::library::in_library;
use crate::words::{looked_up, plain_word, words_of};
use threatline_model::{Kind, aliases, references};

/// Whether a reference is one of the published lists, and they do not lack it.
pub fn is_listed(id: &str) -> bool {
    references::List::of(id).is_some() && !references::is_unknown(id)
}

/// What other tools call protocols, with the library's names.
const PROTOCOLS: &[(&str, &str)] = &[
    ("rest", "https"),
    ("tls", "tcp_tls"),
    ("ssl", "tcp_tls"),
    ("httptls", "https"),
    ("http2", "https"),
    ("http3", "https"),
    ("websocket", "ws"),
    ("websockets", "ws"),
    ("securewebsocket", "wss"),
    ("mqtttls", "mqtts"),
    ("mqttovertls", "mqtts"),
    ("kafka", "kafka_plain"),
    ("jdbc", "sql"),
    ("odbc", "sql"),
    ("tds", "sql"),
    ("postgresql", "sql"),
    ("mysql", "sql"),
    ("sqltls", "sql_tls"),
    ("sqlovertls", "sql_tls"),
    ("mongodb", "nosql"),
    ("ldaptls", "ldaps"),
    ("grpcs", "grpc_tls"),
    ("ipc", "local_ipc"),
    ("namedpipe", "local_ipc"),
    ("unixsocket", "local_ipc"),
    ("rpc", "binary"),
    ("file", "file_access"),
    ("cifs", "smb"),
    ("ble", "bluetooth"),
];

/// What people know by a word that cannot mean anything else.
fn known_as(kind: Kind, word: &str) -> Option<&'static str> {
    let meant = aliases::definition(kind, &word.replace(' ', "_"))?;
    meant.word.filter(|_| meant.is_certain)
}

/// The library's protocol for how another tool calls it.
pub fn protocol(theirs: &str) -> Option<&'static str> {
    in_library(Kind::Protocol, theirs)
        .or_else(|| looked_up(theirs, PROTOCOLS))
        .or_else(|| known_as(Kind::Protocol, theirs))
}

/// Words in what other tools call a way to authenticate, with ours: the first counts.
const AUTHENTICATION: &[(&str, &str)] = &[
    ("mtls", "mutual_tls"),
    ("mutual", "mutual_tls"),
    ("oidc", "federated"),
    ("openid", "federated"),
    ("saml", "federated"),
    ("jwt", "token"),
    ("oauth", "token"),
    ("token", "token"),
    ("bearer", "token"),
    ("session", "session"),
    ("cookie", "session"),
    ("certificate", "certificate"),
    ("x509", "certificate"),
    ("apikey", "key"),
    ("ssh", "key"),
    ("hmac", "signature"),
    ("signature", "signature"),
    ("password", "password"),
    ("basic", "password"),
    ("digest", "password"),
];

/// How a flow proves who starts it, for how another tool calls that: the first of these words in
/// it.
pub fn authentication(theirs: &str) -> Option<&'static str> {
    let plain = plain_word(theirs);
    if plain == "none" {
        return Some("none");
    }
    AUTHENTICATION
        .iter()
        .find(|(word, _)| plain.contains(word))
        .map(|(_, name)| *name)
}

/// Words in what other tools call a type of element, with the library's technologies: the first
/// counts.
const TECHNOLOGIES: &[(&str, &str)] = &[
    ("apigateway", "api_gateway"),
    ("loadbalancer", "load_balancer"),
    ("elb", "load_balancer"),
    ("trafficmanager", "load_balancer"),
    ("cloudfront", "cdn"),
    ("cdn", "cdn"),
    ("waf", "waf"),
    ("firewall", "gateway"),
    ("iotgateway", "iot_gateway"),
    ("fieldgateway", "iot_gateway"),
    ("vpn", "vpn_gateway"),
    ("keyvault", "vault"),
    ("vault", "vault"),
    ("secretsmanager", "vault"),
    ("kms", "key_management"),
    ("activedirectory", "directory"),
    ("identityserver", "identity_provider"),
    ("cognito", "identity_provider"),
    ("postgres", "relational_database"),
    ("mysql", "relational_database"),
    ("mariadb", "relational_database"),
    ("oracle", "relational_database"),
    ("sqldatabase", "relational_database"),
    ("sqlserver", "relational_database"),
    ("azuresql", "relational_database"),
    ("sqlite", "relational_database"),
    ("rds", "relational_database"),
    ("aurora", "relational_database"),
    ("relational", "relational_database"),
    ("dynamo", "document_database"),
    ("cosmos", "document_database"),
    ("documentdb", "document_database"),
    ("mongo", "document_database"),
    ("redis", "cache"),
    ("memcache", "cache"),
    ("elasticache", "cache"),
    ("elasticsearch", "search_engine"),
    ("opensearch", "search_engine"),
    ("timeseries", "time_series_database"),
    ("graphdatabase", "graph_database"),
    ("kafka", "kafka"),
    ("kinesis", "event_stream"),
    ("eventhub", "event_stream"),
    ("servicebus", "message_queue"),
    ("sqs", "message_queue"),
    ("queue", "message_queue"),
    ("messagebroker", "message_queue"),
    ("rabbitmq", "message_queue"),
    ("objectstor", "object_store"),
    ("bucket", "object_store"),
    ("blob", "object_store"),
    ("s3", "object_store"),
    ("filesystem", "file_storage"),
    ("fileserver", "file_server"),
    ("filestor", "file_storage"),
    ("datalake", "data_lake"),
    ("warehouse", "data_warehouse"),
    ("redshift", "data_warehouse"),
    ("database", "database"),
    ("browserextension", "browser_extension"),
    ("browser", "browser"),
    ("mobileclient", "mobile_app"),
    ("mobileapp", "mobile_app"),
    ("mobiledevice", "mobile_app"),
    ("android", "mobile_app"),
    ("ios", "mobile_app"),
    ("desktop", "desktop_app"),
    ("webclient", "browser"),
    ("genericclient", "client"),
    ("lambda", "function"),
    ("serverless", "function"),
    ("functionapp", "function"),
    ("kubernetes", "kubernetes"),
    ("container", "container_platform"),
    ("dockerhost", "container_platform"),
    ("graphql", "graphql_api"),
    ("restapi", "rest_api"),
    ("restful", "rest_api"),
    ("soap", "soap_service"),
    ("grpc", "grpc_service"),
    ("webapi", "web_service"),
    ("webservice", "web_service"),
    ("microservice", "web_service"),
    ("webapplication", "web_application"),
    ("webapp", "web_application"),
    ("webserver", "web_server"),
    ("nginx", "web_server"),
    ("apache", "web_server"),
    ("reverseproxy", "reverse_proxy"),
    ("largelanguagemodel", "llm"),
    ("llm", "llm"),
    ("machinelearning", "ai"),
    ("iotdevice", "iot_device"),
    ("iotcloudgateway", "iot_gateway"),
    ("mailserver", "mail_server"),
    ("smtpserver", "mail_server"),
];

/// The library's technology for what another tool calls a type of element: the first of these words
/// in it.
pub fn technology(theirs: &str) -> Option<&'static str> {
    if let Some(name) = in_library(Kind::Technology, theirs) {
        return Some(name);
    }
    // Where a word begins: `cards` are not kept by `rds`.
    let plain = plain_word(theirs);
    let words = words_of(theirs);
    let starts: Vec<String> = (0..words.len())
        .map(|start| beginning(&words[start..]))
        .chain([plain])
        .collect();
    TECHNOLOGIES
        .iter()
        .find(|(word, _)| starts.iter().any(|start| start.starts_with(word)))
        .map(|(_, name)| *name)
        .or_else(|| known_as(Kind::Technology, theirs))
}

/// The longest of the words by which technologies are known, in bytes.
const MAX_WORD: usize = 32;

/// As much of some words, one after the other, as may be one of those.
fn beginning(words: &[String]) -> String {
    let mut beginning = String::new();
    for word in words {
        beginning += word;
        if beginning.len() >= MAX_WORD {
            break;
        }
    }
    beginning
}

/// The level of a number from 0 to 100.
pub fn level(number: f64) -> &'static str {
    match number {
        number if number >= 90.0 => "critical",
        number if number >= 60.0 => "high",
        number if number >= 30.0 => "medium",
        _ => "low",
    }
}

/// The integrity of an asset that states none, by its classification, as the language has it.
pub fn integrity_of(classification: &str) -> &'static str {
    match classification {
        "public" => "low",
        "internal" => "medium",
        "confidential" => "high",
        _ => "critical",
    }
}

/// The number from 0 to 100 of a level, in the middle of what [`level`] takes for it.
pub fn number(level: &str) -> u8 {
    match level {
        "critical" => 100,
        "high" => 75,
        "medium" => 50,
        _ => 20,
    }
}

/// The STRIDE categories that another tool names.
pub fn stride(theirs: &str) -> Option<&'static str> {
    match plain_word(theirs).as_str() {
        "spoofing" | "s" | "authentication" | "authenticity" | "spoof" => Some("spoofing"),
        "tampering" | "t" | "integrity" | "immutable" => Some("tampering"),
        "repudiation" | "r" | "accountability" | "nonrepudiation" => Some("repudiation"),
        "informationdisclosure"
        | "infodisclosure"
        | "i"
        | "confidentiality"
        | "disclosureofinformation"
        | "datadisclosure"
        | "detecting"
        | "detectability"
        | "linking"
        | "linkability"
        | "identifying"
        | "identifiability"
        | "identifiabilitylinkability"
        | "unawareness"
        | "noncompliance" => Some("information_disclosure"),
        "denialofservice" | "dos" | "d" | "availability" | "deniedservice" | "distributed"
        | "accessibility" => Some("denial_of_service"),
        "elevationofprivilege"
        | "elevationofprivileges"
        | "elevationofpriviledge"
        | "privilegeescalation"
        | "e"
        | "eop"
        | "authorization"
        | "authorisation" => Some("elevation_of_privilege"),
        _ => None,
    }
}

/// The word for a level that other tools write in many ways.
pub fn level_word(theirs: &str) -> Option<&'static str> {
    match plain_word(theirs).as_str() {
        "low" | "verylow" | "lowest" | "minor" | "negligible" | "unlikely" | "rare" | "info"
        | "informational" | "minimal" | "none" => Some("low"),
        "medium" | "moderate" | "possible" | "elevated" | "mid" => Some("medium"),
        "high" | "major" | "likely" => Some("high"),
        "critical" | "severe" | "veryhigh" | "certain" | "almostcertain" | "extreme"
        | "maximal" | "highest" => Some("critical"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technology_is_known_by_the_beginning_of_a_word() {
        let title = format!("{} API gateway of {}", "a ".repeat(100), "b ".repeat(1000));
        assert_eq!(technology(&title), Some("api_gateway"));
        let words = words_of(&title);
        assert!((0..words.len()).all(|start| beginning(&words[start..]).len() < 2 * MAX_WORD));
    }

    #[test]
    fn no_word_is_longer_than_what_is_compared() {
        assert!(TECHNOLOGIES.iter().all(|(word, _)| word.len() <= MAX_WORD));
    }
}

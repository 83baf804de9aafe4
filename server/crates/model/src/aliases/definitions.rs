//! What people call the technologies, protocols and mitigations of the library. It must not know
//! what the library says of them.

use super::alias::{Alias, likely, no_word, same};

/// For technologies: products, and other words for what they are.
pub static TECHNOLOGIES: &[Alias] = &[
    // Data stores
    same(
        "relational_database",
        "postgres postgresql pg mysql mariadb mssql sql_server oracle oracle_db \
             sqlite rds aurora cockroachdb cloud_sql azure_sql db2 sql sql_database \
             rdbms relational percona alloydb spanner",
    ),
    same(
        "document_database",
        "mongodb mongo couchdb couchbase firestore documentdb cosmosdb cosmos_db \
             document_store ravendb mongodb_atlas",
    ),
    same(
        "key_value_store",
        "dynamodb dynamo riak key_value kv kv_store key_value_database",
    ),
    likely(
        "key_value_store",
        "cassandra scylladb hbase bigtable etcd nosql wide_column_store",
        "`database` is any other one",
    ),
    same(
        "cache",
        "redis memcached memcache valkey elasticache keydb hazelcast \
             in_memory_cache redis_cache",
    ),
    same(
        "graph_database",
        "neo4j neptune janusgraph arangodb graph_db",
    ),
    same(
        "time_series_database",
        "influxdb influx timescaledb timescale timestream tsdb victoriametrics",
    ),
    same(
        "search_engine",
        "elasticsearch elastic opensearch solr algolia lucene meilisearch search",
    ),
    same(
        "vector_store",
        "pinecone weaviate qdrant milvus chroma chromadb pgvector vector_database \
             vector_db",
    ),
    likely("ledger_database", "qldb blockchain ledger", ""),
    same(
        "data_warehouse",
        "snowflake redshift bigquery clickhouse warehouse dwh synapse",
    ),
    same("data_lake", "lakehouse lake delta_lake iceberg"),
    same(
        "big_data_platform",
        "hadoop spark databricks emr hive big_data",
    ),
    same(
        "log_store",
        "loki cloudwatch_logs log_storage logs log_server",
    ),
    same(
        "object_store",
        "s3 bucket blob_storage blob blob_store gcs minio azure_blob \
             azure_blob_storage object_storage s3_bucket amazon_s3 aws_s3 r2 ceph",
    ),
    same(
        "file_server",
        "nas samba efs file_share nfs_server network_share",
    ),
    same("block_storage", "ebs disk volume persistent_volume san"),
    same("local_files", "filesystem file_system files local_storage"),
    same("backup_store", "backup backups backup_storage"),
    same("datastore", "data_store storage db_store"),
    same("database", "db dbms"),
    same(
        "identity_store",
        "user_store user_database credential_store",
    ),
    // Messaging
    same(
        "message_queue",
        "sqs rabbitmq rabbit activemq queue service_bus ibm_mq mq zeromq \
             beanstalkd",
    ),
    same(
        "event_stream",
        "kinesis pulsar eventhub eventhubs event_bus eventbridge stream",
    ),
    same("kafka", "apache_kafka msk confluent redpanda"),
    same("mqtt_broker", "mosquitto hivemq emqx mqtt"),
    same(
        "messaging",
        "sns pubsub nats broker message_broker message_bus google_pubsub",
    ),
    same(
        "stream_processing",
        "flink kafka_streams storm stream_processor",
    ),
    // Code that runs
    same(
        "function",
        "lambda aws_lambda cloud_function cloud_functions azure_function \
             azure_functions serverless serverless_function faas lambda_function",
    ),
    same("batch_job", "batch cronjob job batch_process etl"),
    same("scheduler", "cron airflow quartz job_scheduler"),
    same(
        "worker",
        "sidekiq celery queue_worker consumer background_worker",
    ),
    likely(
        "web_server",
        "nginx caddy",
        "`reverse_proxy` if it forwards requests",
    ),
    same(
        "web_server",
        "apache httpd iis apache_httpd static_site http_server lighttpd",
    ),
    same(
        "reverse_proxy",
        "envoy traefik varnish proxy ingress ingress_controller squid",
    ),
    same(
        "api_gateway",
        "kong apigee apim aws_api_gateway tyk api_management",
    ),
    same("waf", "modsecurity web_application_firewall aws_waf"),
    same("cdn", "cloudfront akamai fastly content_delivery_network"),
    likely("cdn", "cloudflare", "`waf` if it filters requests"),
    same("load_balancer", "elb alb nlb lb haproxy f5"),
    same("service_mesh", "istio linkerd consul_connect mesh"),
    likely("gateway", "router nat_gateway switch", ""),
    same("vpn_gateway", "vpn openvpn wireguard vpn_server"),
    same("bastion", "jump_host jump_box jump_server bastion_host"),
    same(
        "intrusion_detection",
        "ids snort suricata intrusion_detection_system",
    ),
    same("intrusion_prevention", "ips intrusion_prevention_system"),
    same(
        "service",
        "microservice backend application app server daemon",
    ),
    likely(
        "web_service",
        "spring spring_boot express flask fastapi dotnet go java nodejs python",
        "`technology` is what it serves as, not the language or framework",
    ),
    same("web_service", "http_service web_api"),
    same("web_application", "webapp website web_portal portal"),
    likely("web_application", "django rails laravel php", ""),
    same(
        "single_page_app",
        "spa react angular vue single_page_application react_app svelte",
    ),
    same("cms", "wordpress drupal joomla content_management_system"),
    same(
        "rest_api",
        "rest api restful http_api rest_service restful_api openapi json_api",
    ),
    same("graphql_api", "graphql apollo graphql_server"),
    same("soap_service", "soap soap_api"),
    same("grpc_service", "grpc grpc_api"),
    same("webhook_receiver", "webhook webhooks webhook_endpoint"),
    same(
        "application_server",
        "tomcat jboss wildfly weblogic websphere app_server",
    ),
    same("enterprise_bean", "ejb"),
    same("erp", "sap erp_system"),
    same("mainframe", "zos as400 cobol"),
    same(
        "mail_server",
        "postfix smtp smtp_server exchange email_server email",
    ),
    likely("mail_server", "ses sendgrid mailgun", ""),
    same("library", "package sdk"),
    // Security and operations
    same(
        "identity_provider",
        "idp keycloak okta auth0 cognito entra entra_id azure_ad adfs sso \
             oauth_server authorization_server auth_server oidc_provider \
             authentication_service oidc oauth oauth2 saml",
    ),
    same("directory", "active_directory ad directory_service"),
    same("ldap_server", "ldap openldap ldap_directory"),
    same(
        "vault",
        "hashicorp_vault secrets_manager secret_manager secrets_vault key_vault \
             secret_store secrets_store",
    ),
    same(
        "key_management",
        "kms key_management_service aws_kms key_management_system",
    ),
    same("hsm", "cloudhsm hardware_security_module"),
    same("certificate_authority", "ca pki letsencrypt cert_manager"),
    same(
        "service_registry",
        "consul eureka service_discovery zookeeper",
    ),
    same("feature_flags", "launchdarkly unleash feature_toggle"),
    same(
        "kubernetes",
        "k8s eks aks gke openshift kube k3s kubernetes_cluster",
    ),
    same(
        "container_platform",
        "docker ecs fargate podman nomad docker_swarm container containers",
    ),
    same("hypervisor", "vmware esxi kvm hyper_v xen"),
    likely("control_plane", "aws azure gcp cloud", ""),
    same(
        "monitoring",
        "prometheus grafana datadog newrelic nagios zabbix sentry observability \
             metrics",
    ),
    likely(
        "monitoring",
        "splunk siem cloudwatch",
        "`log_store` if it keeps logs",
    ),
    same(
        "admin_console",
        "admin admin_ui admin_panel backoffice admin_portal phpmyadmin",
    ),
    same("device_management", "mdm intune mobile_device_management"),
    // Clients and devices
    same(
        "mobile_app",
        "ios android ios_app android_app mobile mobile_application",
    ),
    same(
        "desktop_app",
        "desktop electron desktop_application fat_client thick_client",
    ),
    same("browser", "chrome firefox web_browser safari edge"),
    same("cli", "command_line terminal_client command_line_tool"),
    same(
        "iot_device",
        "sensor raspberry_pi camera arduino iot embedded_device",
    ),
    same("industrial_controller", "plc scada rtu"),
    same("vehicle", "car ecu"),
    same("point_of_sale", "pos payment_terminal card_reader"),
    // Learning machines
    same(
        "llm",
        "gpt openai claude language_model bedrock llama large_language_model \
             gemini",
    ),
    same("agent", "ai_agent llm_agent"),
    same("chatbot", "chatgpt chat assistant"),
    same("mcp_server", "mcp"),
    same("ai", "ml machine_learning model_server inference sagemaker"),
    same("model_registry", "mlflow"),
    // Development
    same(
        "build_pipeline",
        "ci jenkins github_actions gitlab_ci circleci ci_cd azure_pipelines \
             travis pipeline teamcity",
    ),
    same("build_runner", "runner build_agent ci_runner"),
    same(
        "deployment_service",
        "argocd flux spinnaker cd terraform deployment",
    ),
    same(
        "source_repository",
        "git github gitlab bitbucket repo repository git_repository",
    ),
    same("artifact_registry", "artifactory nexus artifact_repository"),
    same(
        "container_registry",
        "ecr docker_hub gcr acr harbor docker_registry image_registry",
    ),
    same(
        "package_registry",
        "npm pypi maven nuget package_repository",
    ),
    same("code_inspection", "sonarqube snyk sast codeql"),
    same("developer_machine", "laptop workstation developer_laptop"),
    // What the library has of its own kind
    same("dns_server", "dns route53 bind resolver nameserver"),
    likely(
        "media_server",
        "webrtc rtmp sfu turn_server streaming_server",
        "the protocol is `webrtc`",
    ),
    same("firewall", "network_firewall packet_filter security_group"),
];

const OR_SQL_TLS: &str = "`sql_tls` over TLS";
const OR_NOSQL_TLS: &str = "`nosql_tls` over TLS";
const OR_PLAIN_HTTP: &str = "`http` without TLS; what it serves is the `technology` of its target";

/// For protocols. Where encryption is not known, the one without is proposed: a model must not
/// claim it by a fix.
pub static PROTOCOLS: &[Alias] = &[
    same(
        "tcp_tls",
        "tls ssl tls_tcp tcps raw_tls tls_1_2 tls_1_3 tls12 tls13",
    ),
    same("udp_dtls", "dtls udps"),
    same(
        "https",
        "http_tls http_over_tls http3 h3 https_tls \
             hypertext_transfer_protocol_secure",
    ),
    likely("https", "http2 h2 web", "`http` without TLS"),
    likely(
        "https",
        "rest rest_api api soap json webhook webhooks sse server_sent_events s3 \
             odata restful xml dynamodb sqs",
        OR_PLAIN_HTTP,
    ),
    same("http", "plain_http http1 clear_http"),
    likely(
        "ws",
        "websocket websockets web_socket socketio",
        "`wss` over TLS",
    ),
    same(
        "wss",
        "secure_websocket websocket_tls websocket_secure websockets_tls ws_tls",
    ),
    same("grpc_tls", "grpcs secure_grpc grpc_over_tls grpc_secure"),
    same("graphql_tls", "graphqls graphql_https graphql_over_https"),
    same("mcp_http", "mcp"),
    likely(
        "sql",
        "postgres postgresql pg mysql mariadb jdbc odbc tds mssql oracle tns psql \
             relational_database database db",
        OR_SQL_TLS,
    ),
    same(
        "sql_tls",
        "jdbc_encrypted jdbc_tls odbc_encrypted postgres_tls postgresql_tls \
             mysql_tls",
    ),
    likely(
        "nosql",
        "mongodb mongo redis cassandra cql memcached resp",
        OR_NOSQL_TLS,
    ),
    same("nosql_tls", "rediss redis_tls mongodb_tls cassandra_tls"),
    same("ldaps", "ldap_tls secure_ldap ldap_ssl ldap_over_tls"),
    same("amqps", "amqp_tls secure_amqp amqp_ssl"),
    likely("amqp", "rabbitmq", "`amqps` over TLS"),
    same("mqtts", "mqtt_tls secure_mqtt mqtt_ssl mqtt_over_tls"),
    likely("kafka_plain", "kafka", "`kafka_tls` over TLS"),
    same("kafka_tls", "kafka_ssl kafkas sasl_ssl kafka_secure"),
    likely(
        "messaging_protocol",
        "stomp nats queue message messaging",
        "",
    ),
    same("coaps", "coap_dtls secure_coap"),
    same("smtps", "smtp_tls smtp_starttls smtp_over_tls"),
    likely("smtp", "mail email", "`smtps` over TLS"),
    same("imap", "imap4"),
    same("imaps", "imap_tls"),
    same("pop3", "pop"),
    same("pop3s", "pops pop3_tls pop_tls"),
    same("ssh", "ssh2 secure_shell openssh"),
    same("remote_shell", "vnc rsh winrm"),
    same("rdp", "remote_desktop ms_rdp"),
    same("ftps", "ftp_tls ftp_over_tls ftpes ftp_ssl"),
    same("sftp", "ssh_ftp ssh_file_transfer"),
    same("nfs", "nfs3 nfs4 network_file_system"),
    same("smb", "cifs samba smb1 smb2"),
    likely("smb_encrypted", "smb3", "`smb` without encryption"),
    same("bluetooth", "ble bluetooth_low_energy bt"),
    likely(
        "industrial_protocol",
        "opc_ua opcua profinet dnp3 bacnet can can_bus s7 iec_104 fieldbus",
        "declare a `protocol` of your own with `is: industrial_protocol`",
    ),
    same("modbus", "modbus_tcp"),
    same("iiop", "corba"),
    same("jrmp", "rmi java_rmi"),
    likely(
        "binary",
        "thrift protobuf avro rpc custom",
        "`binary_tls` over TLS",
    ),
    same("syslog_tls", "syslogs syslog_over_tls syslog_ssl"),
    likely("syslog", "log logs logging", "`syslog_tls` over TLS"),
    same("dns_tls", "doh dot dns_over_https dns_over_tls secure_dns"),
    same(
        "local_ipc",
        "ipc unix_socket named_pipe pipe unix_domain_socket dbus",
    ),
    likely(
        "in_process",
        "call function_call internal method_call in_process_library_call \
             inter_process_communication",
        "`local_ipc` between processes",
    ),
    same(
        "file_access",
        "file filesystem file_system local_file_access files disk",
    ),
    same("mcp_stdio", "stdio"),
    likely("udp", "ntp dhcp icmp multicast", ""),
    likely("tcp", "socket sockets raw ip tcp_ip", "`tcp_tls` over TLS"),
    same("quic", "udp_quic"),
    same("rtp", "rtsp real_time_protocol"),
    same("srtp", "secure_rtp rtp_encrypted dtls_srtp"),
    same("sips", "sip_tls"),
    likely("sip", "voip", "`sips` over TLS"),
    no_word(
        "vpn ipsec wireguard openvpn ssh_tunnel",
        "write `tunnel: vpn` or `tunnel: ssh` next to the `protocol` that runs through it",
    ),
    no_word(
        "mtls mutual_tls",
        "write `authentication: mutual_tls` next to the `protocol`, such as `https`",
    ),
    no_word(
        "oauth oauth2 oidc saml jwt sso",
        "write it under `authentication`, as `federated` or `token`; the `protocol` is `https`",
    ),
    no_word(
        "encrypted unencrypted plaintext cleartext none unknown",
        "name the protocol; whether it encrypts follows from it, as for `https` and `http`",
    ),
];

/// For mitigations.
pub static MITIGATIONS: &[Alias] = &[
    same(
        "tls",
        "https ssl encryption_in_transit transport_encryption \
             transport_layer_security tls_encryption",
    ),
    same("mutual_tls", "mtls two_way_tls client_certificates"),
    same(
        "multi_factor_authentication",
        "mfa two_factor two_factor_authentication totp webauthn passkeys fido2",
    ),
    same("web_application_firewall", "waf"),
    same("content_security_policy", "csp"),
    same("subresource_integrity", "sri"),
    same("backend_for_frontend", "bff"),
    same(
        "csrf_protection",
        "csrf csrf_token csrf_tokens anti_csrf samesite samesite_cookies \
             xsrf_protection",
    ),
    same(
        "parameterized_queries",
        "prepared_statements parameterised_queries parametrized_queries \
             prepared_statement bind_variables",
    ),
    likely("parameterized_queries", "orm", ""),
    same(
        "rate_limiting",
        "rate_limit rate_limits throttling rate_limiter ddos_protection",
    ),
    likely(
        "input_validation",
        "validation sanitization input_sanitization schema_validation",
        "`output_encoding` against cross-site scripting, `parameterized_queries` against SQL \
         injection",
    ),
    same(
        "output_encoding",
        "output_escaping html_escaping escaping xss_protection",
    ),
    likely(
        "authorization_checks",
        "rbac acl authorization access_control authz permissions abac",
        "what a flow checks is also its `authorization`",
    ),
    no_word(
        "authentication authn login password",
        "how a caller authenticates is the `authentication` of a flow",
    ),
    same("audit_log", "audit_logging audit_logs audit_trail audit"),
    likely("audit_log", "logging monitoring logs", ""),
    same(
        "encryption_at_rest",
        "disk_encryption tde encrypted_at_rest storage_encryption \
             database_encryption",
    ),
    likely(
        "encryption_at_rest",
        "encryption aes",
        "`tls` is encryption in transit",
    ),
    same(
        "client_side_encryption",
        "field_level_encryption application_level_encryption",
    ),
    likely(
        "payload_encryption",
        "e2ee end_to_end_encryption jwe message_encryption",
        "`client_side_encryption` for a store",
    ),
    same(
        "password_hashing",
        "bcrypt argon2 scrypt pbkdf2 hashing salted_hash",
    ),
    same(
        "secrets_vault",
        "secrets_manager secret_management secrets_management vault key_vault \
             hashicorp_vault secret_manager",
    ),
    likely(
        "network_segmentation",
        "segmentation firewall vlan network_policy network_policies \
             security_groups vpc",
        "",
    ),
    same("microsegmentation", "micro_segmentation zero_trust_network"),
    same(
        "malware_scanning",
        "antivirus virus_scan virus_scanning clamav malware_scan",
    ),
    same("backups", "backup tested_backups"),
    same("failover", "high_availability ha redundancy replication"),
    same(
        "dependency_scanning",
        "sca dependabot renovate dependency_check sbom vulnerability_scanning",
    ),
    same(
        "artifact_signing",
        "code_signing cosign sigstore image_signing",
    ),
    same("dependency_pinning", "lockfile pinning pinned_dependencies"),
    same("code_review", "peer_review pull_request_review reviews"),
    same("approval", "four_eyes dual_control second_approval"),
    same(
        "signed_requests",
        "hmac request_signature signed_webhooks webhook_signature signature",
    ),
    likely(
        "sandboxing",
        "sandbox isolation seccomp containerization",
        "",
    ),
    likely(
        "pseudonymization",
        "masking anonymization tokenization data_masking pseudonymisation",
        "",
    ),
    same("data_minimization", "data_minimisation minimization"),
    same("processing_agreement", "dpa data_processing_agreement"),
    likely(
        "service_identity",
        "workload_identity spiffe service_account managed_identity iam_role",
        "",
    ),
    same(
        "short_lived_tokens",
        "token_expiry short_lived_credentials token_rotation",
    ),
    same("mail_authentication", "spf dkim dmarc"),
    likely("origin_check", "cors origin_validation", ""),
    same("retention_limits", "retention ttl data_retention"),
    same("secret_scanning", "gitleaks trufflehog secret_scan"),
    same(
        "egress_filtering",
        "egress_filter egress_control outbound_filtering url_allowlist",
    ),
    same(
        "least_privilege",
        "minimal_permissions least_privileges principle_of_least_privilege",
    ),
    same("quotas", "quota resource_limits"),
    same("log_redaction", "log_masking log_scrubbing"),
    same("append_only_logs", "worm immutable_logs tamper_proof_logs"),
    same("upload_checks", "file_validation upload_validation"),
    same("safe_xml_parsing", "xxe_protection disable_dtd"),
    same(
        "prompt_isolation",
        "prompt_filtering guardrails prompt_guard",
    ),
    same("output_checks", "output_validation output_filtering"),
    same("tenant_isolation", "row_level_security rls"),
    same("public_access_block", "block_public_access private_bucket"),
];

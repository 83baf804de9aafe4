//! The words of the tool and its own templates, with ours. It must not know where a model has them.

/// What the tool's own templates call their stencils, with the library's technologies; empty for
/// what has no meaning. Other stencils are known by their titles.
pub const STENCIL: &[(&str, &str)] = &[
    ("SE.P.TMCore.ThickClient", "desktop_app"),
    ("SE.P.TMCore.BrowserClient", "browser"),
    ("SE.P.TMCore.PlugIn", "browser_extension"),
    ("SE.P.TMCore.WebServer", "web_server"),
    ("SE.P.TMCore.WebApp", "web_application"),
    ("SE.P.TMCore.WebSvc", "web_service"),
    ("SE.P.TMCore.WebAPI", "web_service"),
    ("SE.P.TMCore.WCF", "web_service"),
    ("SE.P.TMCore.IdSrv", "identity_provider"),
    ("SE.P.TMCore.ADFS", "identity_provider"),
    ("SE.P.TMCore.AzureAD", "identity_provider"),
    ("SE.P.TMCore.AzureAppServiceApiApp", "web_service"),
    ("SE.P.TMCore.AzureAppServiceMobileApp", "web_service"),
    ("SE.P.TMCore.AzureML", "ai"),
    ("SE.P.TMCore.AzureStreamAnalytics", "stream_processing"),
    ("SE.P.TMCore.AzureWebJob", "batch_job"),
    ("SE.P.TMCore.DynamicsCRMPortal", "web_application"),
    ("SE.EI.TMCore.Browser", "browser"),
    ("SE.EI.TMCore.AuthProvider", "identity_provider"),
    ("SE.EI.TMCore.WebApp", "web_application"),
    ("SE.EI.TMCore.WebSvc", "web_service"),
    ("SE.EI.TMCore.Mobile", "mobile_app"),
    ("SE.EI.TMCore.IoTdevice", "iot_device"),
    ("SE.DS.TMCore.SQL", "relational_database"),
    ("SE.DS.TMCore.NoSQL", "database"),
    ("SE.DS.TMCore.FS", "local_files"),
    ("SE.DS.TMCore.ConfigFile", "local_files"),
    ("SE.DS.TMCore.Cache", "cache"),
    ("SE.DS.TMCore.HTML5LS", "device_storage"),
    ("SE.DS.TMCore.Device", "device_storage"),
    ("SE.DS.TMCore.AzureSQLDWDB", "data_warehouse"),
    ("SE.DS.TMCore.AzureStorage", ""),
    ("SE.DS.TMCore.CloudStorage", ""),
];

/// Types of storage, with the library's technologies.
pub const STORAGE: &[(&str, &str)] = &[
    ("File", "file_storage"),
    ("Table", "key_value_store"),
    ("Queue", "message_queue"),
    ("Blob", "object_store"),
];

/// Flows of the tool's own templates, with the library's protocols.
pub const PROTOCOL: &[(&str, &str)] = &[
    ("SE.DF.TMCore.HTTP", "http"),
    ("SE.DF.TMCore.HTTPS", "https"),
    ("SE.DF.TMCore.Binary", "binary"),
    ("SE.DF.TMCore.NamedPipe", "local_ipc"),
    ("SE.DF.TMCore.ALPC", "local_ipc"),
    ("SE.DF.TMCore.SMB", "smb"),
    ("SE.DF.TMCore.RPC", "binary"),
    ("SE.DF.TMCore.UDP", "binary"),
];

/// What templates call the property that says how a flow is authenticated.
pub const AUTHENTICATION: &[&str] = &[
    "Authentication",
    "Authentication Scheme",
    "Authentication Mechanism",
    "Authentication Method",
    "Authentication Type",
];

/// Whom a process runs as, with our words for what it may.
pub const PRIVILEGE: &[(&str, &str)] = &[
    ("Kernel", "root"),
    ("System", "root"),
    ("Network Service", "service"),
    ("Local Service", "service"),
    ("Administrator", "admin"),
    ("Standard User With Elevation", "admin"),
    ("Standard User Without Elevation", "user"),
    ("Windows Store App", "none"),
];

/// Boundaries of the tool's own templates, with what they are made of.
pub const BOUNDARY: &[(&str, &str)] = &[
    ("SE.TB.B.TMCore.CorpNet", "network"),
    ("SE.TB.B.TMCore.Sandbox", "process"),
    ("SE.TB.TMCore.AzureTrustBoundary", "cloud"),
    ("SE.TB.TMCore.ServiceFabric", "cloud"),
    ("SE.TB.TMCore.AzureIaaSVMTrustBoundary", "host"),
    ("SE.TB.TMCore.MachineTrustBoundary", "host"),
];

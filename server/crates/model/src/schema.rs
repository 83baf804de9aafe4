//! The one table of the language: which properties a kind of declaration has, and what each
//! takes. Validation, completion, hover and the reference documentation read it. It must not know a
//! model.

use crate::renamed::current_name;
use threatline_syntax::Kind;

/// A fixed list of words that a property takes.
#[derive(Debug)]
pub struct Words {
    /// What the list is called, for messages: "a classification".
    pub called: &'static str,
    /// Whether the words have an order, from the least to the most.
    pub ordered: bool,
    /// Each word with its meaning.
    pub words: &'static [(&'static str, &'static str)],
}

impl PartialEq for Words {
    fn eq(&self, other: &Words) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Words {}

impl Words {
    /// The position of a word in the list, which may be written by its former name.
    pub fn position(&self, word: &str) -> Option<u8> {
        let position_of = |word: &str| self.names().position(|listed| listed == word);
        let position = position_of(word).or_else(|| position_of(current_name(word)?));
        position.map(|position| position as u8)
    }

    /// The word at a position.
    pub fn word(&self, position: u8) -> &'static str {
        self.words[position as usize].0
    }

    /// The words without their meanings.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().map(|(word, _)| *word)
    }
}

/// What a property takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A string.
    Text,
    /// A string with a glob of paths, from the model's root.
    Glob,
    /// One of a fixed list of words.
    Words(&'static Words),
    /// `yes` or `no`.
    YesNo,
    /// A date, as `2026-11-23`.
    Date,
    /// CWE-79, CAPEC-151, T1190 or ASVS-9.1.1.
    Reference,
    /// The name of a declaration of one of these kinds.
    Name(&'static [Kind]),
    /// A threat, a rule or a STRIDE word.
    Countered,
    /// `rule@element`, `category@element`, or the name of a threat.
    Finding,
    /// A condition over facts.
    Condition,
}

/// A property of a kind of declaration.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether it takes a list.
    pub many: bool,
    /// Whether a declaration is wrong without it.
    pub required: bool,
    /// Its value when it is unspecified, where that is not "unknown".
    pub default: Option<&'static str>,
    /// What the word [`NOTHING`] says in place of a list, where it may be written.
    pub nothing: Option<&'static str>,
    /// What it means, in a sentence.
    pub doc: &'static str,
}

/// The word that states an empty list, so that it differs from one that nobody thought about.
pub const NOTHING: &str = "nothing";

impl PartialEq for Property {
    fn eq(&self, other: &Property) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Property {}

/// A kind of declaration.
#[derive(Debug)]
pub struct KindSchema {
    /// The kind.
    pub kind: Kind,
    /// What it declares, in a sentence.
    pub doc: &'static str,
    /// Whether it may be placed with `in BOUNDARY`.
    pub placed: bool,
    /// Its properties, in the order in which they are written best.
    pub properties: &'static [Property],
}

impl KindSchema {
    /// The property of a name.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties
            .iter()
            .find(|property| property.name == name)
    }
}

macro_rules! words {
    (
        $(#[doc = $doc:literal])*
        $name:ident, $called:literal, $ordered:literal,
        [$($word:literal: $meaning:literal),* $(,)?]
    ) => {
        $(#[doc = $doc])*
        pub static $name: Words = Words {
            called: $called,
            ordered: $ordered,
            words: &[$(($word, $meaning)),*],
        };
    };
}

words!(
    /// The six categories of STRIDE (Kohnfelder and Garg, Microsoft, 1999).
    STRIDE, "a STRIDE category", false, [
        "spoofing": "Pretending to be someone or something else. Violates authentication.",
        "tampering": "Unauthorized modification of data or code. Violates integrity.",
        "repudiation":
            "Denying an action that nothing can prove. Violates accountability.",
        "information_disclosure": "Unauthorized access to information. Violates confidentiality.",
        "denial_of_service":
            "Making a service slow or unusable. Violates availability.",
        "elevation_of_privilege":
            "Gaining rights that were not granted. Violates authorization.",
    ]
);
words!(
    /// How likely, how harmful, how important.
    LEVEL, "a level", true, [
        "low": "Unlikely, or little harm.",
        "medium":
            "Possible, or repairable harm. Also the choice if nothing suggests another level.",
        "high": "Likely, or serious harm.",
        "critical": "Almost certain, or harm that threatens the organization's existence.",
    ]
);
words!(
    /// How confidential an asset is.
    CLASSIFICATION, "a classification", true, [
        "public": "Anyone may read it.",
        "internal": "For members of the organization.",
        "confidential": "On a need-to-know basis. A leak causes harm.",
        "restricted": "For named individuals only. A leak causes serious harm or violates the law.",
    ]
);
words!(
    /// What kind of asset it is.
    ASSET_KIND, "a kind of asset", false, [
        "data": "Business data.",
        "credential": "Passwords, tokens, keys and other secrets that grant access.",
        "code": "Software, its source code and its configuration.",
        "log": "Records of events in the system.",
    ]
);
words!(
    /// How far the elements in a boundary are trusted.
    TRUST, "a trust level", true, [
        "untrusted": "Anyone can be there, for example the internet.",
        "low": "Known, but not under your control: a partner, a guest network.",
        "medium": "Under your control, but reachable by many.",
        "high": "Under your control, and closed to everyone who does not need access.",
    ]
);
words!(
    /// What kind of boundary it is.
    BOUNDARY_KIND, "a kind of boundary", false, [
        "network": "A network or a network segment.",
        "cloud": "A cloud account or subscription.",
        "host": "A physical or virtual machine.",
        "process": "An operating system process or a container.",
        "tenant": "Resources of one tenant.",
        "organization": "A company, a department or another organization.",
        "physical": "A room, a building or a vehicle.",
    ]
);
words!(
    /// What an external entity is.
    EXTERNAL_KIND, "a kind of external entity", false, [
        "person": "A human user.",
        "system": "A system that someone else operates.",
        "device": "A device that is not under your control.",
    ]
);
words!(
    /// The formats that a process accepts.
    FORMAT, "a format", false, [
        "json": "JSON.",
        "xml": "XML.",
        "yaml": "YAML.",
        "csv": "CSV.",
        "html": "HTML.",
        "text": "Plain text.",
        "natural_language": "Text for a language model, such as prompts.",
        "url": "Addresses that the process fetches.",
        "file": "Files of any kind.",
        "image": "Images.",
        "archive": "Archives, such as zip and tar.",
        "serialized_objects":
            "Objects serialized by a programming language, such as Java serialization and pickle.",
        "code": "Code that the process runs.",
        "binary": "A custom binary format.",
    ]
);
words!(
    /// The privileges of a process on its machine.
    PRIVILEGES, "a privilege", true, [
        "none": "Sandboxed: no access beyond its own resources.",
        "user": "The privileges of an ordinary user.",
        "service": "The privileges of a dedicated service account.",
        "admin": "The privileges of an administrator.",
        "root": "Unlimited privileges.",
    ]
);
words!(
    /// Whether several tenants share it.
    TENANCY, "a tenancy", false, [
        "single": "Used by one tenant only.",
        "multi": "Shared by several tenants.",
    ]
);
words!(
    /// How the data in a store is encrypted.
    ENCRYPTION, "an encryption", true, [
        "none": "Not encrypted.",
        "at_rest": "Encrypted by the store or its disk. The store sees clear text.",
        "client_side": "Encrypted before it reaches the store, which never sees clear text.",
    ]
);
words!(
    /// How the initiator of a flow authenticates.
    AUTHENTICATION, "an authentication", false, [
        "none": "No authentication.",
        "network_address": "By the network address of the caller.",
        "password": "With a password.",
        "session": "With a session from an earlier login.",
        "token": "With a token from a trusted issuer, such as a JWT.",
        "key": "With a key, such as an API key or an SSH key.",
        "signature": "With a signature over each request, as for webhooks.",
        "certificate": "With a client certificate.",
        "mutual_tls": "With certificates on both ends, in mutual TLS (mTLS).",
        "federated": "Through an identity provider, with OpenID Connect (OIDC) or SAML.",
    ]
);
words!(
    /// Whose permissions decide on the requests of a flow.
    AUTHORIZATION, "an authorization", true, [
        "none": "No authorization: every caller may do everything.",
        "service": "By the permissions of the calling service.",
        "end_user": "By the permissions of the end user behind the call.",
    ]
);
words!(
    /// What a flow does with its target.
    ACCESS, "an access", true, [
        "read": "Read access.",
        "write": "Write access.",
        "read_write": "Read and write access.",
    ]
);
words!(
    /// The tunnel that a flow runs through.
    TUNNEL, "a tunnel", false, ["none": "No tunnel.", "vpn": "A VPN.", "ssh": "An SSH tunnel."]
);
words!(
    /// What a flow is for.
    USAGE, "a usage", false, [
        "business": "The business function of the system.",
        "operations": "Operation of the system: deployment, monitoring, backup, administration.",
    ]
);
words!(
    /// The implementation status of a mitigation.
    STATUS, "a status", true, [
        "proposed": "Suggested, but not decided. It mitigates nothing yet.",
        "planned":
            "Decided, but not in place yet. It counts with a `due` date and an `owner` or a \
             `ticket`.",
        "implemented": "In place.",
        "verified": "In place, with evidence that it works.",
    ]
);
words!(
    /// Laws and standards that apply to an asset.
    REGULATION, "a regulation", false, [
        "gdpr": "General Data Protection Regulation (EU) 2016/679.",
        "pci_dss": "Payment Card Industry Data Security Standard.",
        "hipaa": "Health Insurance Portability and Accountability Act (US).",
        "sox": "Sarbanes-Oxley Act (US).",
        "ccpa": "California Consumer Privacy Act (US).",
        "glba": "Gramm-Leach-Bliley Act (US).",
        "ferpa": "Family Educational Rights and Privacy Act (US).",
        "lgpd": "Lei Geral de Proteção de Dados (Brazil).",
        "nis2": "Network and Information Security Directive (EU) 2022/2555.",
        "dora": "Digital Operational Resilience Act, Regulation (EU) 2022/2554.",
        "iso_27001": "ISO/IEC 27001, information security management.",
        "soc2": "SOC 2 (AICPA).",
    ]
);
words!(
    /// What makes the threat of a rule more likely.
    EXPOSURE, "an exposure", false, [
        "caller":
            "Callers from a lower trust level, unless a certificate or a signature authenticates \
             them.",
        "path":
            "A path between different trust levels, in either direction. Within one boundary the \
             threat is less likely and does less harm.",
    ]
);
words!(
    /// The kinds of elements that a rule applies to.
    SUBJECT, "a kind of element", false, [
        "external": "External entities.",
        "process": "Processes.",
        "store": "Data stores.",
        "flow": "Data flows.",
    ]
);

const fn one(name: &'static str, takes: Takes, doc: &'static str) -> Property {
    Property {
        name,
        takes,
        many: false,
        required: false,
        default: None,
        nothing: None,
        doc,
    }
}

const fn list(name: &'static str, takes: Takes, doc: &'static str) -> Property {
    Property {
        name,
        takes,
        many: true,
        required: false,
        default: None,
        nothing: None,
        doc,
    }
}

const fn required(property: Property) -> Property {
    Property {
        required: true,
        ..property
    }
}

const fn defaults(default: &'static str, property: Property) -> Property {
    Property {
        default: Some(default),
        ..property
    }
}

const fn or_nothing(nothing: &'static str, property: Property) -> Property {
    Property {
        nothing: Some(nothing),
        ..property
    }
}

const ASSET: Takes = Takes::Name(&[Kind::Asset]);
const MITIGATION: Takes = Takes::Name(&[Kind::Mitigation]);
const TECHNOLOGY: Takes = Takes::Name(&[Kind::Technology]);
const PROTOCOL: Takes = Takes::Name(&[Kind::Protocol]);
const ELEMENT: Takes = Takes::Name(&[Kind::External, Kind::Process, Kind::Store, Kind::Flow]);
const ABOUT: Takes = Takes::Name(&[
    Kind::Component,
    Kind::Boundary,
    Kind::Asset,
    Kind::External,
    Kind::Process,
    Kind::Store,
    Kind::Flow,
]);

const TAGS: Property = list(
    "tags",
    Takes::Text,
    "Your own keywords, for searches and reports. The analysis ignores them.",
);
const MITIGATIONS: Property = list(
    "mitigations",
    MITIGATION,
    "The mitigations that protect it.",
);
const OUT_OF_SCOPE: Property = one(
    "out_of_scope",
    Takes::Text,
    "Why it is out of scope. It then has no findings, but its flows still do.",
);
const OWNER: Property = one(
    "owner",
    Takes::Text,
    "The team or person responsible for it.",
);
const TICKET: Property = one(
    "ticket",
    Takes::Text,
    "The ticket that tracks the work on it.",
);
const REFERENCES: Property = list(
    "references",
    Takes::Reference,
    "Entries that describe it, in CWE, CAPEC, ATT&CK or ASVS.",
);
const PRIVILEGES_OF: Property = one(
    "privileges",
    Takes::Words(&PRIVILEGES),
    "Its privileges on its machine; of a component, those of each process in it that does not \
     specify its own.",
);
const TENANCY_OF: Property = one(
    "tenancy",
    Takes::Words(&TENANCY),
    "Whether several tenants share it; of a component, of everything in it that does not specify \
     its own.",
);
const REDUNDANCY: Property = one(
    "redundancy",
    Takes::YesNo,
    "Whether another instance takes over when it fails.",
);
const MADE_WITH: Property = or_nothing(
    "It is built with nothing that a rule asks for.",
    list(
        "technology",
        TECHNOLOGY,
        "The technologies it is built with, and the roles it serves.",
    ),
);

/// Every kind of declaration with its properties.
pub static KINDS: &[KindSchema] = &[
    KindSchema {
        kind: Kind::Component,
        doc: "A part of the system, in one file. Other files refer to its declarations as \
              `NAME.x`.",
        placed: false,
        properties: &[
            list(
                "owner",
                Takes::Text,
                "The teams or people responsible for it.",
            ),
            list(
                "source",
                Takes::Glob,
                "The code that implements it, as globs relative to the model's root.",
            ),
            one(
                "criticality",
                Takes::Words(&LEVEL),
                "How important it is to the organization.",
            ),
            PRIVILEGES_OF,
            TENANCY_OF,
            list(
                "mitigations",
                MITIGATION,
                "The mitigations that protect everything in it.",
            ),
            list("links", Takes::Text, "Links to further information."),
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Boundary,
        doc: "A trust boundary: the elements in it share one trust level. `in` nests it in another \
             boundary.",
        placed: true,
        properties: &[
            one(
                "kind",
                Takes::Words(&BOUNDARY_KIND),
                "The kind of boundary.",
            ),
            defaults(
                "that of the surrounding boundary, otherwise `high`",
                one(
                    "trust",
                    Takes::Words(&TRUST),
                    "How far the elements in it are trusted.",
                ),
            ),
            list(
                "mitigations",
                MITIGATION,
                "The mitigations that protect everything in it and the flows that enter it.",
            ),
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Asset,
        doc: "Something worth protecting.",
        placed: false,
        properties: &[
            required(one(
                "classification",
                Takes::Words(&CLASSIFICATION),
                "How confidential it is.",
            )),
            defaults(
                "data",
                one("kind", Takes::Words(&ASSET_KIND), "The kind of asset."),
            ),
            defaults(
                "set by the classification: `public` and `internal` medium, `confidential` high, \
                 `restricted` critical; of `code` at least high",
                one(
                    "integrity",
                    Takes::Words(&LEVEL),
                    "How much harm an unauthorized or wrong change causes.",
                ),
            ),
            defaults(
                "medium",
                one(
                    "availability",
                    Takes::Words(&LEVEL),
                    "How much harm it causes when it is unavailable.",
                ),
            ),
            one(
                "personal",
                Takes::YesNo,
                "Whether it is personal data, about identifiable people. Counts as `no` if \
                 unspecified.",
            ),
            list(
                "regulations",
                Takes::Words(&REGULATION),
                "The laws and standards that apply to it.",
            ),
            OWNER,
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::External,
        doc: "An external entity: a person, a system or a device outside your control.",
        placed: true,
        properties: &[
            one(
                "kind",
                Takes::Words(&EXTERNAL_KIND),
                "The kind of external entity.",
            ),
            MADE_WITH,
            MITIGATIONS,
            OUT_OF_SCOPE,
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Process,
        doc: "Running code, such as a service or an application.",
        placed: true,
        properties: &[
            MADE_WITH,
            or_nothing(
                "It processes only the assets that its flows carry.",
                list(
                    "handles",
                    ASSET,
                    "The assets that it processes. Assets that its flows carry need not be \
                     repeated.",
                ),
            ),
            or_nothing(
                "It accepts no input in any of these formats.",
                list(
                    "accepts",
                    Takes::Words(&FORMAT),
                    "The formats of the input that it accepts.",
                ),
            ),
            PRIVILEGES_OF,
            TENANCY_OF,
            REDUNDANCY,
            one(
                "custom_code",
                Takes::YesNo,
                "Whether it is custom code, developed in-house.",
            ),
            OWNER,
            list(
                "source",
                Takes::Glob,
                "The code that implements it, as globs relative to the model's root.",
            ),
            MITIGATIONS,
            OUT_OF_SCOPE,
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Store,
        doc: "A data store.",
        placed: true,
        properties: &[
            MADE_WITH,
            or_nothing(
                "It stores no asset.",
                list("stores", ASSET, "The assets that it stores."),
            ),
            one(
                "encryption",
                Takes::Words(&ENCRYPTION),
                "How its data is encrypted.",
            ),
            TENANCY_OF,
            REDUNDANCY,
            one("backup", Takes::YesNo, "Whether its data is backed up."),
            OWNER,
            MITIGATIONS,
            OUT_OF_SCOPE,
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Flow,
        doc: "A data flow, from the initiator to the responder.",
        placed: false,
        properties: &[
            one("protocol", PROTOCOL, "The protocol that it uses."),
            one(
                "authentication",
                Takes::Words(&AUTHENTICATION),
                "How the initiator authenticates.",
            ),
            one(
                "multi_factor",
                Takes::YesNo,
                "Whether multi-factor authentication (MFA) is required.",
            ),
            one(
                "authorization",
                Takes::Words(&AUTHORIZATION),
                "Whose permissions decide whether a request is allowed.",
            ),
            one(
                "access",
                Takes::Words(&ACCESS),
                "Whether its source can read or write the target's data.",
            ),
            one(
                "publishable",
                Takes::YesNo,
                "Whether the key that authenticates it is made to be public: it names the \
                 application and proves nothing.",
            ),
            defaults(
                "none",
                one(
                    "tunnel",
                    Takes::Words(&TUNNEL),
                    "The tunnel that it runs through.",
                ),
            ),
            defaults(
                "business",
                one("usage", Takes::Words(&USAGE), "The purpose of the flow."),
            ),
            or_nothing(
                "It sends no asset.",
                list(
                    "sends",
                    ASSET,
                    "The assets that go from the source to the target.",
                ),
            ),
            or_nothing(
                "It brings no asset back.",
                list("receives", ASSET, "The assets that the source gets back."),
            ),
            MITIGATIONS,
            OUT_OF_SCOPE,
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Threat,
        doc: "A threat that was identified by hand.",
        placed: false,
        properties: &[
            required(list(
                "category",
                Takes::Words(&STRIDE),
                "The STRIDE categories of the threat.",
            )),
            required(list("targets", ELEMENT, "The elements that it targets.")),
            list("affects", ASSET, "The assets that it harms."),
            defaults(
                "medium",
                one("likelihood", Takes::Words(&LEVEL), "How likely it is."),
            ),
            defaults(
                "set by the most sensitive asset that it affects, or else by the assets of its \
                 targets",
                one("impact", Takes::Words(&LEVEL), "How much harm it causes."),
            ),
            list(
                "mitigations",
                MITIGATION,
                "The mitigations that counter it. It is mitigated when all are in place.",
            ),
            list(
                "enough",
                MITIGATION,
                "Those of its mitigations that are enough: it is mitigated when these are in \
                 place.",
            ),
            one(
                "residual",
                Takes::Words(&LEVEL),
                "The severity of what is left while some of its mitigations are in place. It \
                 needs an `owner`.",
            ),
            REFERENCES,
            TICKET,
            OWNER,
        ],
    },
    KindSchema {
        kind: Kind::Mitigation,
        doc: "A security control and its status.",
        placed: false,
        properties: &[
            one(
                "based_on",
                MITIGATION,
                "The mitigation that it implements. It also mitigates everything that one \
                 mitigates.",
            ),
            list(
                "counters",
                Takes::Countered,
                "The threats, rules or STRIDE categories that it mitigates. A category closes \
                 findings below severity `high`, and only together with all others of the finding.",
            ),
            list(
                "on",
                Takes::Words(&SUBJECT),
                "The kinds of elements that it can act on; all if unspecified.",
            ),
            one(
                "when",
                Takes::Condition,
                "The condition under which it can act on an element. It does not act where this \
                 is false.",
            ),
            defaults(
                "implemented",
                one(
                    "status",
                    Takes::Words(&STATUS),
                    "Its implementation status.",
                ),
            ),
            list(
                "evidence",
                Takes::Text,
                "Evidence that it works, such as a link to a test or a report.",
            ),
            one(
                "due",
                Takes::Date,
                "The day by which it is due, while its status is `proposed` or `planned`.",
            ),
            OWNER,
            REFERENCES,
            TICKET,
        ],
    },
    KindSchema {
        kind: Kind::Accept,
        doc: "An accepted risk.",
        placed: false,
        properties: &[
            required(list(
                "findings",
                Takes::Finding,
                "The accepted findings: `rule@element`, `category@element`, or a threat.",
            )),
            one(
                "severity",
                Takes::Words(&LEVEL),
                "The highest severity that it accepts. A more severe finding is open.",
            ),
            required(one("by", Takes::Text, "Who accepts the risk.")),
            required(one(
                "until",
                Takes::Date,
                "The last day on which it is valid.",
            )),
            required(one("because", Takes::Text, "Why the risk is accepted.")),
            TICKET,
        ],
    },
    KindSchema {
        kind: Kind::Dismiss,
        doc: "A finding that does not apply, for as long as a condition holds.",
        placed: false,
        properties: &[
            required(one(
                "finding",
                Takes::Finding,
                "The finding that does not apply: `rule@element`.",
            )),
            required(list(
                "by",
                Takes::Text,
                "Who decided that it does not apply. A finding of severity `critical` needs two \
                 names.",
            )),
            required(one("because", Takes::Text, "Why it does not apply.")),
            required(one(
                "while",
                Takes::Condition,
                "The condition on the element under which it does not apply. When it is no longer \
                 true, the finding is open.",
            )),
            TICKET,
        ],
    },
    KindSchema {
        kind: Kind::Assumption,
        doc: "Something the model assumes to be true, written as its title.",
        placed: false,
        properties: &[
            list("about", ABOUT, "The declarations that it concerns."),
            one(
                "validate_by",
                Takes::Date,
                "The day by which it is due for review.",
            ),
            OWNER,
        ],
    },
    KindSchema {
        kind: Kind::Technology,
        doc: "A technology that elements are built with.",
        placed: false,
        properties: &[
            list(
                "is",
                TECHNOLOGY,
                "The broader technologies that it belongs to.",
            ),
            one(
                "forwards",
                Takes::YesNo,
                "Whether it forwards requests, so that elements behind it are reached from \
                 wherever its callers are.",
            ),
            one(
                "queried",
                Takes::YesNo,
                "Whether what is read from it is the answer to a query, so that input which was \
                 put into it does not come out again as it was.",
            ),
            one(
                "echoes",
                Takes::YesNo,
                "Whether what it reads may come out again in anything that it sends, as with a \
                 language model.",
            ),
            one(
                "client_side",
                Takes::YesNo,
                "Whether it runs on its users' machines, as browsers, apps and devices do, so that \
                 it does not show who owns the place that it runs in.",
            ),
            REFERENCES,
        ],
    },
    KindSchema {
        kind: Kind::Protocol,
        doc: "A protocol that flows use.",
        placed: false,
        properties: &[
            list("is", PROTOCOL, "The broader protocols that it belongs to."),
            one(
                "encrypted",
                Takes::YesNo,
                "Whether it protects data in transit from being read or changed.",
            ),
            one(
                "interactive",
                Takes::YesNo,
                "Whether it is a person's session on a machine, whose content is not input to what \
                 runs there.",
            ),
            one(
                "authenticated",
                Takes::YesNo,
                "Whether the protocol itself authenticates the initiator.",
            ),
        ],
    },
    KindSchema {
        kind: Kind::Rule,
        doc: "A rule that derives a threat from the facts of a model.",
        placed: false,
        properties: &[
            required(list(
                "on",
                Takes::Words(&SUBJECT),
                "The kinds of elements that it applies to.",
            )),
            required(list(
                "category",
                Takes::Words(&STRIDE),
                "The STRIDE categories of the threat.",
            )),
            required(one(
                "when",
                Takes::Condition,
                "The condition under which an element has the threat.",
            )),
            defaults(
                "medium",
                one("likelihood", Takes::Words(&LEVEL), "How likely it is."),
            ),
            defaults(
                "caller",
                one(
                    "exposure",
                    Takes::Words(&EXPOSURE),
                    "What makes the threat more likely.",
                ),
            ),
            defaults(
                "high",
                one(
                    "impact",
                    Takes::Words(&LEVEL),
                    "How much harm it causes where confidential data is held. Less sensitive data \
                     lowers it, restricted data raises it.",
                ),
            ),
            REFERENCES,
            one(
                "advice",
                Takes::Text,
                "How to fix it, in one or two sentences.",
            ),
        ],
    },
    KindSchema {
        kind: Kind::Expect,
        doc: "The findings that a test of rules expects, and those it rules out.",
        placed: false,
        properties: &[
            list(
                "found",
                Takes::Finding,
                "Findings that are present and not mitigated.",
            ),
            list(
                "unstated",
                Takes::Finding,
                "Findings that an unspecified fact decides.",
            ),
            list(
                "mitigated",
                Takes::Finding,
                "Findings that are present and mitigated.",
            ),
            list("absent", Takes::Finding, "Findings that are not present."),
        ],
    },
];

/// The schema of a kind.
pub fn of(kind: Kind) -> &'static KindSchema {
    KINDS
        .iter()
        .find(|schema| schema.kind == kind)
        .expect("every kind has a schema")
}

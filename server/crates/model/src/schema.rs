//! The one table of what may be said: which properties a kind of declaration has, and what each
//! takes. Validation, completion, hover and the reference documentation read it. It must not know a
//! model.

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
    /// The position of a word in the list.
    pub fn position(&self, word: &str) -> Option<u8> {
        self.words
            .iter()
            .position(|(listed, _)| *listed == word)
            .map(|position| position as u8)
    }

    /// The word at a position.
    pub fn word(&self, position: u8) -> &'static str {
        self.words[position as usize].0
    }

    /// The words alone.
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
    /// What it means when it is not stated, where that is not "unknown".
    pub default: Option<&'static str>,
    /// What it says, in a sentence.
    pub doc: &'static str,
}

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
        "spoofing": "Someone pretends to be someone or something else; it breaks authentication.",
        "tampering": "Data or code is changed by someone who may not; it breaks integrity.",
        "repudiation":
            "Someone can deny what they did, because nothing proves it; it breaks accountability.",
        "information_disclosure": "Someone reads what they may not; it breaks confidentiality.",
        "denial_of_service":
            "A service is made slow or unusable for those who need it; it breaks availability.",
        "elevation_of_privilege":
            "Someone does what they have no right to; it breaks authorization.",
    ]
);
words!(
    /// How likely, how bad, how important.
    LEVEL, "a level", true, [
        "low": "Unlikely, or little harm.",
        "medium":
            "Possible, or harm that can be made good; also where nothing speaks for more or less.",
        "high": "Likely, or grave harm.",
        "critical": "To be expected, or harm that is hard to survive.",
    ]
);
words!(
    /// How confidential an asset is.
    CLASSIFICATION, "a classification", true, [
        "public": "Anyone may read it.",
        "internal": "For those who belong to the organisation.",
        "confidential": "For those who need it; a leak does harm.",
        "restricted": "For the few who are named; a leak does grave harm or breaks the law.",
    ]
);
words!(
    /// What an asset is made of.
    ASSET_KIND, "a kind of asset", false, [
        "data": "Data that the system is there for.",
        "credential": "What opens something: passwords, tokens, keys.",
        "code": "Software, its configuration and what it is built from.",
        "log": "Records of what the system did.",
    ]
);
words!(
    /// How far what is in a boundary is trusted.
    TRUST, "a trust level", true, [
        "untrusted": "Anyone can be there.",
        "low": "Known, but not under control: a partner, a guest network.",
        "medium": "Under control, but with many who can reach it.",
        "high": "Under control, and closed to all but those who must be there.",
    ]
);
words!(
    /// What a boundary is made of.
    BOUNDARY_KIND, "a kind of boundary", false, [
        "network": "A network or a segment of one.",
        "cloud": "An account or a subscription of a cloud provider.",
        "host": "A machine, real or virtual.",
        "process": "An operating system's process or a container.",
        "tenant": "What belongs to one customer.",
        "organisation": "A company or a department.",
        "physical": "A room, a building, a vehicle.",
    ]
);
words!(
    /// What an external entity is.
    EXTERNAL_KIND, "a kind of external entity", false, [
        "person": "A human being.",
        "system": "A system of someone else's.",
        "device": "A device out of our hands.",
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
        "natural_language": "Text that a language model is to understand.",
        "url": "Addresses of what it then fetches.",
        "file": "Files of any kind.",
        "image": "Pictures.",
        "archive": "Archives: zip, tar and the like.",
        "serialized_objects":
            "Objects as a language writes them: Java serialization, pickle and the like.",
        "code": "Code that is run.",
        "binary": "A binary format of its own.",
    ]
);
words!(
    /// What a process may do on its machine.
    PRIVILEGES, "a privilege", true, [
        "none": "Sandboxed: nothing but its own.",
        "user": "What an ordinary user may.",
        "service": "What an account made for it may.",
        "admin": "What an administrator may.",
        "root": "Everything.",
    ]
);
words!(
    /// Whether customers share it.
    TENANCY, "a tenancy", false, [
        "single": "One customer alone.",
        "multi": "Several customers share it.",
    ]
);
words!(
    /// How a store's data are encrypted.
    ENCRYPTION, "an encryption", true, [
        "none": "Not at all.",
        "at_rest": "By the store or its disk; the store sees clear text.",
        "client_side": "Before they reach the store, which never sees clear text.",
    ]
);
words!(
    /// How who starts a flow proves who they are.
    AUTHENTICATION, "an authentication", false, [
        "none": "Not at all.",
        "network_address": "By where they call from.",
        "password": "With a password.",
        "session": "With a session that an earlier login opened.",
        "token": "With a token that an issuer signed.",
        "key": "With a key: an API key, an SSH key.",
        "signature": "With a signature over the request, as webhooks do.",
        "certificate": "With a client's certificate.",
        "mutual_tls": "Both ends with a certificate, in TLS.",
        "federated": "By an identity provider: OpenID Connect, SAML.",
    ]
);
words!(
    /// In whose name a flow's request is allowed or refused.
    AUTHORIZATION, "an authorization", true, [
        "none": "Whoever gets through may do all.",
        "service": "By what the calling service may do.",
        "end_user": "By what the person behind the call may do.",
    ]
);
words!(
    /// What a flow does with what it reaches.
    ACCESS, "an access", true, [
        "read": "It reads.",
        "write": "It writes.",
        "read_write": "It reads and writes.",
    ]
);
words!(
    /// What a flow runs through.
    TUNNEL, "a tunnel", false, ["none": "Nothing.", "vpn": "A VPN.", "ssh": "An SSH tunnel."]
);
words!(
    /// What a flow is for.
    USAGE, "a usage", false, [
        "business": "What the system is for.",
        "operations": "Running the system: deployment, monitoring, backup, administration.",
    ]
);
words!(
    /// How far a mitigation has come.
    STATUS, "a status", true, [
        "proposed": "Someone wants it. It counters nothing yet.",
        "planned": "It is going to be done.",
        "implemented": "It is in place.",
        "verified": "It is in place, and something proves that it works.",
    ]
);
words!(
    /// Laws and standards that an asset falls under.
    REGULATION, "a regulation", false, [
        "gdpr": "General Data Protection Regulation (EU) 2016/679.",
        "pci_dss": "Payment Card Industry Data Security Standard.",
        "hipaa": "Health Insurance Portability and Accountability Act (US).",
        "sox": "Sarbanes-Oxley Act (US).",
        "ccpa": "California Consumer Privacy Act (US).",
        "glba": "Gramm-Leach-Bliley Act (US).",
        "ferpa": "Family Educational Rights and Privacy Act (US).",
        "lgpd": "Lei Geral de Proteção de Dados (Brazil).",
        "nis2": "Directive (EU) 2022/2555.",
        "dora": "Digital Operational Resilience Act, Regulation (EU) 2022/2554.",
        "iso_27001": "ISO/IEC 27001.",
        "soc2": "SOC 2 (AICPA).",
    ]
);
words!(
    /// What a rule looks at.
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
    "Words of your own, for searching and for reports; the analysis does not look at them.",
);
const MITIGATIONS: Property = list(
    "mitigations",
    MITIGATION,
    "The mitigations that protect it.",
);
const OUT_OF_SCOPE: Property = one(
    "out_of_scope",
    Takes::Text,
    "Why the rules are not to look at it. It then has no findings; its flows still have theirs.",
);
const OWNER: Property = one(
    "owner",
    Takes::Text,
    "The team or the person who answers for it.",
);
const TICKET: Property = one("ticket", Takes::Text, "Where the work on it is tracked.");
const REFERENCES: Property = list(
    "references",
    Takes::Reference,
    "Where it is described: CWE, CAPEC, ATT&CK, ASVS.",
);
const TENANCY_OF: Property = defaults(
    "single",
    one(
        "tenancy",
        Takes::Words(&TENANCY),
        "Whether customers share it.",
    ),
);
const REDUNDANCY: Property = one(
    "redundancy",
    Takes::YesNo,
    "Whether another takes over when it fails.",
);
const MADE_WITH: Property = list(
    "technology",
    TECHNOLOGY,
    "What it is made with, and what it serves as.",
);

/// Every kind of declaration with its properties.
pub static KINDS: &[KindSchema] = &[
    KindSchema {
        kind: Kind::Component,
        doc: "A part of the system, one file. What the file declares is named `NAME.x` from \
             outside.",
        placed: false,
        properties: &[
            list(
                "owner",
                Takes::Text,
                "The teams or people who answer for it.",
            ),
            list(
                "source",
                Takes::Glob,
                "The code that implements it, as globs from the model's root.",
            ),
            one(
                "criticality",
                Takes::Words(&LEVEL),
                "How much depends on it.",
            ),
            list(
                "mitigations",
                MITIGATION,
                "The mitigations that protect everything in it.",
            ),
            list("links", Takes::Text, "Where to read more."),
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Boundary,
        doc: "A trust boundary: what is in it is trusted alike. With `in` it lies in another one.",
        placed: true,
        properties: &[
            one("kind", Takes::Words(&BOUNDARY_KIND), "What it is made of."),
            defaults(
                "that of the boundary around it, else `high`",
                one(
                    "trust",
                    Takes::Words(&TRUST),
                    "How far what is in it is trusted.",
                ),
            ),
            list(
                "mitigations",
                MITIGATION,
                "The mitigations that protect everything in it, and the flows that enter it.",
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
                one("kind", Takes::Words(&ASSET_KIND), "What it is made of."),
            ),
            defaults(
                "by the classification: `public` low, `internal` medium, `confidential` high, \
                 `restricted` critical",
                one(
                    "integrity",
                    Takes::Words(&LEVEL),
                    "How bad it is when it is changed wrongly.",
                ),
            ),
            defaults(
                "medium",
                one(
                    "availability",
                    Takes::Words(&LEVEL),
                    "How bad it is when it cannot be had.",
                ),
            ),
            one(
                "personal",
                Takes::YesNo,
                "Whether it is about people who can be identified. Unless stated, it counts as \
                 `no`.",
            ),
            list(
                "regulations",
                Takes::Words(&REGULATION),
                "The laws and standards that it falls under.",
            ),
            OWNER,
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::External,
        doc: "An external entity: a person, a system or a device that is not ours to change.",
        placed: true,
        properties: &[
            one("kind", Takes::Words(&EXTERNAL_KIND), "What it is."),
            MADE_WITH,
            MITIGATIONS,
            OUT_OF_SCOPE,
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Process,
        doc: "Code that runs.",
        placed: true,
        properties: &[
            MADE_WITH,
            list(
                "handles",
                ASSET,
                "The assets that it works on. Those that its flows bring need not be repeated.",
            ),
            list(
                "accepts",
                Takes::Words(&FORMAT),
                "The formats that it reads from others.",
            ),
            one(
                "privileges",
                Takes::Words(&PRIVILEGES),
                "What it may do on its machine.",
            ),
            TENANCY_OF,
            REDUNDANCY,
            one(
                "custom_code",
                Takes::YesNo,
                "Whether it is code of our own.",
            ),
            OWNER,
            list(
                "source",
                Takes::Glob,
                "The code that implements it, as globs from the model's root.",
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
            list("stores", ASSET, "The assets that it keeps."),
            one(
                "encryption",
                Takes::Words(&ENCRYPTION),
                "How its data are encrypted.",
            ),
            TENANCY_OF,
            REDUNDANCY,
            one("backup", Takes::YesNo, "Whether its data are backed up."),
            OWNER,
            MITIGATIONS,
            OUT_OF_SCOPE,
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Flow,
        doc: "A data flow, from who starts it to who answers.",
        placed: false,
        properties: &[
            one("protocol", PROTOCOL, "How it talks."),
            one(
                "authentication",
                Takes::Words(&AUTHENTICATION),
                "How who starts it proves who they are.",
            ),
            one(
                "multi_factor",
                Takes::YesNo,
                "Whether a second factor is asked for.",
            ),
            one(
                "authorization",
                Takes::Words(&AUTHORIZATION),
                "In whose name a request is allowed or refused.",
            ),
            one(
                "access",
                Takes::Words(&ACCESS),
                "What its source may do with what it reaches.",
            ),
            defaults(
                "none",
                one("tunnel", Takes::Words(&TUNNEL), "What it runs through."),
            ),
            defaults(
                "business",
                one("usage", Takes::Words(&USAGE), "What it is for."),
            ),
            list(
                "sends",
                ASSET,
                "The assets that go from its source to its target.",
            ),
            list("receives", ASSET, "The assets that come back."),
            MITIGATIONS,
            OUT_OF_SCOPE,
            TAGS,
        ],
    },
    KindSchema {
        kind: Kind::Threat,
        doc: "A threat that a person found.",
        placed: false,
        properties: &[
            required(list(
                "category",
                Takes::Words(&STRIDE),
                "What kind of threat it is, in STRIDE's words.",
            )),
            required(list("targets", ELEMENT, "The elements that it is against.")),
            list("affects", ASSET, "The assets that it harms."),
            defaults(
                "medium",
                one("likelihood", Takes::Words(&LEVEL), "How likely it is."),
            ),
            defaults(
                "by the most sensitive asset that it affects; without any, by what its targets \
                 hold",
                one("impact", Takes::Words(&LEVEL), "How bad it is."),
            ),
            list(
                "mitigations",
                MITIGATION,
                "The mitigations that counter it.",
            ),
            REFERENCES,
            TICKET,
            OWNER,
        ],
    },
    KindSchema {
        kind: Kind::Mitigation,
        doc: "A control, and how far it has come.",
        placed: false,
        properties: &[
            one(
                "based_on",
                MITIGATION,
                "The mitigation that it carries out; it counters what that one counters, too.",
            ),
            list(
                "counters",
                Takes::Countered,
                "The threats, rules or STRIDE categories that it stops.",
            ),
            defaults(
                "implemented",
                one("status", Takes::Words(&STATUS), "How far it has come."),
            ),
            list(
                "evidence",
                Takes::Text,
                "What proves that it works: a link to a test or a report.",
            ),
            one(
                "due",
                Takes::Date,
                "The day by which it is to be done, while its status is `proposed` or `planned`.",
            ),
            OWNER,
            REFERENCES,
            TICKET,
        ],
    },
    KindSchema {
        kind: Kind::Accept,
        doc: "A risk that someone has taken on.",
        placed: false,
        properties: &[
            required(list(
                "findings",
                Takes::Finding,
                "What is accepted: `rule@element`, `category@element`, or a threat.",
            )),
            one(
                "severity",
                Takes::Words(&LEVEL),
                "The severity up to which it holds: a finding that is more severe is open.",
            ),
            required(one("by", Takes::Text, "Who takes it on.")),
            required(one("until", Takes::Date, "The last day on which it holds.")),
            required(one("because", Takes::Text, "Why it is taken on.")),
            TICKET,
        ],
    },
    KindSchema {
        kind: Kind::Assumption,
        doc: "What the model takes for granted; the title says it.",
        placed: false,
        properties: &[
            list("about", ABOUT, "What it is about."),
            one(
                "validate_by",
                Takes::Date,
                "The day by which it is to be looked at again.",
            ),
            OWNER,
        ],
    },
    KindSchema {
        kind: Kind::Technology,
        doc: "What elements are made with.",
        placed: false,
        properties: &[
            list(
                "is",
                TECHNOLOGY,
                "The broader technologies that it is one of.",
            ),
            one(
                "forwards",
                Takes::YesNo,
                "Whether it hands on what it gets, so that what is behind it is reached from where \
                 its callers are.",
            ),
            REFERENCES,
        ],
    },
    KindSchema {
        kind: Kind::Protocol,
        doc: "How flows talk.",
        placed: false,
        properties: &[
            list("is", PROTOCOL, "The broader protocols that it is one of."),
            one(
                "encrypted",
                Takes::YesNo,
                "Whether those on the path can neither read nor change what it carries.",
            ),
            one(
                "authenticated",
                Takes::YesNo,
                "Whether it proves by itself who starts a flow.",
            ),
        ],
    },
    KindSchema {
        kind: Kind::Rule,
        doc: "A threat that the facts of a model call for.",
        placed: false,
        properties: &[
            required(list(
                "on",
                Takes::Words(&SUBJECT),
                "The kinds of elements that it looks at.",
            )),
            required(list(
                "category",
                Takes::Words(&STRIDE),
                "What kind of threat it is, in STRIDE's words.",
            )),
            required(one(
                "when",
                Takes::Condition,
                "What has to be true of an element for the rule to find the threat.",
            )),
            defaults(
                "medium",
                one("likelihood", Takes::Words(&LEVEL), "How likely it is."),
            ),
            defaults(
                "high",
                one(
                    "impact",
                    Takes::Words(&LEVEL),
                    "How bad it is where confidential data are held; less sensitive data make it \
                     lower, restricted ones higher.",
                ),
            ),
            REFERENCES,
            one(
                "advice",
                Takes::Text,
                "What to do about it, in a sentence or two.",
            ),
        ],
    },
    KindSchema {
        kind: Kind::Expect,
        doc: "What rules have to find in a test, and what not.",
        placed: false,
        properties: &[
            list(
                "found",
                Takes::Finding,
                "Findings that are there, and that nothing in place counters.",
            ),
            list(
                "unstated",
                Takes::Finding,
                "Findings that are there as *not stated*: a missing fact decides.",
            ),
            list(
                "mitigated",
                Takes::Finding,
                "Findings that are there, and that a mitigation in place counters.",
            ),
            list("absent", Takes::Finding, "Findings that are not there."),
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

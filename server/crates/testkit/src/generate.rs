//! Large models for measuring: components of about 50 elements that call each other, with shared
//! boundaries and a shared asset, written out or with two lines an element. The same size gives the
//! same model.

use std::fmt::Write;

/// Numbers that look random and are the same on every run (xorshift64*, Marsaglia 2003 and Vigna
/// 2016).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A sequence by its seed.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % bound.max(1)
    }

    /// Yes, one time in `times`.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of some things.
    pub fn pick<'list, T>(&mut self, list: &'list [T]) -> &'list T {
        &list[self.below(list.len())]
    }
}

/// The elements of one component.
const SIZE: usize = 50;

const PLATFORM: &str = "\
/// The boundaries that everything is placed in.
component platform \"Platform\" {
  owner: \"team-platform\"
}

boundary internet \"Internet\" { trust: untrusted }
boundary cloud \"Cloud account\" { kind: cloud }

boundary vpc \"Production VPC\" in cloud { kind: network }
boundary data \"Data subnet\" in vpc { kind: network }
";

const ASSETS: &str = "\
/// What all components work on.
component assets \"Shared data\"

/// Names, addresses and what they ordered.
asset customer_data \"Customer data\" {
  classification: confidential
  integrity: high
  personal: yes
  regulations: gdpr
}
";

/// The files of a model with so many elements: externals, processes, stores and flows.
pub fn generate(elements: usize) -> Vec<(String, String)> {
    files(elements, SIZE)
}

/// The same in short: what has properties is two lines, or one for a single property. 50,000
/// elements are 1,000 components and about 100,000 lines, in which `assets.customer_data` is named
/// more than 20,000 times.
pub fn generate_short(elements: usize) -> Vec<(String, String)> {
    shortened(files(elements, SIZE))
}

/// A model of one component in a single file, in short: 10,000 elements are about 20,000 lines.
pub fn generate_one_file(elements: usize) -> Vec<(String, String)> {
    shortened(files(elements, elements))
}

fn files(elements: usize, largest: usize) -> Vec<(String, String)> {
    let components = elements.div_ceil(largest);
    let mut files = vec![
        ("platform/platform.threat".to_owned(), PLATFORM.to_owned()),
        ("platform/assets.threat".to_owned(), ASSETS.to_owned()),
    ];
    for number in 0..components {
        let size = largest.min(elements - number * largest);
        let path = format!("services/c{number:04}/c{number:04}.threat");
        files.push((
            path,
            Component {
                number,
                components,
                size,
                largest,
                elements,
                text: String::new(),
            }
            .write(),
        ));
    }
    files
}

/// Writes the properties of each declaration on one line, and takes out what a flow receives beside
/// the records, and what every second flow sends.
fn shortened(files: Vec<(String, String)>) -> Vec<(String, String)> {
    let shorten = |text: &str| {
        let text = text.replace(
            "receives: assets.customer_data, records",
            "receives: records",
        );
        let mut flows = 0;
        let mut short = String::new();
        for line in text.lines() {
            match line.strip_prefix("  ") {
                Some(property) => {
                    flows += usize::from(property.starts_with("sends: "));
                    let is_left_out = flows % 2 == 1 && property.starts_with("sends: ");
                    short.push_str(if short.ends_with('\n') { "  " } else { " " });
                    short.push_str(if is_left_out {
                        "sends: records"
                    } else {
                        property
                    });
                }
                None if line == "}" => short.push_str(" }\n"),
                None => short.extend([line, "\n"]),
            }
        }
        short
    };
    files
        .into_iter()
        .map(|(path, text)| (path, shorten(&text)))
        .collect()
}

struct Component {
    number: usize,
    components: usize,
    size: usize,
    /// The elements of a component that is not the last.
    largest: usize,
    elements: usize,
    text: String,
}

/// How many processes a component of some size has.
fn processes(size: usize) -> usize {
    (size / 4).max(1)
}

impl Component {
    fn line(&mut self, line: std::fmt::Arguments) {
        self.text.write_fmt(line).unwrap();
        self.text.push('\n');
    }

    fn write(mut self) -> String {
        let mut random = Random::new(self.number as u64 + 1);
        let name = format!("c{:04}", self.number);
        self.heading(&name);

        let externals = (self.size / 25).min(self.size - 1);
        let processes = processes(self.size).min(self.size - externals);
        let stores = (self.size / 8).min(self.size - externals - processes);
        for index in 0..externals {
            self.line(format_args!(
                "external user_{index} \"User {index}\" in platform.internet {{ kind: person }}"
            ));
        }
        for index in 0..processes {
            let technology =
                random.pick(&["web_service", "web_application", "batch_job", "function"]);
            self.line(format_args!(
                "process service_{index} \"Service {index}\" in platform.vpc {{"
            ));
            self.line(format_args!("  technology: {technology}"));
            if index < externals.max(1) {
                // Now and then limits are missing: a finding.
                let limits = if index > 0 && random.one_in(3) {
                    "authorization_checks"
                } else {
                    "limits, authorization_checks"
                };
                self.line(format_args!("  mitigations: {limits}"));
            }
            self.line(format_args!(
                "  accepts: json\n  custom_code: yes\n  privileges: service\n}}"
            ));
        }
        for index in 0..stores {
            self.line(format_args!(
                "store store_{index} \"Store {index}\" in platform.data {{"
            ));
            self.line(format_args!(
                "  technology: relational_database\n  stores: assets.customer_data, records"
            ));
            if !random.one_in(6) {
                self.line(format_args!("  encryption: at_rest"));
            }
            self.line(format_args!("  backup: yes\n}}"));
        }
        let flows = self.size - externals - processes - stores;
        for index in 0..flows {
            self.flow(index, externals, processes, stores, &mut random);
        }
        if processes > 0 {
            self.judged(flows);
        }
        self.text
    }

    fn flow(
        &mut self,
        index: usize,
        externals: usize,
        processes: usize,
        stores: usize,
        random: &mut Random,
    ) {
        let chained = externals + processes - 1;
        let (source, target) = match index {
            _ if index < externals => (format!("user_{index}"), format!("service_{index}")),
            _ if index < chained => (
                format!("service_{}", index - externals),
                format!("service_{}", index - externals + 1),
            ),
            _ if index < chained + stores => (
                format!("service_{}", random.below(processes)),
                format!("store_{}", index - chained),
            ),
            _ if index.is_multiple_of(2) && self.components > 1 => {
                let other = (self.number + 1 + random.below(self.components - 1)) % self.components;
                let size = self.largest.min(self.elements - other * self.largest);
                let target = format!(
                    "c{other:04}.service_{}",
                    random.below(self::processes(size))
                );
                (format!("service_{}", random.below(processes)), target)
            }
            _ => {
                let source = random.below(processes);
                (
                    format!("service_{source}"),
                    format!("service_{}", (source + 1) % processes.max(2)),
                )
            }
        };
        let target = if target == source || processes == 1 && target == "service_1" {
            "service_0".into()
        } else {
            target
        };
        self.line(format_args!(
            "flow call_{index} \"Call {index}\": {source} -> {target} {{"
        ));
        self.flow_properties(&source, &target, random);
    }

    fn heading(&mut self, name: &str) {
        let number = self.number;
        self.line(format_args!(
            "/// A part of the system, as it was drawn in a review."
        ));
        self.line(format_args!("component {name} \"Service {number}\" {{"));
        self.line(format_args!("  owner: \"team-{}\"", number % 17));
        self.line(format_args!("  source: \"services/{name}/**\""));
        self.line(format_args!(
            "  mitigations: input_validation, parameterized_queries, output_encoding\n}}\n"
        ));
        self.line(format_args!(
            "asset records \"Records of service {number}\" {{ classification: internal }}\n"
        ));
    }

    fn flow_properties(&mut self, source: &str, target: &str, random: &mut Random) {
        let (protocol, authentication) =
            match (source.starts_with("user"), target.starts_with("store")) {
                (true, _) => ("https", "federated"),
                (_, true) => ("sql_tls", "password"),
                // Some of the calls between components are clear text, within one boundary.
                _ => (
                    *random.pick(&["grpc_tls", "https", "https", "http"]),
                    "token",
                ),
            };
        self.line(format_args!(
            "  protocol: {protocol}\n  authentication: {authentication}"
        ));
        if source.starts_with("user") {
            self.line(format_args!("  multi_factor: yes"));
        }
        let authorization = if target.starts_with("store") {
            "service"
        } else {
            "end_user"
        };
        self.line(format_args!(
            "  authorization: {authorization}\n  access: read_write"
        ));
        self.line(format_args!(
            "  sends: assets.customer_data\n  receives: assets.customer_data, records\n}}"
        ));
    }

    fn judged(&mut self, flows: usize) {
        let targets = if flows > 0 {
            "service_0, call_0"
        } else {
            "service_0"
        };
        let name = self.number;
        self.line(format_args!("mitigation limits \"Limits by caller\" {{"));
        self.line(format_args!(
            "  based_on: rate_limiting\n  status: verified"
        ));
        self.line(format_args!(
            "  evidence: \"https://ci.example.com/{name}\"\n}}"
        ));
        self.line(format_args!(
            "mitigation export_watch \"Large exports are looked at\" {{"
        ));
        self.line(format_args!(
            "  counters: bulk_export\n  status: planned\n  due: 2026-02-15\n  \
             owner: \"team-{}\"\n}}",
            name % 17
        ));
        self.line(format_args!(
            "threat bulk_export \"Someone copies everything\" {{"
        ));
        self.line(format_args!(
            "  category: information_disclosure\n  targets: {targets}"
        ));
        self.line(format_args!(
            "  affects: assets.customer_data\n  mitigations: export_watch\n}}"
        ));
        self.line(format_args!(
            "threat guessed_ids \"Numbers of records are guessed\" {{"
        ));
        self.line(format_args!(
            "  category: spoofing\n  targets: service_0\n  affects: records\n}}"
        ));
        self.line(format_args!(
            "accept guessing \"Records are of little use alone\" {{"
        ));
        self.line(format_args!(
            "  findings: guessed_ids\n  by: \"CISO\"\n  until: 2027-03-31"
        ));
        self.line(format_args!("  because: \"The numbers are long.\"\n}}"));
    }
}

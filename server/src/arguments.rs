//! The command line, with the help that a user learns from. It must not know what the commands do.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use threatline_exchange::export::Target;
use threatline_model::{Date, Level};

/// Threat models as text, next to the code.
#[derive(Debug, Parser)]
#[command(
    version,
    about = "Threat models as text, next to the code",
    long_about = "Threatline checks threat models written as text: it derives threats from \
                  the facts of a model and reports those that nothing mitigates.\n\n\
                  A model is all `.threat` files below a folder with a `threatline.toml`.",
    after_help = "First steps:\n  \
                  threatline init design          create a model in the folder `design`\n  \
                  threatline check design         report errors and open threats\n  \
                  threatline explain injection@service design\n\
                  \x20                                 why a finding is reported, and \
                  what mitigates it",
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Arguments {
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check models and report errors and open threats, ranked by severity
    Check(CheckArguments),
    /// Compare a design with a revision: new findings, weakened controls, additions
    Diff(DiffArguments),
    /// Explain anything that has a name: a finding, a rule, a technology, a property, an element
    Explain(ExplainArguments),
    /// Export a model to the format of another tool
    Export(ExportArguments),
    /// Format model files
    Fmt(FmtArguments),
    /// Create a model from files of other tools
    Import(ImportArguments),
    /// Create a small example model
    Init(InitArguments),
    /// Run the language server over standard input and output, for editors
    Lsp(LspArguments),
    /// List the mitigations that a model can name, with what each mitigates
    Mitigations(DefinitionsArguments),
    /// List the protocols that a model can name, and which of them are encrypted
    Protocols(DefinitionsArguments),
    /// Write a report of a model, for readers who do not know the language
    Report(ReportArguments),
    /// List the rules that apply to a model: the library's and its own
    Rules(RulesArguments),
    /// List the technologies that a model can name, with the products that each one covers
    Technologies(DefinitionsArguments),
    /// Run the tests of a model's own rules
    Test(TestArguments),
}

const CHECK_HELP: &str = "\
Examples:
  threatline check                     the model in this folder
  threatline check design/payments.threat
                                       analyze the whole model, report only this file
  threatline check --fail-on critical  fail on critical findings only
  threatline check --format sarif > findings.sarif

Exit codes:
  0  passed: no finding at or above the threshold
  1  failed: at least one finding at or above the threshold; or not judged: a missing fact could
     decide on one
  2  invalid arguments, or an unreadable or invalid file";

/// `threatline check`
#[derive(Debug, Args)]
#[command(after_help = CHECK_HELP)]
pub struct CheckArguments {
    /// Files or folders to check; a file is analyzed with its whole model [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,

    /// The threshold: exit with 1 if an open finding has this severity or a higher one [default:
    /// `check.fail_on` in threatline.toml, else high]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,

    /// Print everything, file by file [default: the first five questions, and twenty diagnostics
    /// below the threshold]
    #[arg(long)]
    pub all: bool,

    /// Count planned mitigations as open, as `check.release` of threatline.toml does
    #[arg(long)]
    pub release: bool,

    /// The date to compare due and end dates with, such as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub today: Option<Date>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text with excerpts
    Human,
    /// All details as one JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations for GitHub Actions
    Github,
}

/// The severity at which a command fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // the words are shown as they are
pub enum FailOn {
    Low,
    Medium,
    High,
    Critical,
    Never,
}

impl FailOn {
    /// The severity that it means.
    pub fn level(self) -> Option<Level> {
        match self {
            FailOn::Low => Some(Level::Low),
            FailOn::Medium => Some(Level::Medium),
            FailOn::High => Some(Level::High),
            FailOn::Critical => Some(Level::Critical),
            FailOn::Never => None,
        }
    }
}

const DIFF_HELP: &str = "\
Examples:
  threatline diff main               the changes in the working tree
  threatline diff v1.4 v1.5 design   two tags, only `design`
  threatline diff before after       two folders
  threatline diff $(git merge-base origin/main HEAD) HEAD --format markdown
                                     a comment for a pull request

The policy (threatline.toml) of the base applies to both sides. Moved or formatted text is \
not a change. Changed titles and descriptions are listed, but are not part of the verdict.

If a name is both a revision and a folder, the revision is used; write `./NAME` for the folder. \
If BASE is a revision, a file or folder of its repository after it is a PATH.

Exit codes:
  0  no new or worsened finding at or above the threshold
  1  at least one new or worsened finding at or above the threshold
  2  invalid arguments, or errors in the head that the base does not have";

/// `threatline diff`
#[derive(Debug, Args)]
#[command(after_help = DIFF_HELP)]
#[command(
    override_usage = "threatline diff [OPTIONS] <BASE> [HEAD] [PATH]...\n   \
                      as in: threatline diff main"
)]
pub struct DiffArguments {
    /// The state to compare with: a git revision or a folder
    #[arg(value_name = "BASE")]
    pub base: PathBuf,

    /// The state to compare: a git revision or a folder [default: the working tree]
    #[arg(value_name = "HEAD")]
    pub head: Option<PathBuf>,

    /// Files or folders to report; a file is analyzed with its whole model [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The output format
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,

    /// The threshold: exit with 1 if a new or worsened finding has this severity or a higher one
    /// [default: `check.fail_on` in the base's threatline.toml, else high]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,

    /// The date to compare due and end dates with, such as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub today: Option<Date>,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// Text with excerpts
    Human,
    /// Markdown for a comment on a pull request
    Markdown,
    /// All details as one JSON document
    Json,
    /// SARIF 2.1.0, only new and worsened results
    Sarif,
}

const EXPLAIN_HELP: &str = "\
Examples:
  threatline explain missing-mitigation             a diagnostic code
  threatline explain unencrypted_flow               a rule of the library
  threatline explain unencrypted_flow@partners.feed a finding of the model in this folder
  threatline explain 'std.unencrypted_flow@(shop.api -> shop.orders)' design
  threatline explain rate_limiting                  a mitigation, a technology or a protocol
  threatline explain postgres                       what to write for a product
  threatline explain shop.orders                    an element or an asset of the model
  threatline explain authentication                 a property, and the words that it takes
  threatline explain 'authentication: federated'    one of these words
  threatline explain reached_from                   a derived fact
  threatline explain spoofing                       a STRIDE category

`threatline rules`, `technologies`, `protocols` and `mitigations` list the names.";

/// `threatline explain`
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_HELP)]
pub struct ExplainArguments {
    /// Anything that has a name: a rule, a finding (`rule@element`), a threat, a diagnostic code, a
    /// technology, a protocol, a mitigation, a kind, a property, a word, a fact, an element
    pub what: String,

    /// The folder of the model [default: this folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,

    /// The date to compare due and end dates with, such as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub today: Option<Date>,
}

const IMPORT_HELP: &str = "\
Examples:
  threatline import threagile.yaml --to design
  threatline import checkout.json wallet.json --to design     two diagrams become one model

Reads Threagile, Open Threat Model, OWASP Threat Dragon 2, the OWASP threat model library (TM-BOM),
Microsoft Threat Modeling Tool (.tm7), pytm (`--json`) and threatcl. The format is detected.
Anything a model cannot represent is listed and kept in a comment. A risk accepted without an end
date gets a date to fill in, marked TODO.

Exit codes:
  0  the model was written
  2  invalid arguments, or an invalid file; nothing was written";

/// `threatline import`
#[derive(Debug, Args)]
#[command(after_help = IMPORT_HELP)]
pub struct ImportArguments {
    /// The files to import; included files are found relative to them
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// The folder to write the model to; it is created if needed
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,

    /// Replace existing files that have different content
    #[arg(long)]
    pub force: bool,

    /// List each occurrence of what the model cannot represent
    #[arg(long)]
    pub verbose: bool,
}

const EXPORT_HELP: &str = "\
Examples:
  threatline export design --to otm --out design.otm.json
  threatline export --to threagile > threagile.yaml
  threatline export --to dot | dot -Tsvg > design.svg

Anything the format cannot represent is reported on standard error.";

/// `threatline export`
#[derive(Debug, Args)]
#[command(after_help = EXPORT_HELP)]
pub struct ExportArguments {
    /// The folder of the model [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The format
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: ExportFormat,

    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// The date to compare due and end dates with, such as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub today: Option<Date>,
}

/// The formats of other tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Open Threat Model 0.2, JSON
    Otm,
    /// Threagile, YAML
    Threagile,
    /// CycloneDX 1.6, JSON: services, trust zones, data flows, and findings as vulnerabilities
    #[value(name = "cyclonedx")]
    CycloneDx,
    /// The diagram as a Mermaid flowchart
    Mermaid,
    /// The diagram for Graphviz
    Dot,
    /// The diagrams for diagrams.net (draw.io), one page per component
    #[value(name = "drawio")]
    DrawIo,
    /// The complete analysis, for scripts
    Json,
    /// The threat register, for spreadsheets
    Csv,
    /// OWASP Threat Dragon 2, JSON
    ThreatDragon,
}

impl From<ExportFormat> for Target {
    fn from(format: ExportFormat) -> Target {
        match format {
            ExportFormat::Otm => Target::Otm,
            ExportFormat::Threagile => Target::Threagile,
            ExportFormat::CycloneDx => Target::CycloneDx,
            ExportFormat::Mermaid => Target::Mermaid,
            ExportFormat::Dot => Target::Dot,
            ExportFormat::DrawIo => Target::DrawIo,
            ExportFormat::Json => Target::Json,
            ExportFormat::Csv => Target::Csv,
            ExportFormat::ThreatDragon => Target::ThreatDragon,
        }
    }
}

/// `threatline fmt`
#[derive(Debug, Args)]
#[command(
    after_help = "A file with syntax errors is reported and not changed.\n\n\
Exit codes:\n  \
0  all files are formatted\n  \
1  with --check: at least one file is not formatted\n  \
2  invalid arguments, or an unreadable or invalid file"
)]
pub struct FmtArguments {
    /// Files or folders to format [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Write nothing; list the files that would change, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
}

/// `threatline init`
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The folder to create the model in; it is created if needed [default: this folder]
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

const REPORT_HELP: &str = "\
Examples:
  threatline report --out report.html           the model in this folder
  threatline report design --to markdown        Markdown on standard output

The report answers four questions: what are we working on, what can go wrong, what are we doing
about it, did we do a good job. The page is self-contained, without scripts or network access, and
can be printed.";

/// `threatline lsp`
#[derive(Debug, Args)]
pub struct LspArguments {
    /// Log to standard error
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub log: Option<Log>,
}

/// How much the server logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// Models that are read, durations, and failures
    Info,
    /// Also each message, with its duration and the number of queries
    Messages,
    /// Also the contents of messages, including the texts of documents
    Contents,
}

/// `threatline report`
#[derive(Debug, Args)]
#[command(after_help = REPORT_HELP)]
pub struct ReportArguments {
    /// The folder of the model [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Html)]
    pub to: ReportFormat,

    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// The date to compare due and end dates with, such as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub today: Option<Date>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// One HTML page with diagrams
    Html,
    /// Markdown for a wiki or a pull request, with Mermaid diagrams
    Markdown,
}

const RULES_HELP: &str = "\
Examples:
  threatline rules                               every rule, by subject
  threatline rules --category repudiation
  threatline rules --technology kafka            those about it or a broader technology
  threatline rules --reference CWE-319
  threatline rules design --format json          including the rules of the model in `design`";

/// `threatline rules`
#[derive(Debug, Args)]
#[command(after_help = RULES_HELP)]
pub struct RulesArguments {
    /// The folder of a model whose rules are included [default: this folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,

    /// Only rules of a STRIDE category, such as spoofing
    #[arg(long, value_name = "WORD")]
    pub category: Option<String>,

    /// Only rules whose condition names a technology or a broader one
    #[arg(long, value_name = "NAME")]
    pub technology: Option<String>,

    /// Only rules that refer to an entry of CWE, CAPEC, ATT&CK or ASVS, such as CWE-319; `ASVS`
    /// matches all of ASVS
    #[arg(long, value_name = "ID")]
    pub reference: Option<String>,

    /// The output format
    #[arg(long, value_enum, default_value_t = RulesFormat::Human)]
    pub format: RulesFormat,
}

/// How rules are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// One line per rule
    Human,
    /// All details as one JSON document
    Json,
    /// A Markdown page
    Markdown,
}

const DEFINITIONS_HELP: &str = "\
Examples:
  threatline technologies | grep postgres     the technology of a product
  threatline protocols design                 with those that the model in `design` declares
  threatline mitigations --format json

`threatline rules` lists the rules. `threatline explain NAME` explains any of these names.";

/// `threatline technologies`, `threatline protocols`, `threatline mitigations`
#[derive(Debug, Args)]
#[command(after_help = DEFINITIONS_HELP)]
pub struct DefinitionsArguments {
    /// The folder of a model whose definitions are included [default: this folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,

    /// The output format
    #[arg(long, value_enum, default_value_t = DefinitionsFormat::Human)]
    pub format: DefinitionsFormat,
}

/// How definitions are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DefinitionsFormat {
    /// One line per name
    Human,
    /// All details as one JSON document
    Json,
}

const TEST_HELP: &str = "\
A test is a file named `NAME.test.threat`: a small model and the findings that rules must report.
It can use the rules, technologies, protocols and mitigations of the model that contains it, and is
not part of that model.

  expect {
    found: house_rule@order
    absent: house_rule@browse
  }

Exit codes:
  0  all expectations are met
  1  at least one expectation is not met
  2  invalid arguments, or an unreadable or invalid file";

/// `threatline test`
#[derive(Debug, Args)]
#[command(after_help = TEST_HELP)]
pub struct TestArguments {
    /// Files or folders with tests [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The output format
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub format: TestFormat,
}

/// How the outcome of tests is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// Text with excerpts
    Human,
    /// All details as one JSON document
    Json,
}

/// The day that an option states.
fn day(written: &str) -> Result<Date, String> {
    written
        .parse()
        .map_err(|_| format!("`{written}` is not a date; write one such as 2026-11-23"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}

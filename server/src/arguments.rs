//! The command line, with the help that a user learns from. It must not know what the commands do.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use threatline_exchange::export::Target;
use threatline_model::{Date, Level};

/// Threat models written as text, beside the code.
#[derive(Debug, Parser)]
#[command(
    version,
    about = "Threat models written as text, beside the code",
    long_about = "Threatline checks threat models written as text: it finds the threats that the \
                  facts of a model call for, and tells which of them nothing counters.\n\n\
                  A model is all `.threat` files below the folder with a `threatline.toml`.",
    after_help = "First steps:\n  \
                  threatline init design          start a model in the folder `design`\n  \
                  threatline check design         see what it says\n  \
                  threatline explain unencrypted_flow@shop.orders design\n\
                  \x20                                 why a finding is there, and what \
                  counters it",
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check models and tell what is wrong, what is open, and how severe it is
    Check(CheckArguments),
    /// Tell what changed in a design since a revision: what opened, what is weaker, what is new
    Diff(DiffArguments),
    /// Explain a rule, a diagnostic code, or a finding with its facts and arithmetic
    Explain(ExplainArguments),
    /// Write a model in the format of another tool
    Export(ExportArguments),
    /// Write model files in the canonical format
    Fmt(FmtArguments),
    /// Make a model of the models of other tools
    Import(ImportArguments),
    /// Start a model that checks clean and shows the way
    Init(InitArguments),
    /// Speak the Language Server Protocol over standard input and output, for editors
    Lsp(LspArguments),
    /// Write a page about a model, for people who do not read models
    Report(ReportArguments),
    /// List the rules that look at a model: the library's and its own
    Rules(RulesArguments),
    /// Run the tests of a model's own rules
    Test(TestArguments),
}

const CHECK_HELP: &str = "\
Examples:
  threatline check                     the model of this folder
  threatline check design/payments.threat
                                       the whole model is read, and what stands in this file is told
  threatline check --fail-on critical  fail on critical findings alone
  threatline check --format sarif > findings.sarif

Exit code: 0 when nothing is at the bar; 1 when an open finding is at it or above; 2 when the call
or a file cannot be used, such as a model with errors.";

/// `threatline check`
#[derive(Debug, Args)]
#[command(after_help = CHECK_HELP)]
pub struct CheckArguments {
    /// Files or folders to check; of a file, the model around it is read [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,

    /// Exit with 1 when an open finding is as severe as this [default: `check.fail_on` of
    /// threatline.toml, else high]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,

    /// The day that dates are compared with, as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with excerpts
    Human,
    /// Everything, as one JSON document
    Json,
    /// SARIF 2.1.0, for code scanning pages
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

/// The bar.
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
  threatline diff main               what this working tree changes
  threatline diff v1.4 v1.5 design   two tags, and what stands in `design`
  threatline diff before after       two folders
  threatline diff $(git merge-base origin/main HEAD) HEAD --format markdown
                                     a comment for a pull request

The head is judged by the policy of the base: by its threatline.toml. Text that was moved \
or formatted changes nothing, and neither do titles and descriptions.

A name that is both a revision and a folder is the revision; `./NAME` is the folder. \
After a revision, a file or a folder of its repository is a PATH.

Exit code: 0; 1 when a finding at the bar is new, or worse than it was; 2 when the call \
cannot be used, or the head has errors that the base has not.";

/// `threatline diff`
#[derive(Debug, Args)]
#[command(after_help = DIFF_HELP)]
#[command(
    override_usage = "threatline diff [OPTIONS] <BASE> [HEAD] [PATH]...\n   \
                      as in: threatline diff main"
)]
pub struct DiffArguments {
    /// What to compare with: a git revision or a folder
    #[arg(value_name = "BASE")]
    pub base: PathBuf,

    /// What to compare: a git revision or a folder [default: the working tree]
    #[arg(value_name = "HEAD")]
    pub head: Option<PathBuf>,

    /// Files or folders to tell of; of a file, the model around it is read [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How to print what changed
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,

    /// Exit with 1 when a new or worse finding is as severe as this [default: `check.fail_on` of
    /// the base's threatline.toml, else high]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,

    /// The day that dates are compared with, as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people, with excerpts
    Human,
    /// For a comment on a pull request
    Markdown,
    /// Everything, as one JSON document
    Json,
    /// SARIF 2.1.0 with what is new alone
    Sarif,
}

const EXPLAIN_HELP: &str = "\
Examples:
  threatline explain missing-mitigation             a diagnostic code
  threatline explain unencrypted_flow               a rule of the library
  threatline explain unencrypted_flow@partners.feed a finding of the model in this folder
  threatline explain 'std.unencrypted_flow@(shop.api -> shop.orders)' design";

/// `threatline explain`
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_HELP)]
pub struct ExplainArguments {
    /// A rule, a diagnostic code, a finding (`rule@element`) or a threat
    pub what: String,

    /// Where the model is [default: this folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,

    /// The day that dates are compared with, as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
}

const IMPORT_HELP: &str = "\
Examples:
  threatline import threagile.yaml --to design
  threatline import checkout.json wallet.json --to design     two diagrams become one model

Reads Threagile, Open Threat Model, OWASP Threat Dragon 2, the OWASP threat model library (TM-BOM),
Microsoft Threat Modeling Tool (.tm7), pytm (`--json`) and threatcl; which it is, \
the document tells.
What has no place in a model is listed, and kept in a comment. A risk that was accepted without a
last day gets one to fill in, marked with TODO.

Exit code: 0; 2 when a document cannot be used, and nothing is written.";

/// `threatline import`
#[derive(Debug, Args)]
#[command(after_help = IMPORT_HELP)]
pub struct ImportArguments {
    /// The documents; files that they include are found from where they are
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// The folder to write the model into; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,

    /// Replace files that are there and say something else
    #[arg(long)]
    pub force: bool,

    /// List each place of what has no place in the model
    #[arg(long)]
    pub verbose: bool,
}

const EXPORT_HELP: &str = "\
Examples:
  threatline export design --to otm --out design.otm.json
  threatline export --to threagile > threagile.yaml
  threatline export --to dot | dot -Tsvg > design.svg

What the format cannot say is told on the standard error.";

/// `threatline export`
#[derive(Debug, Args)]
#[command(after_help = EXPORT_HELP)]
pub struct ExportArguments {
    /// Where the model is [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The format
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: ExportFormat,

    /// The file to write [default: the standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// The day that dates are compared with, as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
}

/// The formats of other tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Open Threat Model 0.2, JSON
    Otm,
    /// Threagile, YAML
    Threagile,
    /// CycloneDX 1.6, JSON: services with trust zones and data flows, findings as vulnerabilities
    #[value(name = "cyclonedx")]
    CycloneDx,
    /// The diagram as a flowchart of Mermaid
    Mermaid,
    /// The diagram in the language of Graphviz
    Dot,
    /// The diagram for diagrams.net, a page for each component
    #[value(name = "drawio")]
    DrawIo,
    /// All that the analysis knows, for scripts
    Json,
    /// The register of threats, for spreadsheets
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
    after_help = "A file with syntax errors is left alone, and said to be.\n\n\
Exit code: 0; 1 with --check when a file is not in the canonical format; \
2 when a file cannot be used."
)]
pub struct FmtArguments {
    /// Files or folders to format [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Write nothing; say which files would change, and exit with 1 if any would
    #[arg(long)]
    pub check: bool,
}

/// `threatline init`
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The folder to start a model in; it is made if it is not there [default: this folder]
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

const REPORT_HELP: &str = "\
Examples:
  threatline report --out report.html           the model of this folder
  threatline report design --to markdown        Markdown on the standard output

The page answers four questions: what are we working on, what can go wrong, what are we doing about
it, did we do a good job. It needs nothing else: no script, no network. It can be printed.";

/// `threatline lsp`
#[derive(Debug, Args)]
pub struct LspArguments {
    /// Write what the server does to standard error
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub log: Option<Log>,
}

/// How much the server writes of what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// Which models are read, how long that takes, and what fails
    Info,
    /// Also each message, how long it takes, and how many queries that executes
    Messages,
    /// Also the contents of messages, which include the texts of documents
    Contents,
}

/// `threatline report`
#[derive(Debug, Args)]
#[command(after_help = REPORT_HELP)]
pub struct ReportArguments {
    /// Where the model is [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How to write it
    #[arg(long, value_enum, default_value_t = ReportFormat::Html)]
    pub to: ReportFormat,

    /// The file to write [default: the standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// The day that dates are compared with, as 2026-11-23 [default: today]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// One page with diagrams
    Html,
    /// For a wiki or a pull request, with diagrams for Mermaid
    Markdown,
}

const RULES_HELP: &str = "\
Examples:
  threatline rules                               every rule, by subject
  threatline rules --category repudiation
  threatline rules --technology kafka            those that ask for it, or for what it is one of
  threatline rules --reference CWE-319
  threatline rules design --format json          with the rules of the model in `design`";

/// `threatline rules`
#[derive(Debug, Args)]
#[command(after_help = RULES_HELP)]
pub struct RulesArguments {
    /// Where the model is whose own rules are listed, too [default: this folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,

    /// Those of a STRIDE category, such as spoofing
    #[arg(long, value_name = "WORD")]
    pub category: Option<String>,

    /// Those whose condition asks for a technology, or for what it is one of
    #[arg(long, value_name = "NAME")]
    pub technology: Option<String>,

    /// Those that refer to an entry of CWE, CAPEC, ATT&CK or ASVS, such as CWE-319; `ASVS` alone
    /// finds all of ASVS
    #[arg(long, value_name = "ID")]
    pub reference: Option<String>,

    /// How to print them
    #[arg(long, value_enum, default_value_t = RulesFormat::Human)]
    pub format: RulesFormat,
}

/// How rules are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// A line each
    Human,
    /// Everything, as one JSON document
    Json,
    /// A page in Markdown
    Markdown,
}

const TEST_HELP: &str = "\
A test is a file whose name ends with `.test.threat`: a small model with what rules have to find \
in it.
It sees the rules, technologies, protocols and mitigations of the model that it lies in, \
and nothing of
it is part of that model.

  expect {
    found: house_rule@order
    absent: house_rule@browse
  }

Exit code: 0 when all is as expected; 1 when something is not; \
2 when the call or a file cannot be used.";

/// `threatline test`
#[derive(Debug, Args)]
#[command(after_help = TEST_HELP)]
pub struct TestArguments {
    /// Files or folders with tests [default: this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub format: TestFormat,
}

/// How the outcome of tests is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people, with excerpts
    Human,
    /// Everything, as one JSON document
    Json,
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

//! What the server offers to a client. It must not offer what a client cannot take.

use super::{actions, commands, tokens};
use crate::lsp::client::Client;
use serde_json::{Value, json};
use tower_lsp::ls_types as lsp;

/// The answer to `initialize`.
pub fn initialized(client: &Client) -> Value {
    let mut result = json!(lsp::InitializeResult {
        capabilities: capabilities(client),
        server_info: Some(lsp::ServerInfo {
            name: "threatline".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        ..lsp::InitializeResult::default()
    });
    // What the types of the protocol library do not know.
    let capabilities = &mut result["capabilities"];
    capabilities["typeHierarchyProvider"] = json!(true);
    capabilities["workspace"]["textDocumentContent"] = json!({ "schemes": ["threatline"] });
    result
}

fn capabilities(client: &Client) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(client.encoding_kind()),
        text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(
            text_document_sync(),
        )),
        document_formatting_provider: Some(lsp::OneOf::Left(true)),
        document_range_formatting_provider: Some(lsp::OneOf::Left(true)),
        document_on_type_formatting_provider: Some(lsp::DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: None,
        }),
        completion_provider: Some(lsp::CompletionOptions {
            resolve_provider: Some(true),
            trigger_characters: Some([" ", ":", ",", "@", ".", "("].map(str::to_owned).to_vec()),
            ..lsp::CompletionOptions::default()
        }),
        signature_help_provider: Some(lsp::SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned()]),
            retrigger_characters: Some(vec![" ".to_owned()]),
            ..lsp::SignatureHelpOptions::default()
        }),
        rename_provider: Some(rename_provider(client)),
        linked_editing_range_provider: Some(lsp::LinkedEditingRangeServerCapabilities::Simple(
            true,
        )),
        document_link_provider: Some(lsp::DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
        }),
        semantic_tokens_provider: Some(tokens::options()),
        inlay_hint_provider: Some(lsp::OneOf::Left(true)),
        code_lens_provider: Some(lsp::CodeLensOptions {
            resolve_provider: Some(true),
        }),
        execute_command_provider: Some(commands::options()),
        code_action_provider: Some(actions::options()),
        hover_provider: Some(lsp::HoverProviderCapability::Simple(true)),
        definition_provider: Some(lsp::OneOf::Left(true)),
        declaration_provider: Some(lsp::DeclarationCapability::Simple(true)),
        type_definition_provider: Some(lsp::TypeDefinitionProviderCapability::Simple(true)),
        implementation_provider: Some(lsp::ImplementationProviderCapability::Simple(true)),
        references_provider: Some(lsp::OneOf::Left(true)),
        document_highlight_provider: Some(lsp::OneOf::Left(true)),
        document_symbol_provider: Some(lsp::OneOf::Left(true)),
        workspace_symbol_provider: Some(lsp::OneOf::Left(true)),
        folding_range_provider: Some(lsp::FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(lsp::SelectionRangeProviderCapability::Simple(true)),
        call_hierarchy_provider: Some(lsp::CallHierarchyServerCapability::Simple(true)),
        diagnostic_provider: diagnostic_provider(client),
        workspace: Some(lsp::WorkspaceServerCapabilities {
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(lsp::OneOf::Left(true)),
            }),
            file_operations: Some(file_operations()),
        }),
        ..lsp::ServerCapabilities::default()
    }
}

fn text_document_sync() -> lsp::TextDocumentSyncOptions {
    lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
        ..lsp::TextDocumentSyncOptions::default()
    }
}

fn rename_provider(client: &Client) -> lsp::OneOf<bool, lsp::RenameOptions> {
    if client.has("textDocument.rename.prepareSupport") {
        lsp::OneOf::Right(lsp::RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
        })
    } else {
        lsp::OneOf::Left(true)
    }
}

fn diagnostic_provider(client: &Client) -> Option<lsp::DiagnosticServerCapabilities> {
    let options = lsp::DiagnosticOptions {
        identifier: Some("threatline".to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        ..lsp::DiagnosticOptions::default()
    };
    let provider = lsp::DiagnosticServerCapabilities::Options(options);
    client.pulls().then_some(provider)
}

/// Of which files and folders the server is notified when the editor renames, creates or deletes
/// them: models and, since models name files of code, any that gets another path.
fn file_operations() -> lsp::WorkspaceFileOperationsServerCapabilities {
    let filter = |glob: &str, matches| lsp::FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: lsp::FileOperationPattern {
            glob: glob.to_owned(),
            matches,
            options: None,
        },
    };
    let any_path = lsp::FileOperationRegistrationOptions {
        filters: vec![filter("**/*", None)],
    };
    let models = lsp::FileOperationRegistrationOptions {
        filters: vec![
            filter("**/*.threat", Some(lsp::FileOperationPatternKind::File)),
            filter("**/*", Some(lsp::FileOperationPatternKind::Folder)),
        ],
    };
    lsp::WorkspaceFileOperationsServerCapabilities {
        did_create: Some(models.clone()),
        did_rename: Some(models.clone()),
        did_delete: Some(models),
        will_rename: Some(any_path),
        ..lsp::WorkspaceFileOperationsServerCapabilities::default()
    }
}

// The extension: puts its parts together and gives each command its meaning.
import { execFile } from "node:child_process";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { Client, showReferences } from "./client";
import { Diagram } from "./diagram";
import { Findings } from "./findings";
import { type About, EXPLAIN, type Finding, MATRIX } from "./protocol";
import { findServer } from "./server";
import { Status } from "./status";
import { Tasks } from "./tasks";
import { type Explained, Pages } from "./texts";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const pages = new Pages(context);
  const client = new Client(context, (kind, explained) => pages.show(kind, explained));
  const status = new Status();
  const findings = new Findings(client);
  const diagram = new Diagram(context, client);
  const explain = async (about: About, kind: string, command: string) => {
    const explained = await client.run<Explained>(command, about);
    if (explained) {
      await pages.show(kind, explained);
    }
  };

  let model = threatDocument(vscode.window.activeTextEditor);
  const lookAgain = () => {
    findings.refresh();
    diagram.refresh();
  };
  context.subscriptions.push(
    pages,
    status,
    findings,
    diagram,
    client,
    client.onHealth((health) => {
      status.show(health);
      void vscode.commands.executeCommand("setContext", "threatline.running", health.is === "running");
      lookAgain();
    }),
    vscode.languages.onDidChangeDiagnostics(lookAgain),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length && (document.languageId === "threat" || document.fileName.endsWith("threatline.toml"))) {
        lookAgain();
      }
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      model = threatDocument(editor) ?? model;
      diagram.follow(editor);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => diagram.follow(textEditor)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("threatline.server.path")) {
        void client.restart();
      } else if (change.affectsConfiguration("threatline.findings")) {
        findings.refresh();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (vscode.workspace.getConfiguration("threatline").get("server.path")) {
        void client.restart();
      }
    }),
    vscode.tasks.registerTaskProvider("threatline", new Tasks(context)),
    vscode.window.registerWebviewPanelSerializer("threatline.diagram", diagram),
  );

  const commands: Record<string, (...args: never[]) => unknown> = {
    "threatline.restartServer": () => client.restart(),
    "threatline.showOutput": () => client.showOutput(),
    "threatline.showReferences": (uri: string, position: About["position"] & object, locations: never[]) =>
      showReferences(uri, position, locations, client),
    "threatline.showDiagram": async () => {
      const document = model ?? (await anyModel());
      return document ? diagram.show(document.toString()) : noModel();
    },
    "threatline.showMatrix": async () => {
      const document = model ?? (await anyModel());
      return document ? explain({ uri: document.toString() }, "STRIDE", MATRIX) : noModel();
    },
    "threatline.explainFinding": () => {
      const editor = vscode.window.activeTextEditor;
      if (!editor || !threatDocument(editor)) {
        return noModel();
      }
      const { line, character } = editor.selection.active;
      return explain({ uri: editor.document.uri.toString(), position: { line, character } }, "Findings", EXPLAIN);
    },
    "threatline.findings.explain": ({ finding, uri }: { finding: Finding; uri: string }) =>
      explain({ uri, finding: finding.id }, "Findings", EXPLAIN),
    "threatline.findings.showAll": () => setShown("all"),
    "threatline.findings.showOpen": () => setShown("open"),
    "threatline.newModel": () => newModel(context),
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }
  await client.restart();
}

/** The document of an editor, if it is a threat model. */
function threatDocument(editor: vscode.TextEditor | undefined): vscode.Uri | undefined {
  const document = editor?.document;
  return document?.languageId === "threat" && document.uri.scheme !== "threatline" ? document.uri : undefined;
}

async function anyModel(): Promise<vscode.Uri | undefined> {
  return (await vscode.workspace.findFiles("**/*.threat", undefined, 1))[0];
}

async function noModel(): Promise<void> {
  const start = "Create a model";
  if ((await vscode.window.showInformationMessage("This workspace has no threat model.", start)) === start) {
    await vscode.commands.executeCommand("threatline.newModel");
  }
}

async function setShown(what: string): Promise<void> {
  await vscode.workspace.getConfiguration("threatline").update("findings.show", what, vscode.ConfigurationTarget.Global);
}

/** Asks for a folder and starts a model there. */
async function newModel(context: vscode.ExtensionContext): Promise<void> {
  const workspace = vscode.workspace.workspaceFolders?.[0];
  let folder: string;
  if (workspace) {
    const name = await vscode.window.showInputBox({
      title: "New threat model",
      prompt: `Folder for the model, in ${workspace.name}`,
      value: "threats",
      validateInput: (name) => (path.isAbsolute(name) || name.split(/[\\/]/).includes("..") ? "Enter a folder in the workspace" : undefined),
    });
    if (name === undefined) {
      return;
    }
    folder = path.join(workspace.uri.fsPath, name);
  } else {
    const chosen = await vscode.window.showOpenDialog({
      title: "Folder for the model",
      openLabel: "Create the model here",
      canSelectFiles: false,
      canSelectFolders: true,
    });
    if (!chosen?.[0]) {
      return;
    }
    folder = chosen[0].fsPath;
  }
  try {
    const server = await findServer(context);
    await promisify(execFile)(server.path, ["init", folder], { cwd: os.homedir() });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || String(error);
    void vscode.window.showErrorMessage(`The model was not created: ${said}`);
    return;
  }
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(folder, "model.threat")));
}

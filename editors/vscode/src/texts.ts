// Shows what the server explains, as pages of Markdown. It must not know what they are about.
import * as vscode from "vscode";

const SCHEME = "threatline-view";

/** What `threatline.explain` and `threatline.matrix` answer. */
export interface Explained {
  title: string;
  markdown: string;
}

/** Shows explanations beside the text, each kind in one page that is written anew. */
export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? "This page is gone; ask again.\n";
  }

  async show(kind: string, explained: Explained): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${kind}.md` });
    this.texts.set(uri.path, `# ${plain(explained.title)}\n\n${explained.markdown}\n`);
    this.changed.fire(uri);
    await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}

/** A title as text: no Markdown, no HTML. */
function plain(title: string): string {
  return title.replace(/[\\`*_[\]<>&!#|]/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\s+/g, " ");
}

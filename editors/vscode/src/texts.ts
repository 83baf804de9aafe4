// Shows what the server explains, rendered, beside the text. It must not know what it is about.
import * as vscode from "vscode";
import { columnOfTexts, page } from "./panel";
import type { FromPage } from "./webview/messages";

/** What `threatline.explain` and `threatline.matrix` answer. */
export interface Explained {
  title: string;
  markdown: string;
}

/** A link to a line of a file, as the server writes it. The renderer of Markdown refuses links to files. */
const PLACE = /\]\(<([^<>\n]+)#L(\d+)>\)/g;

/** Shows explanations, each kind in one panel that is written anew. */
export class Pages implements vscode.Disposable {
  private readonly panels = new Map<string, vscode.WebviewPanel>();
  private readonly places = new Map<string, vscode.Location[]>();

  constructor(private readonly context: vscode.ExtensionContext) {}

  async show(kind: string, explained: Explained): Promise<void> {
    const places: vscode.Location[] = [];
    const linked = explained.markdown.replace(PLACE, (_, uri: string, line: string) => {
      const at = new vscode.Position(Number(line) - 1, 0);
      places.push(new vscode.Location(vscode.Uri.parse(uri), at));
      return `](#place-${places.length - 1})`;
    });
    this.places.set(kind, places);
    const html = await vscode.commands.executeCommand<string>("markdown.api.render", linked);
    const panel = this.panels.get(kind) ?? this.made(kind);
    panel.webview.html = page(panel.webview, [this.file("media", "page.css")], this.file("dist", "page.js"), html);
    panel.reveal(undefined, true);
  }

  dispose(): void {
    this.panels.forEach((panel) => panel.dispose());
  }

  private made(kind: string): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel(
      "threatline.page",
      kind,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, enableFindWidget: true, localResourceRoots: [this.file("dist"), this.file("media")] },
    );
    panel.iconPath = this.file("icons", "view.svg");
    panel.onDidDispose(() => this.panels.delete(kind));
    panel.webview.onDidReceiveMessage(async ({ place }: FromPage) => {
      const location = this.places.get(kind)?.[place];
      if (location) {
        await vscode.window.showTextDocument(location.uri, { selection: location.range, viewColumn: columnOfTexts(panel) });
      }
    });
    this.panels.set(kind, panel);
    return panel;
  }

  private file(...names: string[]): vscode.Uri {
    return vscode.Uri.joinPath(this.context.extensionUri, ...names);
  }
}

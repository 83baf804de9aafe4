// The panel with the data-flow diagram. The server draws; this keeps the drawing up to date and goes to what is clicked.
import * as vscode from "vscode";
import type { Client } from "./client";
import { columnOfTexts, page } from "./panel";
import { DIAGRAM, type Drawing } from "./protocol";
import type { FromPanel, ToPanel } from "./webview/messages";

export class Diagram implements vscode.WebviewPanelSerializer<{ model?: string; only?: boolean }>, vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  /** Any document of the model; with `only`, the one that is drawn. */
  private model = "";
  private only = false;
  private tall = false;
  private drawing: Drawing | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  private isStale = false;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly client: Client,
  ) {}

  /** Shows the model of a document. */
  show(model: string): void {
    this.model = model;
    this.only = false;
    if (this.panel) {
      this.panel.reveal(undefined, true);
      this.refresh();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      "threatline.diagram",
      "Data-flow diagram",
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { retainContextWhenHidden: false },
    );
    this.adopt(panel);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state?: { model?: string; only?: boolean }): Promise<void> {
    this.model = state?.model ?? "";
    this.only = state?.only ?? false;
    this.adopt(panel);
  }

  /** Draws again, as soon as nobody types. */
  refresh(): void {
    this.isStale = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.draw(), 120);
  }

  /** Marks what the cursor is on. */
  follow(editor: vscode.TextEditor | undefined): void {
    if (!editor || !this.panel?.visible || !this.drawing?.places) {
      return;
    }
    const uri = editor.document.uri.toString();
    const at = editor.selection.active;
    const parts = this.drawing.places.flatMap((place, part) => {
      if (!place) {
        return [];
      }
      const location = this.client.location(place);
      return location.uri.toString() === uri && location.range.start.line === at.line ? [part] : [];
    });
    this.tell({ type: "select", parts });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.panel?.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.context.extensionUri, "icons", "view.svg");
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [
        vscode.Uri.joinPath(this.context.extensionUri, "dist"),
        vscode.Uri.joinPath(this.context.extensionUri, "media"),
      ],
    };
    panel.webview.onDidReceiveMessage((message: FromPanel) => this.told(message));
    panel.onDidChangeViewState(() => panel.visible && this.isStale && this.refresh());
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.drawing = undefined;
    });
    panel.webview.html = this.page(panel.webview);
  }

  private async told(message: FromPanel): Promise<void> {
    switch (message.type) {
      case "shape":
        this.tall = message.tall;
        this.refresh();
        break;
      case "scope":
        this.only = message.uri !== null;
        this.model = message.uri ?? this.model;
        this.refresh();
        break;
      case "open": {
        const place = this.drawing?.places?.[message.part];
        if (place) {
          const { uri, range } = this.client.location(place);
          await vscode.window.showTextDocument(uri, { selection: range, viewColumn: columnOfTexts(this.panel) });
        }
        break;
      }
    }
  }

  private async draw(): Promise<void> {
    if (!this.panel?.visible || this.isAsking) {
      return;
    }
    this.isStale = false;
    this.isAsking = true;
    try {
      const drawing = await this.client.run<Drawing>(DIAGRAM, { uri: this.model, only: this.only, tall: this.tall });
      if (drawing && this.panel) {
        this.drawing = drawing;
        const { title, components, svg, note } = drawing;
        this.panel.title = `Diagram: ${title}`;
        this.tell({ type: "drawing", svg, note, components, model: this.model, only: this.only });
        this.follow(vscode.window.activeTextEditor);
      }
    } catch (error) {
      // The document was closed, or is a model no more.
      this.tell({ type: "drawing", note: String((error as Error).message), components: [], model: this.model, only: false });
    } finally {
      this.isAsking = false;
      if (this.isStale) {
        this.refresh();
      }
    }
  }

  private tell(message: ToPanel): void {
    void this.panel?.webview.postMessage(message);
  }

  private page(webview: vscode.Webview): string {
    const file = (...names: string[]) => vscode.Uri.joinPath(this.context.extensionUri, ...names);
    return page(webview, [file("dist", "drawing.css"), file("media", "diagram.css")], file("dist", "diagram.js"), `<header>
<label>Show <select id="scope"></select></label>
<span id="tools">
<button id="out" title="Zoom out (-)" aria-label="Zoom out">−</button>
<button id="fit" title="Show all (0)" aria-label="Show all">Fit</button>
<button id="in" title="Zoom in (+)" aria-label="Zoom in">+</button>
</span>
</header>
<main id="canvas" tabindex="-1"></main>
<footer aria-label="Color legend">
<span class="critical">critical, high</span><span class="medium">medium</span><span class="low">low</span><span class="not-stated">undecided</span><span class="planned">planned</span><span class="accepted">accepted</span><span class="mitigated">mitigated</span><span class="dismissed">dismissed, out of scope</span>
</footer>`);
  }
}

// What the status bar tells of the server.
import * as vscode from "vscode";
import type { Health } from "./client";

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("threatline.status", vscode.StatusBarAlignment.Left);

  constructor() {
    this.item.name = "Threatline";
    this.item.show();
  }

  show(health: Health): void {
    const link = (title: string, command: string) => `[${title}](command:${command})`;
    const tooltip = new vscode.MarkdownString("", true);
    tooltip.isTrusted = { enabledCommands: ["threatline.restartServer", "threatline.showOutput", "threatline.showDiagram", "threatline.showMatrix"] };
    this.item.command = "threatline.showOutput";
    this.item.backgroundColor = undefined;
    switch (health.is) {
      case "starting":
        this.item.text = "$(sync~spin) Threatline";
        tooltip.appendText("The server is starting.");
        break;
      case "running":
        this.item.text = "Threatline";
        tooltip.appendText(`${health.server.version}, ${health.server.origin}:\n${health.server.path}`);
        tooltip.appendMarkdown(
          `\n\n${link("Diagram", "threatline.showDiagram")} · ${link("STRIDE matrix", "threatline.showMatrix")}`,
        );
        break;
      case "stopped":
        this.item.text = "$(debug-stop) Threatline";
        this.item.command = "threatline.restartServer";
        this.item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
        tooltip.appendText("The server is not running.");
        break;
      case "failed":
        this.item.text = "$(error) Threatline";
        this.item.backgroundColor = new vscode.ThemeColor("statusBarItem.errorBackground");
        tooltip.appendText(health.why);
        break;
    }
    tooltip.appendMarkdown(
      `\n\n${link("Restart server", "threatline.restartServer")} · ${link("Show output", "threatline.showOutput")}`,
    );
    this.item.tooltip = tooltip;
  }

  dispose(): void {
    this.item.dispose();
  }
}

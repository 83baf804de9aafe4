// The tree of findings by component. It must not know how they are found.
import * as vscode from "vscode";
import type { Client } from "./client";
import { type ComponentWithFindings, type Finding, FINDINGS } from "./protocol";

type Node = { component: ComponentWithFindings } | { finding: Finding; uri: string };

const ICONS: Record<string, [icon: string, color: string]> = {
  critical: ["error", "list.errorForeground"],
  high: ["error", "list.errorForeground"],
  medium: ["warning", "list.warningForeground"],
  low: ["info", "editorInfo.foreground"],
  "not-stated": ["question", "descriptionForeground"],
  planned: ["clock", "charts.blue"],
  accepted: ["law", "charts.purple"],
  mitigated: ["pass", "testing.iconPassed"],
  dismissed: ["circle-slash", "descriptionForeground"],
  "out-of-scope": ["dash", "descriptionForeground"],
};

/** The words for classes that are not words themselves. */
const WORDS: Record<string, string> = { "not-stated": "undecided", "out-of-scope": "out of scope" };

export class Findings implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly view: vscode.TreeView<Node>;
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly client: Client) {
    this.view = vscode.window.createTreeView("threatline.findings", { treeDataProvider: this, showCollapseAll: true });
    this.view.onDidChangeVisibility(() => this.view.visible && this.changed.fire());
  }

  /** Looks again, as soon as nobody types. */
  refresh(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.view.visible && this.changed.fire(), 300);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    const showsAll = vscode.workspace.getConfiguration("threatline").get("findings.show") === "all";
    if (!node) {
      const all = (await this.client.run<ComponentWithFindings[]>(FINDINGS)) ?? [];
      const components = all.filter((component) => showsAll || isOpen(component.worst));
      void vscode.commands.executeCommand("setContext", "threatline.hasFindings", all.length > 0);
      this.view.message = all.length && !components.length ? "There are no open findings." : undefined;
      return components.map((component) => ({ component }));
    }
    if ("finding" in node) {
      return [];
    }
    const { uri } = node.component;
    const findings = (await this.client.run<Finding[]>(FINDINGS, { uri })) ?? [];
    return findings.filter((finding) => showsAll || isOpen(finding.class)).map((finding) => ({ finding, uri }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if ("component" in node) {
      const { name, title, uri, worst, says } = node.component;
      const item = new vscode.TreeItem(title ?? name, vscode.TreeItemCollapsibleState.Collapsed);
      item.id = uri;
      item.description = says;
      item.tooltip = `${name}: ${says}`;
      item.iconPath = icon(worst);
      item.contextValue = "component";
      return item;
    }
    const { finding, uri } = node;
    const item = new vscode.TreeItem(finding.title);
    item.id = `${uri}#${finding.id}`;
    item.description = `${finding.on} · ${WORDS[finding.class] ?? finding.class}`;
    item.tooltip = `${finding.id}\n${finding.severity}, ${finding.state}`;
    item.iconPath = icon(finding.class);
    item.contextValue = "finding";
    if (finding.place) {
      const place = this.client.location(finding.place);
      item.command = { title: "Go to Finding", command: "vscode.open", arguments: [place.uri, { selection: place.range }] };
    }
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.view.dispose();
    this.changed.dispose();
  }
}

function isOpen(what: string): boolean {
  return !["planned", "accepted", "mitigated", "dismissed", "out-of-scope"].includes(what);
}

function icon(what: string): vscode.ThemeIcon {
  const [name, color] = ICONS[what] ?? ["circle-outline", "foreground"];
  return new vscode.ThemeIcon(name, new vscode.ThemeColor(color));
}

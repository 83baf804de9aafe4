// Tasks: `threatline check` and `threatline test`, with their problems in the list of problems.
import * as vscode from "vscode";
import { findServer } from "./server";

const TYPE = "threatline";

export class Tasks implements vscode.TaskProvider {
  constructor(private readonly context: vscode.ExtensionContext) {}

  async provideTasks(): Promise<vscode.Task[]> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const tasks = folders.map((folder) => this.task({ type: TYPE, command: "check" }, folder));
    return (await Promise.all(tasks)).filter((task) => task !== undefined);
  }

  resolveTask(task: vscode.Task): Promise<vscode.Task | undefined> {
    const scope = typeof task.scope === "object" ? task.scope : vscode.workspace.workspaceFolders?.[0];
    return scope ? this.task(task.definition, scope) : Promise.resolve(undefined);
  }

  private async task(definition: vscode.TaskDefinition, folder: vscode.WorkspaceFolder): Promise<vscode.Task | undefined> {
    const server = await findServer(this.context).catch(() => undefined);
    if (!server) {
      return undefined;
    }
    const { command, arguments: more = [] } = definition as unknown as { command: string; arguments?: string[] };
    const run = new vscode.ProcessExecution(server.path, [command, ...more], { cwd: folder.uri.fsPath });
    const task = new vscode.Task(definition, folder, command, "threatline", run, "$threatline");
    task.group = vscode.TaskGroup.Test;
    return task;
  }
}

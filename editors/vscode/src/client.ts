// The language client: it starts the server, restarts it, and asks it. It must not know who shows the answers.
import * as os from "node:os";
import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  LanguageClient,
  type Location,
  type Position,
  State,
  type StaticFeature,
} from "vscode-languageclient/node";
import { EXPLAIN, MATRIX } from "./protocol";
import { findServer, NoServer, type Server } from "./server";
import type { Explained } from "./texts";
import { traceChannel } from "./trace";

const INSTALL = "https://github.com/threatline/threatline#in-an-editor";

/** What the user is told of the server. */
export type Health = { is: "starting" } | { is: "running"; server: Server } | { is: "stopped" } | { is: "failed"; why: string };

export class Client implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private starting: Promise<void> = Promise.resolve();
  private readonly healthChanged = new vscode.EventEmitter<Health>();
  private readonly output = vscode.window.createOutputChannel("Threatline", { log: true });
  private readonly trace = traceChannel();
  readonly onHealth = this.healthChanged.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    /** Shows what a lens or a command explains. */
    private readonly show: (kind: string, explained: Explained) => Promise<void>,
  ) {}

  /** Starts the server, after it was stopped if it runs. One at a time. */
  restart(): Promise<void> {
    this.starting = this.starting.then(() => this.stopped()).then(() => this.started());
    return this.starting;
  }

  showOutput(): void {
    this.output.show(true);
  }

  /** Runs a command of the server; nothing while there is none. */
  async run<T>(command: string, ...args: unknown[]): Promise<T | undefined> {
    if (!this.client?.isRunning()) {
      return undefined;
    }
    return (await this.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args })) as T;
  }

  /** A place in the terms of the editor. */
  location(place: Location): vscode.Location {
    const { uri, range } = place;
    const { start, end } = range;
    return new vscode.Location(vscode.Uri.parse(uri), new vscode.Range(start.line, start.character, end.line, end.character));
  }

  dispose(): Promise<void> {
    return this.stopped().finally(() => {
      this.healthChanged.dispose();
      this.output.dispose();
      this.trace.dispose();
    });
  }

  private async stopped(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose(5000).catch((error) => this.output.warn(String(error)));
  }

  private async started(): Promise<void> {
    this.healthChanged.fire({ is: "starting" });
    try {
      const server = await findServer(this.context);
      this.output.info(`${server.version}, ${server.path}, ${server.origin}`);
      this.client = this.made(server);
      this.client.onDidChangeState(({ newState }) => {
        const health: Record<State, Health> = {
          [State.Starting]: { is: "starting" },
          [State.Running]: { is: "running", server },
          [State.StartFailed]: { is: "failed", why: "The server did not start." },
          [State.Stopped]: { is: "stopped" },
        };
        this.healthChanged.fire(health[newState]);
      });
      await this.client.start();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.output.error(why);
      this.healthChanged.fire({ is: "failed", why });
      void this.tell(why, error instanceof NoServer && error.bySetting);
    }
  }

  /** Says what is wrong, with what can be done about it. */
  private async tell(why: string, bySetting: boolean): Promise<void> {
    const [choose, settings, install, output] = ["Choose program…", "Open setting", "Installation guide", "Show output"];
    const answer = await vscode.window.showErrorMessage(why, choose, bySetting ? settings : install, output);
    if (answer === choose) {
      const chosen = await vscode.window.showOpenDialog({ title: "The program `threatline`", openLabel: "Use" });
      if (chosen?.[0]) {
        // The change of the setting starts the server.
        const settings = vscode.workspace.getConfiguration("threatline");
        await settings.update("server.path", chosen[0].fsPath, vscode.ConfigurationTarget.Global);
      }
    } else if (answer === settings) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "threatline.server.path");
    } else if (answer === install) {
      await vscode.env.openExternal(vscode.Uri.parse(INSTALL));
    } else if (answer === output) {
      this.showOutput();
    }
  }

  private made(server: Server): LanguageClient {
    const run = { command: server.path, args: ["lsp"], options: { cwd: os.homedir() } };
    const client = new LanguageClient("threatline", "Threatline", run, {
      documentSelector: [
        { language: "threat", scheme: "file" },
        { language: "threat", scheme: "untitled" },
        { language: "threat", scheme: "threatline" },
        { scheme: "file", pattern: "**/threatline.toml" },
      ],
      outputChannel: this.output,
      traceOutputChannel: this.trace,
      markdown: { isTrusted: false, supportHtml: false },
      middleware: {
        executeCommand: async (command, args, next) => {
          const answer = await next(command, args);
          if ((command === EXPLAIN || command === MATRIX) && answer) {
            await this.show(command === EXPLAIN ? "Findings" : "STRIDE", answer as Explained);
          }
          return answer;
        },
      },
    });
    client.registerFeature(OWN_COMMANDS);
    return client;
  }
}

/** Tells the server which commands there are here: it leaves out lenses that would run others. */
const OWN_COMMANDS: StaticFeature = {
  fillClientCapabilities(capabilities) {
    capabilities.experimental = {
      ...(capabilities.experimental as object | undefined),
      commands: { commands: ["threatline.show", "threatline.showReferences"] },
    };
  },
  initialize() {},
  getState: () => ({ kind: "static" }),
  clear() {},
};

/** Lists places that a lens has counted. */
export async function showReferences(uri: string, position: Position, locations: Location[], client: Client): Promise<void> {
  await vscode.commands.executeCommand(
    "editor.action.showReferences",
    vscode.Uri.parse(uri),
    new vscode.Position(position.line, position.character),
    locations.map((place) => client.location(place)),
  );
}

// Finds the program `threatline`. It must not know the language client.
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";

const PROGRAM = process.platform === "win32" ? "threatline.exe" : "threatline";

/** A program that answered with its version. */
export interface Server {
  path: string;
  /** What `threatline --version` says. */
  version: string;
  /** How it was found, for people. */
  origin: string;
}

/** Why there is none; the text is for people. */
export class NoServer extends Error {
  constructor(
    message: string,
    /** Whether the setting is to blame. */
    readonly bySetting: boolean,
  ) {
    super(message);
  }
}

/**
 * The program to run: the one of the settings if the workspace is trusted, else the one in the extension, in `PATH`, or
 * built in the clone that the extension runs from.
 */
export async function findServer(context: vscode.ExtensionContext): Promise<Server> {
  const setting = settingOfPath();
  if (setting) {
    const server = await tried(setting, "set by `threatline.server.path`");
    if (typeof server !== "string") {
      return server;
    }
    throw new NoServer(`The setting threatline.server.path is invalid: ${setting}: ${server}`, true);
  }
  const candidates: [string, string][] = [
    [context.asAbsolutePath(path.join("server", PROGRAM)), "bundled with the extension"],
    ...inPath().map((file): [string, string] => [file, "found in PATH"]),
    [context.asAbsolutePath(path.join("..", "..", "target", "release", PROGRAM)), "built in this clone"],
  ];
  const failures: string[] = [];
  for (const [file, origin] of candidates) {
    if (!fs.existsSync(file)) {
      continue;
    }
    const server = await tried(file, origin);
    if (typeof server !== "string") {
      return server;
    }
    failures.push(`${file}: ${server}`);
  }
  const because = failures.length ? ` Tried: ${failures.join("; ")}.` : "";
  throw new NoServer(
    `The program threatline was not found in the extension or in PATH.${because} Without it, only syntax highlighting works.`,
    false,
  );
}

/** The path in the settings; none where the workspace is not trusted, whoever wrote it. */
function settingOfPath(): string | undefined {
  if (!vscode.workspace.isTrusted) {
    return undefined;
  }
  const said = vscode.workspace.getConfiguration("threatline").get<string>("server.path", "").trim();
  return said.startsWith("~/") ? path.join(os.homedir(), said.slice(2)) : said || undefined;
}

/** The programs in `PATH`, whose relative folders are left out: they would be those of the workspace. */
function inPath(): string[] {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, PROGRAM));
}

/** The program at a path, or why it is none. */
async function tried(file: string, origin: string): Promise<Server | string> {
  if (!path.isAbsolute(file)) {
    return "the path must be absolute";
  }
  try {
    const { stdout } = await promisify(execFile)(file, ["--version"], { timeout: 20_000, cwd: os.homedir() });
    const version = stdout.trim();
    return version.startsWith("threatline ") ? { path: file, version, origin } : "it is a different program";
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    switch (code) {
      case "ENOENT":
        return "no such file";
      case "EACCES":
        return "it is not executable";
      default:
        return message.split("\n")[0] ?? "it failed";
    }
  }
}

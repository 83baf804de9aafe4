// A VS Code with a profile of its own: starts it, opens it in a browser without a network, and takes pictures.
// Environment: CODE_SERVER (the folder of the package), NODE24, PLAYWRIGHT (a folder with it in node_modules), CHROMIUM,
// OUT (where pictures and logs go).
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const { CODE_SERVER, NODE24, PLAYWRIGHT, CHROMIUM = "/usr/bin/chromium", OUT = "." } = process.env;
const { chromium } = createRequire(path.join(PLAYWRIGHT, "x.js"))("playwright-core");

const QUIET = {
  "workbench.startupEditor": "none",
  "telemetry.telemetryLevel": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "workbench.enableExperiments": false,
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "git.enabled": false,
  "editor.accessibilitySupport": "off",
  "editor.minimap.enabled": false,
  "security.workspace.trust.startupPrompt": "never",
};

const started = Date.now();
export function say(...words) {
  console.log(`[${((Date.now() - started) / 1000).toFixed(1)}s]`, ...words);
}

/** Waits until a question is answered with something true, and returns that. */
export async function until(what, ask, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      last = await ask();
    } catch (error) {
      last = error;
    }
    if (last && !(last instanceof Error)) {
      return last;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not in ${seconds} s; last: ${last instanceof Error ? last.stack : JSON.stringify(last)}`);
}

async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Workbench {
  /** Opens a folder with the extension `vsix` in it. `trusted` is whether the folder is. */
  static async open({ name, folder, vsix, settings = {}, options = [], query = {}, environment = {}, trusted = true, size }) {
    const bench = new Workbench();
    bench.name = name;
    bench.root = fs.mkdtempSync(path.join(os.tmpdir(), "threatline-vscode-"));
    const [data, extensions, none] = ["data", "extensions", "none.yaml"].map((part) => path.join(bench.root, part));
    fs.mkdirSync(path.join(data, "User"), { recursive: true });
    fs.mkdirSync(extensions);
    fs.writeFileSync(none, "");
    const all = { ...QUIET, "security.workspace.trust.enabled": !trusted, ...settings };
    fs.writeFileSync(path.join(data, "User", "settings.json"), JSON.stringify(all));
    const env = {
      ...process.env,
      HOME: bench.root,
      PATH: `${path.dirname(NODE24)}:${process.env.PATH}`,
      EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "", itemUrl: "", resourceUrlTemplate: "", controlUrl: "", nlsBaseUrl: "" }),
      ...environment,
    };
    delete env.VSCODE_IPC_HOOK_CLI;
    // Extensions get the environment of a login shell.
    fs.writeFileSync(path.join(bench.root, ".profile"), `export PATH='${env.PATH}'\n`);
    const entry = path.join(CODE_SERVER, "out", "node", "entry.js");
    const profile = ["--user-data-dir", data, "--extensions-dir", extensions, "--config", none];
    if (vsix) {
      const { status, stdout, stderr } = spawnSync(NODE24, [entry, ...profile, "--install-extension", vsix], { env, encoding: "utf8" });
      if (status !== 0) {
        throw new Error(`the extension was not installed: ${stdout}${stderr}`);
      }
    }
    bench.port = await freePort();
    const log = fs.openSync(path.join(OUT, `vscode-${name}.log`), "w");
    bench.server = spawn(
      NODE24,
      [entry, ...profile, "--auth", "none", "--bind-addr", `127.0.0.1:${bench.port}`, "--disable-telemetry",
        "--disable-update-check", "--disable-getting-started-override", "--ignore-last-opened",
        ...(trusted ? ["--disable-workspace-trust"] : []), ...options],
      { env, detached: true, stdio: ["ignore", log, log] },
    );
    try {
      await until("VS Code listens", () => new Promise((resolve) => {
        const socket = net.connect(bench.port, "127.0.0.1", () => { socket.end(); resolve(true); }).on("error", () => resolve(false));
      }), 60);
      bench.browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--font-render-hinting=none"] });
      const context = await bench.browser.newContext({ viewport: size ?? { width: 1400, height: 860 }, deviceScaleFactor: 1 });
      bench.page = await context.newPage();
      /** What anything in it asked of another machine; none of it gets there. */
      bench.asked = [];
      await bench.page.route(
        (url) => /^(http|ws)/.test(url.protocol) && !["127.0.0.1", "localhost"].includes(url.hostname) && !url.hostname.endsWith(".localhost"),
        (route) => { bench.asked.push(route.request().url()); return route.abort(); },
      );
      if (process.env.VERBOSE) {
        bench.page.on("console", (message) => console.log("  [console]", message.text().slice(0, 300)));
      }
      bench.address = `127.0.0.1:${bench.port}`;
      bench.url = `http://${bench.address}/?${new URLSearchParams({ folder, ...query })}`;
    } catch (error) {
      await bench.close();
      throw error;
    }
    return bench;
  }

  async picture(name) {
    await this.page.screenshot({ path: path.join(OUT, `vscode-${name}.png`) });
  }

  async close() {
    await this.browser?.close().catch(() => {});
    try {
      process.kill(-this.server.pid, "SIGTERM");
    } catch {
      // It is gone.
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    fs.rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

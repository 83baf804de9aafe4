// Packages the extension for this machine's platform, with the server in it, and installs it if asked to.
//   node scripts/package.mjs [--install] [--editor PROGRAM] [--server FILE] [--target PLATFORM] [--out FILE]
// Without `--server` the server is built from this clone. `--server none` leaves it out: the extension then looks for it
// in PATH. For another platform, name it with its server: `--target win32-x64 --server path/to/threatline.exe`.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const clone = path.resolve(here, "..", "..");
const { values } = parseArgs({
  options: {
    install: { type: "boolean", default: false },
    editor: { type: "string" },
    server: { type: "string" },
    target: { type: "string" },
    out: { type: "string" },
  },
});

function fail(message) {
  console.error(message);
  process.exit(1);
}

function run(program, args, cwd = here) {
  // On Windows `npm` and `code` are scripts, which only a shell starts.
  const isScript = process.platform === "win32" && !program.endsWith(".exe");
  const quoted = isScript ? args.map((argument) => `"${argument}"`) : args;
  const { status, error } = spawnSync(program, quoted, { cwd, stdio: "inherit", shell: isScript });
  if (error || status !== 0) {
    fail(`${program} ${args.join(" ")}: ${error?.message ?? `ended with ${status}`}`);
  }
}

if (Number(process.versions.node.split(".")[0]) < 22) {
  fail(`Node 22 or newer is needed to package the extension; this is ${process.version}.`);
}
const platform = `${process.platform}-${process.arch}`;
const target = values.target ?? platform;
if (values.target && values.target !== platform && !values.server) {
  fail(`--target ${target} needs the server for it: --server FILE, or --server none.`);
}

if (!fs.existsSync(path.join(here, "node_modules", "esbuild"))) {
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
}
const bundled = path.join(here, "server");
fs.rmSync(bundled, { recursive: true, force: true });
if (values.server !== "none") {
  const name = target.startsWith("win32") ? "threatline.exe" : "threatline";
  if (!values.server) {
    run("cargo", ["build", "--release", "--locked", "--package", "threatline"], clone);
  }
  const built = path.join(process.env.CARGO_TARGET_DIR ?? path.join(clone, "target"), "release", name);
  fs.mkdirSync(bundled);
  fs.copyFileSync(path.resolve(values.server ?? built), path.join(bundled, name));
  fs.chmodSync(path.join(bundled, name), 0o755);
}
for (const license of ["LICENSE-MIT", "LICENSE-APACHE"]) {
  fs.copyFileSync(path.join(clone, license), path.join(here, license));
}
fs.writeFileSync(path.join(here, "LICENSE"), "MIT OR Apache-2.0: see LICENSE-MIT and LICENSE-APACHE.\n");

const { version } = JSON.parse(fs.readFileSync(path.join(here, "package.json"), "utf8"));
const suffix = values.server === "none" ? "" : `-${target}`;
const out = path.resolve(values.out ?? path.join(here, `threatline-${version}${suffix}.vsix`));
const vsce = path.join(here, "node_modules", "@vscode", "vsce", "vsce");
const forPlatform = values.server === "none" ? [] : ["--target", target];
run(process.execPath, [vsce, "package", "--no-dependencies", "--out", out, ...forPlatform]);

if (values.install) {
  const isThere = (program) => {
    const { status } = spawnSync(program, ["--version"], { stdio: "ignore", shell: process.platform === "win32" });
    return status === 0;
  };
  const editor = values.editor ?? ["code", "codium", "code-insiders", "cursor", "code-server"].find(isThere);
  if (!editor) {
    fail(`No VS Code was found in PATH. Install ${out} from its extensions view ("Install from VSIX…"), or say --editor PROGRAM.`);
  }
  run(editor, ["--install-extension", out, "--force"]);
}

// Bundles the extension and the scripts of its panels into `dist`, with the licenses of what is in the bundle.
import { build, context } from "esbuild";
import fs from "node:fs";
import path from "node:path";

const flags = new Set(process.argv.slice(2));
const shared = {
  bundle: true,
  minify: flags.has("--minify"),
  sourcemap: flags.has("--minify") ? false : "inline",
  logLevel: "warning",
  metafile: true,
};
const bundles = [
  {
    ...shared,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
  },
  {
    ...shared,
    entryPoints: ["src/webview/diagram.ts", "src/webview/page.ts"],
    outdir: "dist",
    platform: "browser",
    target: "es2022",
  },
];

// The look of a drawing is that of the server.
fs.mkdirSync("dist", { recursive: true });
fs.copyFileSync("../../server/crates/view/src/diagram/drawing.css", "dist/drawing.css");

const folders = new Set();
for (const bundle of bundles) {
  if (flags.has("--watch")) {
    await (await context(bundle)).watch();
    continue;
  }
  const { metafile } = await build(bundle);
  for (const input of Object.keys(metafile.inputs)) {
    const inPackage = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
    if (inPackage) {
      folders.add(inPackage[1]);
    }
  }
}
const notices = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = fs.readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  const text = file ? fs.readFileSync(path.join(folder, file), "utf8").trim() : "";
  return `${name} ${version} (${license})\n\n${text}\n`;
});
if (notices.length) {
  fs.writeFileSync("dist/THIRD-PARTY-NOTICES.txt", notices.join(`\n${"-".repeat(72)}\n\n`));
}

// Bundles the extension and the script of the diagram into `dist`.
import { context, build } from "esbuild";

const flags = new Set(process.argv.slice(2));
const shared = {
  bundle: true,
  minify: flags.has("--minify"),
  sourcemap: flags.has("--minify") ? false : "inline",
  logLevel: "warning",
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
  { ...shared, entryPoints: ["src/webview/diagram.ts"], outfile: "dist/diagram.js", platform: "browser", target: "es2022" },
];
for (const bundle of bundles) {
  if (flags.has("--watch")) {
    await (await context(bundle)).watch();
  } else {
    await build(bundle);
  }
}

// Builds the local page of the desktop application into `dist`, which its program has built in.

import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const folder = import.meta.dirname;
const out = join(folder, "dist");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  absWorkingDir: folder,
  entryPoints: ["src/main.ts", "src/main.css"],
  outdir: out,
  bundle: true,
  format: "esm",
  // WebKitGTK of Debian 12.
  target: "safari17",
  minify: true,
  logLevel: "warning",
});
copyFileSync(join(folder, "index.html"), join(out, "index.html"));

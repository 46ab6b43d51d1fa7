// Builds the console into `dist`, or where `--out` says. Called by `npm start` beside the server, and by the build of a release.
// Invariant: a console that is there is served until the new one is whole, and a build that fails says so in its place.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "vite";

const { values } = parseArgs({ options: { out: { type: "string" }, hash: { type: "string", default: "" } } });
const out = resolve(values.out ?? join(import.meta.dirname, "dist"));
const unfinished = `${out}.${process.pid}`;
const building = join(out, "building");
const failed = join(out, "failed");

// Vite takes it for its own, whatever the server or a test is run with.
process.env["NODE_ENV"] = "production";

async function buildInto(folder: string): Promise<void> {
  await build({
    root: import.meta.dirname,
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true },
  });
  writeFileSync(join(folder, "built-from"), values.hash);
}

mkdirSync(out, { recursive: true });
if (!existsSync(join(out, "index.html"))) writeFileSync(building, "");
process.once("SIGTERM", () => {
  rmSync(building, { force: true });
  rmSync(unfinished, { recursive: true, force: true });
  process.exit(143);
});
try {
  await buildInto(unfinished);
  rmSync(out, { recursive: true, force: true });
  renameSync(unfinished, out);
} catch (error) {
  rmSync(unfinished, { recursive: true, force: true });
  writeFileSync(failed, "");
  rmSync(building, { force: true });
  process.stderr.write(`ghostllm: the console could not be built: ${String(error)}\n`);
  process.exitCode = 1;
}

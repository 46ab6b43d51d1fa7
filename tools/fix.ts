// `npm run fix`: mends what can be mended without a human: lint fixes, generated documents, formatting.

import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

const steps: readonly (readonly string[])[] = [
  ["node_modules/oxlint/bin/oxlint", "--type-aware", "--fix", "--quiet", "."],
  ["tools/gen-docs.ts"],
  ["tools/desktop.ts", "format", "--write"],
  ["node_modules/prettier/bin/prettier.cjs", "--write", "--log-level=warn", "."],
];

const codes = steps.map((step) => spawnSync(process.execPath, step, { cwd: root, stdio: "inherit" }).status);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;

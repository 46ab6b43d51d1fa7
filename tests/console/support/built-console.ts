// The console, built as a release has it, into a folder of the test's own.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");

export interface BuiltConsole {
  readonly directory: string;
  remove(): void;
}

export function buildConsole(): BuiltConsole {
  const base = mkdtempSync(join(tmpdir(), "ghostllm-console-"));
  const directory = join(base, "built");
  execFileSync(process.execPath, [join(root, "apps/console/build.ts"), "--out", directory], { stdio: "inherit" });
  return { directory, remove: () => rmSync(base, { recursive: true, force: true }) };
}

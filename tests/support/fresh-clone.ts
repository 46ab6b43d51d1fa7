// The repository as a fresh clone would have it, for tests of the two commands.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");

export interface FreshClone {
  readonly path: string;
  /** A home directory with nothing in it. */
  readonly home: string;
  remove(): void;
}

/** With `installed` it has the packages of this repository's own node_modules, and needs no install. */
export function cloneRepository({ installed }: { readonly installed: boolean }): FreshClone {
  const base = mkdtempSync(join(tmpdir(), "ghostllm-clone-"));
  const path = join(base, "clone");
  const home = join(base, "home");
  mkdirSync(home);
  for (const file of listFiles()) copyFile(file, path);
  if (installed) linkPackages(path);
  return { path, home, remove: () => rmSync(base, { recursive: true, force: true }) };
}

/** What is tracked, and what would be when it is added. */
function listFiles(): readonly string[] {
  const options = { cwd: repository, encoding: "utf8", maxBuffer: 1 << 26 } as const;
  return execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], options)
    .split("\0")
    .filter((file) => file !== "" && existsSync(join(repository, file)));
}

function copyFile(file: string, to: string): void {
  mkdirSync(dirname(join(to, file)), { recursive: true });
  cpSync(join(repository, file), join(to, file));
}

/** One link per package, so that an install by mistake could not reach into this repository's packages. */
function linkPackages(clone: string): void {
  const from = join(repository, "node_modules");
  const to = join(clone, "node_modules");
  mkdirSync(join(to, "@ghostllm"), { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === ".package-lock.json" || name === ".ghostllm-lock") cpSync(join(from, name), join(to, name));
    else if (name !== "@ghostllm") symlinkSync(join(from, name), join(to, name));
  }
  for (const name of readdirSync(join(from, "@ghostllm"))) {
    const folder = ["apps", "packages"].find((each) => existsSync(join(clone, each, name)));
    if (folder !== undefined) symlinkSync(join("../..", folder, name), join(to, "@ghostllm", name));
  }
}

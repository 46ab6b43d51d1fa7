// How a coding agent is set up and asked once, without a terminal. One file per agent beside this one; run.ts starts it.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Wire } from "../vendors/wire.ts";

export interface Setup {
  /** Fresh, and the agent's alone. */
  readonly home: string;
  /** Of the gateway, without a path. */
  readonly url: string;
  readonly key: string;
  /** As the gateway knows it. */
  readonly model: string;
  readonly prompt: string;
}

export interface Command {
  readonly parameters: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

export interface Agent {
  readonly name: string;
  /** In which it speaks to the gateway. */
  readonly wire: Wire;
  /** Null: its package has no program for this platform. */
  findProgram(): string | null;
  /** Writes its settings into the home. */
  prepare(setup: Setup): Command;
  /** What the agent said to its user in the end. */
  readAnswer(stdout: string): string;
}

const modules = resolve(import.meta.dirname, "../node_modules");

/**
 * A program out of the package that holds it for this platform, such as `codex-linux-x64`. The agents' own install scripts,
 * which never run here, would only link it. A star stands for the one folder whose name is not known.
 */
export function findProgram(packagePrefix: string, ...path: readonly string[]): string | null {
  const scope = dirname(join(modules, packagePrefix));
  const wanted = join(modules, `${packagePrefix}-${process.platform}-${process.arch}`);
  const folders = existsSync(scope)
    ? readdirSync(scope)
        .sort()
        .map((name) => join(scope, name))
    : [];
  const found = folders.find((folder) => folder.startsWith(wanted));
  const program = found === undefined ? null : follow(found, path);
  return program !== null && existsSync(program) ? program : null;
}

function follow(folder: string, path: readonly string[]): string | null {
  return path.reduce<string | null>((at, name) => {
    if (at === null || name !== "*") return at === null ? null : join(at, name);
    const [only] = existsSync(at) ? readdirSync(at) : [];
    return only === undefined ? null : join(at, only);
  }, folder);
}

export function installedFile(path: string): string | null {
  const file = join(modules, path);
  return existsSync(file) ? file : null;
}

export function writeSettings(home: string, path: string, text: string): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

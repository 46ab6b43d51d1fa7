// The source files of the house, each with its place in it.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

import { type ScannedSource, scanSource } from "./scan-source.ts";

export interface SourceFile extends ScannedSource {
  /** From the root, with forward slashes. */
  readonly path: string;
  /** `packages/llm`, or null outside of every workspace. */
  readonly workspace: string | null;
  /** First folder below the workspace's `src`, or the file's name when it lies there itself; null elsewhere. */
  readonly folder: string | null;
  readonly isTest: boolean;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
  readonly instead: string;
}

const skipped = new Set(["node_modules", "dist", "coverage", "ghostllm-data"]);

function listSources(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) || entry.name.startsWith(".") ? [] : listSources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function placeSource(path: string, text: string): SourceFile {
  const [top, name, part, first] = path.split("/");
  const isInWorkspace = top === "packages" || top === "apps";
  return {
    path,
    text,
    workspace: isInWorkspace ? `${top}/${name}` : null,
    folder: isInWorkspace && part === "src" ? (first ?? null) : null,
    isTest: /\.test\.tsx?$/.test(path) || part === "tests" || top === "tests" || path.includes("/testing/"),
    ...scanSource(text),
  };
}

export function readSources(root: string): SourceFile[] {
  const files = ["packages", "apps", "tools", "tests"].flatMap((top) => listSources(join(root, top)));
  return files.map((file) => placeSource(relative(root, file).replaceAll("\\", "/"), readFileSync(file, "utf8")));
}

/** Is the path in this folder, or this very file? */
export function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

// Where configuration comes from. `readProcess` is the only place of the server that looks at process.env.

import { readFileSync, statSync } from "node:fs";

export interface ConfigFile {
  readonly text: string;
  /** May users other than the owner read it? */
  readonly isPublic: boolean;
}

/** A file that is not on this machine. */
export interface FetchedFile {
  readonly url: string;
  readonly text: string;
  readonly etag: string | null;
}

export interface ConfigSources {
  /** What was fetched of a URL, before it is read. */
  readonly fetched?: FetchedFile;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Null when there is no such file. */
  readonly readFile?: (path: string) => ConfigFile | null;
}

export function readProcess(): ConfigSources {
  return { environment: process.env, cwd: process.cwd() };
}

export function readConfigFile(path: string): ConfigFile | null {
  try {
    const isPublic = process.platform !== "win32" && (statSync(path).mode & 0o004) !== 0;
    return { text: readFileSync(path, "utf8"), isPublic };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

export function isUrl(file: string): boolean {
  return /^(?:https?|s3):\/\//i.test(file);
}

/** An empty variable counts as unset: that is what `VAR= command` and empty lines of env files mean. */
export function readVariable(sources: ConfigSources, name: string): string | null {
  const value = sources.environment[name]?.trim();
  return value === undefined || value === "" ? null : value;
}

/** The same sources, and which files were asked of them. */
export function noteReads(given: ConfigSources): { readonly sources: ConfigSources; files(): readonly string[] } {
  const asked = new Set<string>();
  const readFile = (path: string): ConfigFile | null => {
    asked.add(path);
    if (path === given.fetched?.url) return { text: given.fetched.text, isPublic: false };
    return (given.readFile ?? readConfigFile)(path);
  };
  return { sources: { ...given, readFile }, files: () => [...asked] };
}

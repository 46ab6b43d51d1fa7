// How drivers of one language are installed and run. What is installed stays in a folder of the user's cache, one a driver,
// because SDKs of one language do not always resolve together.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command } from "../driver-process.ts";

/** Package -> version; null takes the newest. */
export type Wanted = Readonly<Record<string, string | null>>;
export type Versions = Readonly<Record<string, string>>;

export interface Place {
  /** Of this driver alone, in the cache. */
  readonly folder: string;
  /** The driver's source. */
  readonly source: string;
  readonly wanted: Wanted;
}

export interface LanguageRunner {
  /** Programs that must be there. */
  readonly programs: readonly string[];
  /** Into an empty folder. Throws with the tool's output. */
  install(place: Place): Promise<void>;
  versions(place: Place): Promise<Versions>;
  /** Again when the source has changed. */
  compile(place: Place): Promise<void>;
  command(place: Place): Command;
}

export const languagesFolder = import.meta.dirname;

const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "ghostllm", "clients");

export function folderFor(language: string, sdk: string): string {
  return join(cache, language, sdk);
}

export function isOnPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, program)));
}

/** Its standard output. */
export async function run(cwd: string, program: string, ...parameters: readonly string[]): Promise<string> {
  const child = spawn(program, parameters, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0)
    throw new Error(`${program} ${parameters.join(" ")} ended with ${code}:\n${errors}${out}`.slice(0, 4000));
  return out;
}

/** Installs and compiles what is not there yet in these versions and from this source. */
export async function prepare(runner: LanguageRunner, place: Place): Promise<Versions> {
  const { folder, source } = place;
  if (!(await isInstalled(runner, place))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await runner.install(place);
    writeFileSync(join(folder, installedStamp), "");
  }
  const versions = await runner.versions(place);
  const compiled = hashOf(`${JSON.stringify(versions)}${readFileSync(source, "utf8")}${sharedSources(source)}`);
  const stamp = join(folder, "compiled.stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === compiled) return versions;
  await runner.compile(place);
  writeFileSync(stamp, compiled);
  return versions;
}

const installedStamp = "installed.stamp";

async function isInstalled(runner: LanguageRunner, place: Place): Promise<boolean> {
  if (!existsSync(join(place.folder, installedStamp))) return false;
  return isDeepStrictEqual(await runner.versions(place), place.wanted);
}

/** What all drivers of the language share. */
function sharedSources(source: string): string {
  const extension = source.slice(source.lastIndexOf("."));
  const files = [`serve${extension}`, "Serve.java"].map((name) => join(languagesFolder, name));
  return files
    .filter((file) => file.endsWith(extension) && existsSync(file))
    .map((file) => readFileSync(file, "utf8"))
    .join("");
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Those that were wanted, in their order. */
export function versionsOf(wanted: Wanted, found: readonly (readonly [name: string, version: string])[]): Versions {
  const versions = new Map(found);
  return Object.fromEntries(Object.keys(wanted).map((name) => [name, versions.get(name) ?? ""]));
}

/** `name` with its version, as the language's tools write it. */
export function pinned(wanted: Wanted, separator: string, newest: string): readonly string[] {
  return Object.entries(wanted).map(([name, version]) => {
    return version === null ? `${name}${newest}` : `${name}${separator}${version}`;
  });
}

// Finds the SDKs in sdks/, and installs those whose language is on this machine.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./driver-process.ts";
import { go } from "./languages/go.ts";
import { java } from "./languages/java.ts";
import { folderFor, isOnPath, prepare } from "./languages/language.ts";
import type { LanguageRunner, Versions } from "./languages/language.ts";
import { node } from "./languages/node.ts";
import { python } from "./languages/python.ts";
import { rust } from "./languages/rust.ts";
import { isChosen } from "./options.ts";
import type { ClientDefinition, Language, Sdk } from "./sdk.ts";

const languages: Readonly<Record<Language, LanguageRunner>> = { python, node, go, java, rust };

const sdksFolder = join(import.meta.dirname, "sdks");
const versionsFile = join(import.meta.dirname, "versions.json");

/** SDK -> package -> version. */
type Lock = Record<string, Versions>;

export interface ReadyClient {
  readonly sdk: string;
  readonly language: Language;
  readonly client: ClientDefinition;
  readonly versions: Versions;
  readonly command: Command;
  readonly folder: string;
}

export interface Wish {
  readonly only: string | undefined;
  readonly isNewest: boolean;
}

export async function readyClients(wish: Wish) {
  const written = readFileSync(versionsFile, "utf8");
  const lock = JSON.parse(written) as Lock;
  const clients: ReadyClient[] = [];
  const skipped: string[] = [];
  const broken: string[] = [];
  for (const name of readdirSync(sdksFolder).toSorted()) {
    const { sdk } = (await import(join(sdksFolder, name, "sdk.ts"))) as { sdk: Sdk };
    const chosen = sdk.clients.filter((client) => isChosen(wish.only, client.name, name));
    if (chosen.length === 0) continue;
    const missing = languages[sdk.language].programs.find((program) => !isOnPath(program));
    if (missing !== undefined) {
      console.log(`skipped ${name}: there is no ${missing} on this machine`);
      skipped.push(...chosen.map((client) => client.name));
      continue;
    }
    try {
      clients.push(...(await install(name, { ...sdk, clients: chosen }, lock, wish.isNewest)));
    } catch (error) {
      console.log(`FAIL ${name} could not be installed: ${String(error)}`);
      broken.push(...chosen.map((client) => client.name));
    }
  }
  const locked = `${JSON.stringify(inOrder(lock), null, 2)}\n`;
  if (locked !== written) writeFileSync(versionsFile, locked);
  return { clients, skipped, broken };
}

function inOrder(lock: Lock): Lock {
  return Object.fromEntries(Object.entries(lock).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

async function install(name: string, sdk: Sdk, lock: Lock, isNewest: boolean): Promise<readonly ReadyClient[]> {
  const { language, packages, driver } = sdk;
  const runner = languages[language];
  const locked = isNewest ? {} : (lock[name] ?? {});
  const wanted = Object.fromEntries(packages.map((one) => [one, locked[one] ?? null]));
  const place = { folder: folderFor(language, name), source: join(sdksFolder, name, driver), wanted };
  const versions = await prepare(runner, place);
  lock[name] = versions;
  const ready = { sdk: name, language, versions, command: runner.command(place), folder: place.folder };
  return sdk.clients.map((client) => ({ ...ready, client }));
}

// Where GhostLLM is and what opens it: options first, then the environment, then the installation in this directory.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { CliError, exitCodes } from "./exit-codes.ts";

export interface GivenConnection {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
}

/** What the configuration of this directory says about the server that runs from it. */
export interface LocalServer {
  readonly url: string;
  readonly dataDir: string;
}

export interface Connection {
  readonly url: string;
  readonly key: string;
  readonly client: Client;
}

interface ConnectOptions {
  readonly given: GivenConnection;
  readonly readLocal: () => Promise<LocalServer>;
}

/** A change that nobody has answered is sent again, and carried out once. */
const repeats = 2;

/** Rejects with a CliError where there is no key. Does not call the server yet. */
export async function connect({ given, readLocal }: ConnectOptions): Promise<Connection> {
  const givenUrl = given.url ?? readVariable("GHOSTLLM_URL");
  const givenKey = given.key ?? readVariable("GHOSTLLM_API_KEY") ?? readVariable("ADMIN_API_KEY");
  const local = givenUrl === undefined || givenKey === undefined ? await readLocal() : undefined;
  const url = checkUrl(givenUrl ?? local?.url ?? "");
  const key = givenKey ?? (await readKeyFile(local));
  return { url, key, client: createClient({ baseUrl: url, apiKey: key, repeats }) };
}

async function readKeyFile(local: LocalServer | undefined): Promise<string> {
  const path = join(local?.dataDir ?? "", "admin.key");
  try {
    return (await readFile(path, "utf8")).trim();
  } catch {
    throw new CliError(
      "no_key",
      `No key: there is no ${path}. Give one with --key or GHOSTLLM_API_KEY, or run this where \`ghostllm serve\` runs`,
      exitCodes.unauthorized,
    );
  }
}

function checkUrl(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new CliError("invalid_url", `'${url}' is no http or https address`, exitCodes.usage);
}

export function readVariable(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === "" ? undefined : value;
}

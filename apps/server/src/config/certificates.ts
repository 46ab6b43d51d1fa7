// Authorities that are trusted beside those that Node knows: a file that is read once, at start.

import { resolve } from "node:path";
import type { ConfigProblem } from "./problems.ts";
import { type ConfigSources, readConfigFile } from "./sources.ts";

interface Certificates {
  /** In PEM; null where none are named, or the file is of no use. */
  readonly text: string | null;
  readonly problems: readonly ConfigProblem[];
}

/** Reads the file that a setting names. */
export function readCertificates(
  sources: ConfigSources,
  { value, origin }: { readonly value: unknown; readonly origin: string },
): Certificates {
  if (typeof value !== "string") return { text: null, problems: [] };
  const file = resolve(sources.cwd, value);
  const hint = "Name a file of certificates in PEM, or unset it.";
  const fail = (message: string): Certificates => ({ text: null, problems: [{ path: origin, message, hint }] });
  try {
    const content = (sources.readFile ?? readConfigFile)(file);
    if (content === null) return fail(`there is no file ${file}`);
    const { text } = content;
    return text.includes("-----BEGIN ") ? { text, problems: [] } : fail(`${file} holds no certificate`);
  } catch (error) {
    return fail(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

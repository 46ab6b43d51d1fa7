// Secrets that stand in files of their own, as Docker and Kubernetes hand them over: `file:/run/secrets/name` in place of the secret.

import { resolve } from "node:path";
import { type ConfigSources, readConfigFile } from "./sources.ts";

export type SecretText =
  | { readonly text: string; readonly fault: null }
  | { readonly text: null; readonly fault: string; readonly hint: string };

const scheme = "file:";

/** The text itself where it names no file. */
export function readSecretText(sources: ConfigSources, given: string): SecretText {
  if (!given.startsWith(scheme)) return { text: given, fault: null };
  const file = resolve(sources.cwd, given.slice(scheme.length).replace(/^\/\/(?=\/)/, ""));
  const refuse = (fault: string): SecretText => ({ text: null, fault, hint: "Name a file that this user may read." });
  try {
    const content = (sources.readFile ?? readConfigFile)(file);
    if (content === null) return refuse(`there is no file ${file}`);
    const text = content.text.trim();
    return text === "" ? refuse(`the file ${file} is empty`) : { text, fault: null };
  } catch (error) {
    return refuse(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Raw = { readonly raw: unknown; readonly fault: null } | { readonly fault: string; readonly hint: string };

/** Of a setting: one secret or a list of them. */
export function readSecretFiles(sources: ConfigSources, raw: unknown): Raw {
  if (typeof raw === "string") return toRaw(readSecretText(sources, raw));
  if (!Array.isArray(raw)) return { raw, fault: null };
  const read = raw.map((one: unknown) => readSecretFiles(sources, one));
  const refused = read.find((one) => one.fault !== null);
  return refused ?? { raw: read.flatMap((one) => (one.fault === null ? [one.raw] : [])), fault: null };
}

function toRaw(read: SecretText): Raw {
  return read.fault === null ? { raw: read.text, fault: null } : { fault: read.fault, hint: read.hint };
}

// The value of one setting, and what is wrong with it. Called by load.ts.

import { Secret } from "#domain/secret.ts";
import type { ConfigProblem } from "./problems.ts";
import { findSet } from "./provider-environment.ts";
import { readSecretFiles } from "./secret-files.ts";
import type { Setting } from "./setting.ts";
import type { ConfigSources } from "./sources.ts";
import { isRecord, type YamlFile } from "./yaml-file.ts";

export interface Found {
  readonly value: unknown;
  readonly origin: string;
  readonly problem: ConfigProblem | null;
  readonly warning: string | null;
}

function variablesOf({ variable, alsoVariable }: Setting<unknown>): readonly string[] {
  return alsoVariable === undefined ? [variable] : [alsoVariable, variable];
}

interface Raw {
  readonly raw: unknown;
  readonly origin: string;
  /** For what is wrong with it. */
  readonly path: string;
}

function readPath(root: Readonly<Record<string, unknown>>, path: string): unknown {
  return path.split(".").reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), root);
}

function findRaw(one: Setting<unknown>, sources: ConfigSources, yaml: YamlFile): Raw | null {
  const named = findSet(sources, variablesOf(one));
  if (named !== null) return { raw: named.value, origin: named.variable, path: named.variable };
  const raw = readPath(yaml.root, one.path);
  if (raw === undefined || raw === null || raw === "") return null;
  const path = one.path.split(".");
  return { raw, origin: yaml.locate(path), path: `${yaml.pointAt(path, "value")} ${one.path}` };
}

function adviseLength(one: Setting<unknown>, value: unknown, origin: string): string | null {
  const advised = one.advisedLength ?? 0;
  if (!(value instanceof Secret) || value.reveal().length >= advised) return null;
  return `${origin}: ${one.path} is shorter than ${advised} characters and easy to guess; \`openssl rand -base64 32\` makes a good one`;
}

export function findValue(one: Setting<unknown>, sources: ConfigSources, yaml: YamlFile): Found {
  const found = findRaw(one, sources, yaml);
  if (found === null) return { value: one.default, origin: "default", problem: null, warning: null };
  const { origin, path } = found;
  const refuse = (message: string, hint: string): Found => {
    return { value: one.default, origin, problem: { path, message, hint }, warning: null };
  };
  const read = one.kind.isSecret === true ? readSecretFiles(sources, found.raw) : { raw: found.raw, fault: null };
  if (read.fault !== null) return refuse(read.fault, read.hint);
  const parsed = one.kind.parse(read.raw);
  if (!parsed.ok) return refuse(parsed.message, parsed.hint);
  return { value: parsed.value, origin, problem: null, warning: adviseLength(one, parsed.value, origin) };
}

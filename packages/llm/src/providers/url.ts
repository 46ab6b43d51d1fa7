import { crossesAs } from "#operations.ts";
import type { Operation } from "#operations.ts";
import { isDialectName } from "./definition.ts";
import type { ClientDialectName, DialectName, OperationPath, PathInput, ProviderDefinition } from "./definition.ts";

/** How a provider can be asked for an operation: in which dialect, and on which path. */
export interface Way {
  readonly dialect: DialectName;
  readonly path: OperationPath;
}

/** An object among those that are kept. */
export interface StoredPlace {
  /** Begins with a slash, and is encoded; empty for all of them. */
  readonly behind: string;
  /** Without the question mark; empty for none. */
  readonly query: string;
}

/**
 * The way to a provider's model for a client of a dialect: in the same dialect where the provider speaks it, so that bytes
 * pass, else in the first one into which the operation can be translated. Null where the provider does not offer it.
 */
export function wayTo(
  { speaks, modelsOf = {} }: ProviderDefinition,
  client: ClientDialectName,
  operation: Operation,
  model: string,
): Way | null {
  const isSpoken = (dialect: DialectName): boolean => modelsOf[dialect]?.test(model) ?? true;
  const straight = speaks[client]?.[operation];
  if (straight !== undefined && isSpoken(client)) return { dialect: client, path: straight };
  const crossed = crossesAs(operation);
  if (crossed === null) return null;
  for (const [dialect, operations] of Object.entries(speaks)) {
    const path = operations[crossed];
    if (path !== undefined && isDialectName(dialect) && isSpoken(dialect)) return { dialect, path };
  }
  return null;
}

/**
 * The way to the endpoint that judges texts, in the only form that several vendors have; null where the provider has none.
 * https://platform.openai.com/docs/api-reference/moderations
 */
export function wayToModeration(definition: ProviderDefinition, model: string): Way | null {
  return wayTo(definition, "openai-chat", "moderations", model);
}

/** The base URL that the operator gave, or the definition's own, with the settings put in. */
export function fillBaseUrl(
  { baseUrl, fillBaseUrl: fill }: ProviderDefinition,
  given: string | null,
  settings: Readonly<Record<string, string>>,
): string | null {
  if (given !== null && given !== baseUrl) return given;
  return fill === undefined ? baseUrl : fill(settings);
}

/** Full URL of an operation. */
export function urlOf({ path }: Way, input: PathInput): string {
  return joinUrl(input.baseUrl, resolvePath(path, input));
}

const versionAtEnd = /\/v\d+(?:alpha|beta)?\d*$/;
const versionAtStart = /^\/v\d+(?:alpha|beta)?\d*(?=[/?]|$)/;

/** A path behind a base URL. A version that both have stands there once, as the operator wrote it. */
export function joinUrl(baseUrl: string, path: string): string {
  if (!path.startsWith("/v") || !versionAtEnd.test(baseUrl)) return baseUrl + path;
  return baseUrl + path.replace(versionAtStart, "");
}

/** Full URL of what a provider keeps: `behind` follows the path, and `query` what the path has of one. */
export function storedUrlOf(way: Way, input: PathInput, { behind, query }: StoredPlace): string {
  const url = urlOf(way, input);
  const [path = url, own] = url.split("?", 2);
  const asked = [own, query].filter(Boolean).join("&");
  return path + behind + (asked === "" ? "" : `?${asked}`);
}

/** Full URL of the provider's list of models, or null where it has none. */
export function modelListUrl(
  definition: ProviderDefinition,
  input: Pick<PathInput, "baseUrl" | "settings">,
): string | null {
  const path = definition.modelList;
  return path === undefined ? null : joinUrl(input.baseUrl, resolvePath(path, { ...input, model: "", stream: false }));
}

function resolvePath(path: OperationPath, input: PathInput): string {
  return typeof path === "string" ? path : path(input);
}

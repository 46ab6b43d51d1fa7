import { crossings } from "#operations.ts";
import type { Operation } from "#operations.ts";
import { isDialectName } from "./definition.ts";
import type { DialectName, OperationPath, PathInput, ProviderDefinition } from "./definition.ts";

/** How a provider can be asked for an operation: in which dialect, and on which path. */
export interface Way {
  readonly dialect: DialectName;
  readonly path: OperationPath;
}

/**
 * The way to a provider for a client of a dialect: in the same dialect where the provider speaks it, so that bytes pass,
 * else in the first one into which the operation can be translated. Null where the provider does not offer it.
 */
export function wayTo({ speaks }: ProviderDefinition, client: DialectName, operation: Operation): Way | null {
  const straight = speaks[client]?.[operation];
  if (straight !== undefined) return { dialect: client, path: straight };
  const crossed = crossings[operation];
  if (crossed === undefined) return null;
  for (const [dialect, operations] of Object.entries(speaks)) {
    const path = operations[crossed];
    if (path !== undefined && isDialectName(dialect)) return { dialect, path };
  }
  return null;
}

/** Full URL of an operation. */
export function urlOf({ path }: Way, input: PathInput): string {
  return input.baseUrl + resolvePath(path, input);
}

/** Full URL of the provider's list of models, or null where it has none. */
export function modelListUrl(
  definition: ProviderDefinition,
  input: Pick<PathInput, "baseUrl" | "settings">,
): string | null {
  const path = definition.modelList;
  return path === undefined ? null : input.baseUrl + resolvePath(path, { ...input, model: "", stream: false });
}

function resolvePath(path: OperationPath, input: PathInput): string {
  return typeof path === "string" ? path : path(input);
}

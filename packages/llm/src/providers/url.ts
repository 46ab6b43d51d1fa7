import type { Operation } from "#hub.ts";
import type { OperationPath, PathInput, ProviderDefinition } from "./definition.ts";

/** Full URL of an operation, or null where the provider lacks it. */
export function operationUrl(definition: ProviderDefinition, operation: Operation, input: PathInput): string | null {
  const path = definition.operations[operation];
  return path === undefined ? null : input.baseUrl + resolvePath(path, input);
}

/** Full URL of the provider's list of models, or null where it has none. */
export function modelListUrl(definition: ProviderDefinition, input: Omit<PathInput, "model">): string | null {
  const path = definition.modelList;
  return path === undefined ? null : input.baseUrl + resolvePath(path, { ...input, model: "" });
}

function resolvePath(path: OperationPath, input: PathInput): string {
  return typeof path === "string" ? path : path(input);
}

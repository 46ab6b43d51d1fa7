import { needsOf } from "#fitting/needs.ts";
import type { ProviderDefinition } from "#providers/definition.ts";

/** What a model does with an assistant's text that stands last in a request; null: it is not known to go on with it. */
export function prefillOf(
  { quirks = {} }: Pick<ProviderDefinition, "quirks">,
  model: string,
): "continues" | "repeats" | null {
  const { prefill = null, turns } = needsOf(quirks, model);
  return turns?.last === "user" ? null : prefill;
}

// What lists of patterns of model names say, such as those of keys and teams. Asked at the gateway for each request, and by control where
// somebody writes what is to lead to models.

import { matchesPattern } from "#domain/principal.ts";
import { twinOf } from "#domain/model-names.ts";

/** One model at one provider, by their names. */
export interface NamedTarget {
  readonly provider: string;
  readonly model: string;
}

/** Does one of the patterns match the name, or its other spelling? */
export function isNamed(patterns: readonly string[], name: string): boolean {
  if (patterns.some((pattern) => matchesPattern(pattern, name))) return true;
  const twin = twinOf(name);
  return twin !== null && patterns.some((pattern) => matchesPattern(pattern, twin));
}

/** By `provider/model`, or by the bare name of the model. */
export function isTargetNamed(patterns: readonly string[], { provider, model }: NamedTarget): boolean {
  return isNamed(patterns, `${provider}/${model}`) || isNamed(patterns, model);
}

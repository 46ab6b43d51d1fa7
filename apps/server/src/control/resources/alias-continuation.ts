// Who could go on with an answer of an alias that broke off: asked when the alias is written, so that a switch that does nothing is refused.

import { prefillOf } from "@ghostllm/llm";
import { definitionOf } from "#control/snapshot/providers.ts";
import type { AliasPolicy } from "#domain/alias-policy.ts";
import { invalid } from "./fields.ts";
import type { ResourceDependencies } from "./resource.ts";

type Deps = Pick<ResourceDependencies, "store" | "definitions">;

interface Named {
  readonly provider: string;
  readonly model: string;
}

export async function refuseContinuation(
  deps: Deps,
  targets: readonly Named[],
  policy: AliasPolicy | null,
): Promise<void> {
  if (!policy?.continuation) return;
  const rows = await deps.store.providers.list();
  const mayGoOn = ({ provider, model }: Named): boolean => {
    const row = rows.find(({ name }) => name === provider);
    const definition = row && definitionOf(row.providerType, deps);
    // What a star stands for is known when it is asked for.
    return definition !== undefined && (model.includes("*") || prefillOf(definition, model) !== null);
  };
  if (targets.some(mayGoOn)) return;
  const message =
    "None of its targets is known to go on with the beginning of an answer: name one that does, such as an older model of Anthropic's, or leave it null";
  throw invalid("continuation", message);
}

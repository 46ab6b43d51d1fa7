// What an alias may have compared by meaning. Called by aliases.ts: what the gateway could not apply is refused when it is written.

import { useOf, wayTo } from "@ghostllm/llm";
import type { AliasTargetRow } from "#control/store/store.ts";
import { faultOf, knownTo } from "./alias-policy.ts";
import type { Led } from "./alias-policy.ts";
import { invalid } from "./fields.ts";
import type { ResourceDependencies } from "./resource.ts";

type Named = Pick<AliasTargetRow, "provider" | "model">;

interface Compared {
  /** Null: nothing is. */
  readonly semantic: { readonly model: string } | null;
  /** Of the alias. */
  readonly targets: readonly Named[];
}

type Deps = Pick<ResourceDependencies, "store" | "snapshot">;

export async function refuseSemantic(deps: Deps, led: Led, { semantic, targets }: Compared): Promise<void> {
  if (semantic === null) return;
  const { model: name } = semantic;
  if (targets.every(({ model }) => useOf(model) !== "chat"))
    throw invalid("cache.semantic", "Chats alone are compared by meaning, and none of its targets answers chats");
  const known = await knownTo(deps.store, led);
  const fault = faultOf(name, known);
  if (fault !== null) throw invalid("cache.semantic.model", fault);
  const alias = known.seen.find((one) => one.name === name);
  const asked = alias?.targets ?? [targetOf(name)];
  if (!asked.some((target) => embeds(deps, target)))
    throw invalid("cache.semantic.model", `No provider of '${name}' offers embeddings`);
}

function targetOf(name: string): Named {
  const slash = name.indexOf("/");
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}

/** One that is not in use now may be so later. */
function embeds({ snapshot }: Deps, { provider, model }: Named): boolean {
  const definition = snapshot().providers.get(provider)?.definition;
  return definition === undefined || wayTo(definition, "openai-chat", "embeddings", model) !== null;
}

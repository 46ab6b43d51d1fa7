// Which models somebody may use: LiteLLM's lists have names, patterns, words of its own and names of access groups in them.

import { textsOf, type Fields } from "#importing/fields.ts";
import type { Deployment } from "./config.ts";

export class AccessGroups {
  /** Group -> the names of models in it. */
  readonly #groups = new Map<string, Set<string>>();
  /** By the ids that rows of LiteLLM_AccessGroupTable have. */
  readonly #byId = new Map<string, readonly string[]>();

  constructor(deployments: readonly Deployment[], rows: readonly Fields[]) {
    for (const { modelName, info } of deployments)
      for (const group of textsOf(info["access_groups"])) this.#add(group, modelName);
    for (const row of rows) {
      const models = textsOf(row["access_model_names"]);
      this.#byId.set(String(row["access_group_id"]), models);
      for (const model of models) this.#add(String(row["access_group_name"]), model);
    }
  }

  #add(group: string, model: string): void {
    const known = this.#groups.get(group);
    if (known === undefined) this.#groups.set(group, new Set([model]));
    else known.add(model);
  }

  /** Null allows every model. */
  modelsOf(given: unknown, groupIds: readonly string[], notes: string[] = []): readonly string[] | null {
    const names = textsOf(given);
    const ofGroups = groupIds.flatMap((id) => this.#byId.get(id) ?? []);
    if (names.length === 0 && groupIds.length === 0) return null;
    if (names.some((name) => name === "all-proxy-models" || name === "*")) return null;
    // What the team has is the team's business here.
    if (names.includes("all-team-models")) return null;
    const isGroup = (name: string): boolean => this.#groups.has(name);
    if (names.some(isGroup) || ofGroups.length > 0) notes.push("access groups are the models that are in them now");
    const models = names.flatMap((name) => (isGroup(name) ? [...(this.#groups.get(name) ?? [])] : [name]));
    return [...new Set([...models, ...ofGroups])].filter((name) => name !== "no-default-models").slice(0, 500);
  }
}

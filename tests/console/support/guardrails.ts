// Guardrails for pages to show: of everybody, of each kind that asks nobody, and one of a team.

import type { Client } from "@ghostllm/contract/client";

export interface FurnishedGuardrails {
  /** The team's. */
  readonly guardrailId: string;
}

/** They flag, and what they look for nobody says: other tests ask as if there were none. */
export async function furnishGuardrails(client: Client, teamId: string): Promise<FurnishedGuardrails> {
  const create = (body: Parameters<Client["guardrails"]["create"]>[0]["body"]) => client.guardrails.create({ body });
  await create({
    ...{ name: "project names", action: "flag", stage: "output" },
    check: { kind: "text", words: ["bluebird of paradise", "red kite"], patterns: ["PX-[0-9]{4,8}"] },
  });
  await create({ name: "long talks", action: "flag", stage: "input", check: { kind: "size", most: 9_000_000 } });
  const { id } = await create({
    ...{ name: "names of Research", action: "flag", applies_to: { kind: "team", id: teamId } },
    ...{ check: { kind: "text", words: ["kingfisher"] }, models: ["gpt-4o*"] },
  });
  return { guardrailId: id };
}

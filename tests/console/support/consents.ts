// A policy and a request that it holds, for pages to show: it waits until somebody decides.

import type { Client } from "@ghostllm/contract/client";

/** Which no other call of a stage asks for. */
export const dearModel = "gpt-4o";
export const policyName = "dear models";

/** A server that is there. */
interface Server {
  readonly url: string;
  readonly server: { readonly admin: Client };
}

export interface FurnishedConsents {
  readonly policyId: string;
  readonly key: string;
  readonly keyId: string;
  readonly consentId: string;
}

/** Of a key of the team, in whose requests e-mail addresses are masked. */
export async function furnishConsents(stage: Server, teamId: string): Promise<FurnishedConsents> {
  const { admin } = stage.server;
  const body = {
    name: "nightly-bot",
    owner: "team",
    team_id: teamId,
    privacy: { classes: { email: "mask" } },
  } as const;
  const { id: keyId, key } = await admin.apiKeys.create({ body });
  const { id: policyId } = await admin.consentPolicies.create({
    body: { name: policyName, applies_to: { kind: "key", id: keyId }, models: [dearModel], valid_minutes: 30 },
  });
  return { policyId, key, keyId, consentId: await holdRequest(stage, key) };
}

export function ask({ url }: Pick<Server, "url">, key: string, text: string, model = dearModel): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 50, messages: [{ role: "user", content: text }] }),
  });
}

/** What waits then; the same text is the same request. */
export async function holdRequest(
  stage: Pick<Server, "url">,
  key: string,
  text = "Write to ada@example.com",
  model = dearModel,
): Promise<string> {
  const answer = await ask(stage, key, text, model);
  const id = answer.headers.get("x-ghostllm-consent-id");
  if (id === null) throw new Error(`a request of ${model} is not held: ${answer.status} ${await answer.text()}`);
  return id;
}

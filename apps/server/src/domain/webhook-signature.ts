// Signatures as Standard Webhooks has them: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

import { createHmac, randomBytes } from "node:crypto";
import { Secret } from "#domain/secret.ts";

const prefix = "whsec_";
const secretBytes = 32;

export function newWebhookSecret(): Secret {
  return new Secret(prefix + randomBytes(secretBytes).toString("base64"));
}

/** What the sealed secret of a webhook is bound to. */
export function webhookBinding(id: string): string {
  return `webhook ${id}`;
}

interface Signed {
  readonly id: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers that go with the body. */
export function signedHeaders(secret: Secret, { id, timestamp, body }: Signed): Readonly<Record<string, string>> {
  const key = Buffer.from(secret.reveal().slice(prefix.length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}

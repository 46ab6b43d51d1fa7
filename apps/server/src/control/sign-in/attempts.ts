// A sign-in that was begun: what the issuer's answer is held against. It lies, sealed, in a cookie of the browser that has begun it.

import { z } from "zod";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { Clock } from "#domain/clock.ts";
import { Secret } from "#domain/secret.ts";

const binding = "sign-in attempt";
export const attemptLifetimeMs = 10 * 60 * 1000;

const schema = z.object({
  methodId: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnUrl: z.string(),
  to: z.string(),
  begunAt: z.number(),
});

export type SignInAttempt = Readonly<z.output<typeof schema>>;

export function sealAttempt(attempt: SignInAttempt, encryption: Encryption): Promise<string> {
  return encryption.seal(new Secret(JSON.stringify(attempt)), binding);
}

/** Null for what is none, or too old. */
export async function openAttempt(sealed: string, encryption: Encryption, clock: Clock): Promise<SignInAttempt | null> {
  try {
    const opened = await encryption.open(sealed, binding);
    const attempt = schema.parse(JSON.parse(opened.reveal()));
    const ageMs = clock.now() - attempt.begunAt;
    return ageMs < attemptLifetimeMs ? attempt : null;
  } catch {
    return null;
  }
}

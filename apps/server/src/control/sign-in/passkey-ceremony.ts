// What was begun with a passkey: what the browser's answer is held against. It lies, sealed, in a cookie of the browser that has begun
// it, and opens only for what it was begun for.

import { hash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { UsedChallenge } from "#control/store/sign-in/passkey-store.ts";
import type { Clock } from "#domain/clock.ts";
import { Secret } from "#domain/secret.ts";

export const ceremonyLifetimeMs = 5 * 60 * 1000;
const challengeBytes = 32;

export type Purpose = "adding" | "sign-in";

/** The page that has begun, and the host that its passkeys are for. */
export interface Site {
  readonly origin: string;
  readonly rpId: string;
}

const schema = z.object({
  challenge: z.string(),
  origin: z.string(),
  rpId: z.string(),
  /** Who adds one; null where somebody signs in. */
  userId: z.string().nullable(),
  begunAt: z.number(),
});

export type Ceremony = Readonly<z.output<typeof schema>>;

export function newCeremony(site: Site, userId: string | null, clock: Clock): Ceremony {
  return { ...site, challenge: randomBytes(challengeBytes).toString("base64url"), userId, begunAt: clock.now() };
}

export function sealCeremony(ceremony: Ceremony, purpose: Purpose, encryption: Encryption): Promise<string> {
  return encryption.seal(new Secret(JSON.stringify(ceremony)), bindingOf(purpose));
}

/** Null for what is none, too old, or begun for something else. */
export async function openCeremony(
  sealed: string | null,
  purpose: Purpose,
  { encryption, clock }: { readonly encryption: Encryption; readonly clock: Clock },
): Promise<Ceremony | null> {
  if (sealed === null) return null;
  try {
    const opened = await encryption.open(sealed, bindingOf(purpose));
    const ceremony = schema.parse(JSON.parse(opened.reveal()));
    return clock.now() - ceremony.begunAt < ceremonyLifetimeMs ? ceremony : null;
  } catch {
    return null;
  }
}

/** As the store remembers that it has been signed. Clocks of instances differ: it is remembered for longer than it counts. */
export function challengeOf({ challenge, begunAt }: Ceremony): UsedChallenge {
  return { hash: hash("sha256", challenge), expiresAt: begunAt + 2 * ceremonyLifetimeMs };
}

function bindingOf(purpose: Purpose): string {
  return `passkey ${purpose}`;
}

// What all instances must have the same: the key that opens what is in the database, and the secret that sessions are signed
// with. Called by compose/control.ts before either is used. Invariant: an instance that differs says so and does not serve.

import { createHash } from "node:crypto";
import type { Store } from "#control/store/store.ts";
import { Secret } from "#domain/secret.ts";
import { UnsealError } from "./encryption.ts";
import type { Encryption } from "./encryption.ts";

interface SameSecrets {
  readonly store: Pick<Store, "settings">;
  readonly encryption: Encryption;
  /** Where it is configured. */
  readonly jwtSecret: Secret | null;
  /** Others may be running: otherwise whoever changes a secret may do so. */
  readonly hasOthers: boolean;
}

const settingName = "shared_secrets";

/** Rejects with a sentence that names the variable. */
export async function requireSameSecrets({ store, encryption, jwtSecret, hasOthers }: SameSecrets): Promise<void> {
  const own = new Secret(jwtSecret === null ? "generated" : digestOf(jwtSecret));
  const sealed = await encryption.seal(own, settingName);
  if (await store.settings.replace(settingName, undefined, sealed)) return;
  const stored = (await store.settings.get(settingName)) ?? "";
  const difference = await differenceOf(stored, own, encryption);
  if (difference === null) return;
  if (hasOthers) {
    throw new Error(
      `${difference} of this instance is not that of the others on this database: give all of them the same, or stop the others first`,
    );
  }
  await store.settings.replace(settingName, stored, sealed);
}

async function differenceOf(stored: string, own: Secret, encryption: Encryption): Promise<string | null> {
  try {
    const known = await encryption.open(stored, settingName);
    return known.reveal() === own.reveal() ? null : "JWT_SECRET";
  } catch (error) {
    if (error instanceof UnsealError) return "ENCRYPTION_KEY";
    throw error;
  }
}

/** Sealed, so that a weak secret cannot be guessed from it. */
function digestOf(secret: Secret): string {
  return createHash("sha256").update("ghostllm sessions").update(secret.reveal()).digest("hex");
}

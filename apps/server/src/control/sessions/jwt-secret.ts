import { randomBytes } from "node:crypto";
import type { ControlLog } from "#control/control-log.ts";
import { UnsealError } from "#control/encryption/encryption.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { Store } from "#control/store/store.ts";
import { Secret } from "#domain/secret.ts";

const settingName = "jwt_secret";

interface JwtSecretOptions {
  readonly configured: Secret | null;
  readonly store: Store;
  readonly encryption: Encryption;
  readonly log: ControlLog;
}

/** The configured secret, or a generated one that is kept, sealed, in the database, so that sessions outlive a restart. */
export async function loadJwtSecret({ configured, store, encryption, log }: JwtSecretOptions): Promise<Secret> {
  if (configured !== null) return configured;
  const stored = await store.settings.get(settingName);
  if (stored !== undefined) {
    try {
      return await encryption.open(stored, settingName);
    } catch (error) {
      // Where a service that keeps keys is away, it opens later.
      if (!(error instanceof UnsealError)) throw error;
      log.warn({ err: error }, "The stored secret of sessions cannot be opened, so all sessions end now");
    }
  }
  const made = new Secret(randomBytes(32).toString("base64url"));
  if (await store.settings.replace(settingName, stored, await encryption.seal(made, settingName))) return made;
  // Another instance was faster: what it made holds for all.
  return encryption.open((await store.settings.get(settingName)) ?? "", settingName);
}

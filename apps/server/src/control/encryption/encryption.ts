// Encryption at rest of vendor credentials and other secrets in the database. Called by resources, snapshot and first start.
// Invariant: a sealed text opens only with the master key and the binding (the row it belongs to) it was sealed with.

import { join } from "node:path";
import type { ControlLog } from "#control/control-log.ts";
import { Secret } from "#domain/secret.ts";
import { openEnvelope, parseEnvelope, sealEnvelope } from "./envelope.ts";
import { readOrCreateKeyFile } from "./key-file.ts";
import { newKeyText, parseMasterKey } from "./master-key.ts";
import type { MasterKey } from "./master-key.ts";

export interface Encryption {
  seal(plain: Secret, binding: string): Promise<string>;
  /** Rejects with an UnsealError. */
  open(sealed: string, binding: string): Promise<Secret>;
}

/** The sealed text cannot be opened. The message says why, and never holds the secret. */
export class UnsealError extends Error {
  override readonly name = "UnsealError";
}

interface EncryptionOptions {
  readonly encryptionKey: Secret | null;
  readonly dataDir: string;
  readonly log: ControlLog;
}

export async function loadEncryption({ encryptionKey, dataDir, log }: EncryptionOptions): Promise<Encryption> {
  if (encryptionKey !== null) return createEncryption(parseMasterKey(encryptionKey));
  const path = join(dataDir, "encryption.key");
  const { text, created } = await readOrCreateKeyFile(path, newKeyText);
  if (created) {
    log.warn(
      { path },
      "ENCRYPTION_KEY is not set: vendor credentials are encrypted with a key that was generated into a file beside the data. Back it up, and set ENCRYPTION_KEY in production",
    );
  }
  return createEncryption(parseMasterKey(new Secret(text)));
}

export function createEncryption(master: MasterKey): Encryption {
  return {
    async seal(plain, binding) {
      const key = await master.keyFor(master.hint);
      if (key === null) throw new Error("A master key does not know its own hint");
      return sealEnvelope(plain.reveal(), binding, key, master.hint);
    },
    async open(sealed, binding) {
      const envelope = parseEnvelope(sealed);
      if (envelope === null) throw new UnsealError(`The stored secret of ${binding} is not in a known format`);
      const key = await master.keyFor(envelope.keyHint);
      if (key === null) {
        throw new UnsealError(
          `The stored secret of ${binding} was sealed with another ENCRYPTION_KEY than the present one`,
        );
      }
      try {
        return new Secret(openEnvelope(envelope, binding, key));
      } catch (cause) {
        throw new UnsealError(
          `The stored secret of ${binding} cannot be opened: ENCRYPTION_KEY is another one, or the row was tampered with`,
          { cause },
        );
      }
    },
  };
}

import { hash, randomBytes } from "node:crypto";

export interface KeyMaterial {
  /** The whole key: shown once, never stored. */
  readonly key: string;
  /** `gk-` and 12 characters: what logs and lists show. */
  readonly publicId: string;
  /** SHA-256, lower-case hex. */
  readonly keyHash: string;
}

const publicCharacters = 12;

export function newKeyMaterial(): KeyMaterial {
  // Hex has no `-`, so the parts of a key can be told apart.
  const publicId = `gk-${randomBytes(publicCharacters / 2).toString("hex")}`;
  const key = `${publicId}-${randomBytes(32).toString("hex")}`;
  return { key, publicId, keyHash: hashKey(key) };
}

export function hashKey(key: string): string {
  return hash("sha256", key);
}

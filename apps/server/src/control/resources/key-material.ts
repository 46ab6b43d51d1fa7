import { hash, randomBytes } from "node:crypto";

export interface KeyMaterial {
  /** The whole key: shown once, never stored. */
  readonly key: string;
  /** `gk-` and 12 characters: what logs and lists show. Of tokens of directories it begins with `scim-`. */
  readonly publicId: string;
  /** SHA-256, lower-case hex. */
  readonly keyHash: string;
}

const publicCharacters = 12;

export function newKeyMaterial(kind: "gk" | "scim" = "gk"): KeyMaterial {
  // Hex has no `-`, so the parts of a key can be told apart.
  const publicId = `${kind}-${randomBytes(publicCharacters / 2).toString("hex")}`;
  const key = `${publicId}-${randomBytes(32).toString("hex")}`;
  return { key, publicId, keyHash: hashKey(key) };
}

/** For a key that nobody here has made: all that is known of it is its hash. */
export function importedMaterial(keyHash: string): Omit<KeyMaterial, "key"> {
  return { publicId: `ik-${keyHash.slice(0, publicCharacters)}`, keyHash };
}

export function hashKey(key: string): string {
  return hash("sha256", key);
}

// The sealed text of one secret: a data key of its own, wrapped by the master key. AES-256-GCM for both.
// `v1.<key hint>.<iv, wrapped data key, tag>.<iv, ciphertext, tag>`, each part but the first in base64url.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const version = "v1";
const cipher = "aes-256-gcm";
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

export interface Envelope {
  /** Tells which master key it was sealed with. */
  readonly keyHint: string;
  readonly wrappedKey: Buffer;
  readonly sealed: Buffer;
}

export function sealEnvelope(plain: string, binding: string, masterKey: Buffer, keyHint: string): string {
  const dataKey = randomBytes(keyBytes);
  const wrappedKey = encrypt(dataKey, masterKey, binding);
  const sealed = encrypt(Buffer.from(plain, "utf8"), dataKey, binding);
  return [version, keyHint, wrappedKey.toString("base64url"), sealed.toString("base64url")].join(".");
}

export function parseEnvelope(text: string): Envelope | null {
  const [found, keyHint, wrappedKey, sealed, ...rest] = text.split(".");
  if (found !== version || keyHint === undefined || wrappedKey === undefined || sealed === undefined) return null;
  if (rest.length > 0) return null;
  return { keyHint, wrappedKey: Buffer.from(wrappedKey, "base64url"), sealed: Buffer.from(sealed, "base64url") };
}

/** Throws where the key, the binding or a single bit is another than at sealing. */
export function openEnvelope({ wrappedKey, sealed }: Envelope, binding: string, masterKey: Buffer): string {
  return decrypt(sealed, decrypt(wrappedKey, masterKey, binding), binding).toString("utf8");
}

function encrypt(plain: Buffer, key: Buffer, binding: string): Buffer {
  const iv = randomBytes(ivBytes);
  const encryption = createCipheriv(cipher, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(binding, "utf8"));
  return Buffer.concat([iv, encryption.update(plain), encryption.final(), encryption.getAuthTag()]);
}

function decrypt(box: Buffer, key: Buffer, binding: string): Buffer {
  const decryption = createDecipheriv(cipher, key, box.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(binding, "utf8"))
    .setAuthTag(box.subarray(-tagBytes));
  return Buffer.concat([decryption.update(box.subarray(ivBytes, -tagBytes)), decryption.final()]);
}

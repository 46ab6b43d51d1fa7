// Values that LiteLLM keeps encrypted in its database: by LITELLM_SALT_KEY, or by its master key where there is none.
// https://docs.litellm.ai/docs/proxy/prod

import { createDecipheriv, createHash } from "node:crypto";
import nacl from "tweetnacl";

const gcmPrefix = "v2:gcm:";
const [gcmNonceBytes, gcmTagBytes] = [12, 16];

/** Null where it is no such value, or of another key. */
export function decrypt(value: string, saltKey: string): string | null {
  const key = createHash("sha256").update(saltKey).digest();
  try {
    return value.startsWith(gcmPrefix) ? openGcm(value.slice(gcmPrefix.length), key) : openBox(value, key);
  } catch {
    return null;
  }
}

/** The nonce, what is sealed, and the tag. */
function openGcm(text: string, key: Buffer): string {
  const sealed = Buffer.from(text, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, gcmNonceBytes));
  decipher.setAuthTag(sealed.subarray(sealed.length - gcmTagBytes));
  const opened = decipher.update(sealed.subarray(gcmNonceBytes, sealed.length - gcmTagBytes));
  return Buffer.concat([opened, decipher.final()]).toString("utf8");
}

/** XSalsa20-Poly1305, with the nonce before it. */
function openBox(text: string, key: Buffer): string | null {
  const sealed = Buffer.from(text.replaceAll("-", "+").replaceAll("_", "/"), "base64");
  const { nonceLength, overheadLength } = nacl.secretbox;
  if (sealed.length < nonceLength + overheadLength) return null;
  const opened = nacl.secretbox.open(sealed.subarray(nonceLength), sealed.subarray(0, nonceLength), key);
  return opened === null ? null : Buffer.from(opened).toString("utf8");
}

import type { Secret } from "#domain/secret.ts";
import { decrypt, encrypt } from "./envelope.ts";
import { parseMasterKey } from "./master-key.ts";
import type { KeyKind, WrappingKey } from "./wrapping-key.ts";

/** A key that this server has. Throws where the text is neither a key nor a passphrase that is long enough. */
export function localKey(text: Secret, kind: Extract<KeyKind, "file" | "configured">): WrappingKey {
  const master = parseMasterKey(text);
  return {
    kind,
    name: master.name,
    knows: (hint) => master.knows(hint),
    async wrap(dataKey, binding) {
      const key = await master.keyFor(master.hint);
      if (key === null) throw new Error("A master key does not know its own hint");
      return { hint: master.hint, bytes: encrypt(dataKey, key, binding) };
    },
    async unwrap({ hint, bytes }, binding) {
      const key = await master.keyFor(hint);
      return key === null ? null : decryptOrNull(bytes, key, binding);
    },
  };
}

/** Of two passphrases only the right one opens it. */
function decryptOrNull(bytes: Buffer, key: Buffer, binding: string): Buffer | null {
  try {
    return decrypt(bytes, key, binding);
  } catch {
    return null;
  }
}

// A key that HashiCorp Vault, or OpenBao, keeps in its transit engine: data keys are sent there to be wrapped.
// https://developer.hashicorp.com/vault/api-docs/secret/transit

import { createHash } from "node:crypto";
import type { Secret } from "#domain/secret.ts";
import type { AskWeb } from "#control/sign-in/ask-web.ts";
import { askPatiently, remembering, textAt } from "./key-service.ts";
import { KeyServiceError } from "./wrapping-key.ts";
import type { WrappingKey } from "./wrapping-key.ts";

export interface VaultPlace {
  /** Scheme, host and port. */
  readonly address: string;
  /** Where the transit engine is mounted. */
  readonly mount: string;
  readonly key: string;
}

/** `vault:https://vault.example.com:8200/transit/ghostllm`; null for what has another form. */
export function parseVaultPlace(text: string): VaultPlace | null {
  const url = text.startsWith("vault:") ? URL.parse(text.slice("vault:".length)) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) return null;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return null;
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const key = parts.pop();
  return key === undefined || parts.length === 0 ? null : { address: url.origin, mount: parts.join("/"), key };
}

interface VaultAccess {
  readonly token: Secret;
  /** Of Vault Enterprise and OpenBao; null: the root's. */
  readonly namespace: string | null;
  readonly ask: AskWeb;
}

export function vaultKey(place: VaultPlace, { token, namespace, ask }: VaultAccess): WrappingKey {
  const name = `${place.address}/${place.mount}/${place.key}`;
  const hint = `v${createHash("sha256")
    .update(`${namespace ?? ""} ${name}`)
    .digest("hex")
    .slice(0, 12)}`;
  const send = async (action: "encrypt" | "decrypt", body: object, answered: string): Promise<string> => {
    const url = `${place.address}/v1/${place.mount}/${action}/${place.key}`;
    const headers = {
      "content-type": "application/json",
      "x-vault-token": token.reveal(),
      "x-vault-request": "true",
      ...(namespace !== null && { "x-vault-namespace": namespace }),
    };
    const answer = await askPatiently(`Vault (${name})`, ask, () => ({ url, headers, body: JSON.stringify(body) }));
    const text = textAt(answer, "data", answered);
    if (text === null) throw new KeyServiceError(`Vault (${name}) answers without \`data.${answered}\``);
    return text;
  };
  return remembering({
    kind: "vault",
    name,
    knows: (asked) => asked === hint,
    async wrap(dataKey) {
      const text = await send("encrypt", { plaintext: dataKey.toString("base64") }, "ciphertext");
      return { hint, bytes: Buffer.from(text, "utf8") };
    },
    unwrap: async ({ bytes }) =>
      Buffer.from(await send("decrypt", { ciphertext: bytes.toString("utf8") }, "plaintext"), "base64"),
  });
}

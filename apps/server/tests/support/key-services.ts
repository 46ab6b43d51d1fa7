// Services that keep keys, as far as a server needs them: Vault's transit engine and AWS KMS, each with a key that never leaves it.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { decrypt, encrypt } from "#control/encryption/envelope.ts";
import { signRequest } from "#domain/aws-signature.ts";
import { Secret } from "#domain/secret.ts";

export interface KeyService {
  readonly url: string;
  /** How often each thing was asked for. */
  readonly asked: Readonly<Record<string, number>>;
  /** As while it is sealed, or away: all is answered 503. */
  isAway: boolean;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

type Respond = (request: IncomingMessage, body: Record<string, unknown>, raw: string) => readonly [string, Answer];

async function start(respond: Respond): Promise<KeyService> {
  const asked: Record<string, number> = {};
  const service = { isAway: false };
  const server: Server = createServer((request, response) => {
    void text(request).then((raw) => {
      const [action, answer] = respond(request, JSON.parse(raw) as Record<string, unknown>, raw);
      asked[action] = (asked[action] ?? 0) + 1;
      const { status, body } = service.isAway ? { status: 503, body: { errors: ["Vault is sealed"] } } : answer;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return Object.assign(service, { url, asked, close });
}

/** `update` is allowed to this token on one key of `transit`, which has versions. */
export function startVault(token: string): Promise<KeyService & { addVersion?: () => void }> {
  const versions = [randomBytes(32)];
  return start(({ url = "", headers }, body) => {
    const action = url.includes("/encrypt/") ? "encrypt" : "decrypt";
    if (headers["x-vault-token"] !== token) return [action, { status: 403, body: { errors: ["permission denied"] } }];
    if (url !== `/v1/transit/${action}/ghostllm`) return [action, { status: 404, body: { errors: [] } }];
    if (action === "encrypt") {
      const box = encrypt(Buffer.from(String(body["plaintext"]), "base64"), versions.at(-1) ?? Buffer.alloc(32), "");
      return [
        action,
        { status: 200, body: { data: { ciphertext: `vault:v${versions.length}:${box.toString("base64")}` } } },
      ];
    }
    const [, version = "1", box = ""] = /^vault:v(\d+):(.+)$/.exec(String(body["ciphertext"])) ?? [];
    const plain = decrypt(Buffer.from(box, "base64"), versions[Number(version) - 1] ?? Buffer.alloc(32), "");
    return [action, { status: 200, body: { data: { plaintext: plain.toString("base64") } } }];
  });
}

export interface KmsCredential {
  readonly id: string;
  readonly secret: string;
}

/** It believes none but who has signed, and opens nothing in another context. */
export function startKms(region: string, { id, secret }: KmsCredential): Promise<KeyService> {
  const key = randomBytes(32);
  return start((request, body, raw) => {
    const { headers } = request;
    const action = String(headers["x-amz-target"]).replace("TrentService.", "");
    if (!isSigned(request, raw, { region, id, secret }))
      return [
        action,
        { status: 400, body: { __type: "InvalidSignatureException", message: "The signature does not match." } },
      ];
    const context = JSON.stringify(body["EncryptionContext"]);
    if (action === "Encrypt") {
      const box = encrypt(Buffer.from(String(body["Plaintext"]), "base64"), key, context);
      return [action, { status: 200, body: { CiphertextBlob: box.toString("base64"), KeyId: body["KeyId"] } }];
    }
    const plain = decrypt(Buffer.from(String(body["CiphertextBlob"]), "base64"), key, context);
    return [action, { status: 200, body: { Plaintext: plain.toString("base64"), KeyId: body["KeyId"] } }];
  });
}

function isSigned(
  { headers }: IncomingMessage,
  body: string,
  { region, id, secret }: KmsCredential & { readonly region: string },
): boolean {
  const stamp = String(headers["x-amz-date"]);
  const now = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const sent = { "content-type": String(headers["content-type"]), "x-amz-target": String(headers["x-amz-target"]) };
  const request = { method: "POST", url: `http://${headers.host}/`, headers: sent, body };
  const key = { id, secret: new Secret(secret), sessionToken: null };
  const signed: Readonly<Record<string, string>> = signRequest(request, { key, service: "kms", region, now }).headers;
  return signed["authorization"] === headers.authorization;
}

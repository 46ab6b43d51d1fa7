// An authenticator as phones and laptops have one (WebAuthn, level 3): it keeps keys by the host that they are for, and signs. What it
// would never do it does where a test asks for it.

import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

const flagBits = { present: 0x01, verified: 0x04, eligible: 0x08, synced: 0x10, attested: 0x40 };

interface Kept {
  readonly id: Buffer;
  readonly rpId: string;
  readonly userHandle: string;
  readonly key: KeyObject;
  counter: number;
}

/** What a server has asked for. */
export type Options = Readonly<Record<string, unknown>>;

interface Oddity {
  /** In place of the page's. */
  readonly origin?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly rpId?: string;
  readonly counter?: number;
  readonly isVerified?: boolean;
  readonly isPresent?: boolean;
  readonly userHandle?: string;
  /** Signed by another key, as a credential of that name. */
  readonly credentialId?: string;
}

export class Authenticator {
  readonly #origin: string;
  readonly #kept: Kept[] = [];
  /** Those that are kept by a provider do not count. */
  readonly #counts: boolean;

  constructor(origin: string, { counts = true } = {}) {
    this.#origin = origin;
    this.#counts = counts;
  }

  /** A credential of its own, as `PublicKeyCredential.toJSON()` tells it. */
  make(options: Options, oddity: Oddity = {}) {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const rpId = oddity.rpId ?? textOf(options["rp"], "id");
    const kept: Kept = {
      ...{ id: oddity.credentialId === undefined ? randomBytes(32) : Buffer.from(oddity.credentialId, "base64url") },
      ...{ rpId, userHandle: textOf(options["user"], "id"), key: privateKey, counter: 0 },
    };
    this.#kept.push(kept);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(kept.id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, kept.id, coseOf(publicKey)]);
    const data = Buffer.concat([this.#dataOf(kept, oddity, flagBits.attested), attested]);
    return {
      ...this.#told(kept),
      response: {
        clientDataJSON: this.#clientData("webauthn.create", options, oddity),
        attestationObject: attestationOf(data).toString("base64url"),
        transports: ["internal"],
      },
    };
  }

  /** Signs with the credential that it has for the host. */
  sign(options: Options, oddity: Oddity = {}) {
    const rpId = oddity.rpId ?? textOf(options, "rpId");
    const kept = this.#kept.findLast((one) => one.rpId === textOf(options, "rpId"));
    if (kept === undefined) throw new Error(`There is no credential for ${rpId}`);
    if (this.#counts) kept.counter += 1;
    const data = this.#dataOf({ ...kept, rpId }, oddity);
    const clientDataJSON = this.#clientData("webauthn.get", options, oddity);
    const clientHash = createHash("sha256").update(Buffer.from(clientDataJSON, "base64url")).digest();
    return {
      ...this.#told(kept, oddity.credentialId),
      response: {
        ...{ clientDataJSON, authenticatorData: data.toString("base64url") },
        signature: sign("sha256", Buffer.concat([data, clientHash]), kept.key).toString("base64url"),
        userHandle: oddity.userHandle ?? kept.userHandle,
      },
    };
  }

  #told({ id }: Kept, credentialId = id.toString("base64url")) {
    return {
      ...{ id: credentialId, rawId: credentialId, type: "public-key" as const },
      ...{ authenticatorAttachment: "platform" as const, clientExtensionResults: {} },
    };
  }

  #dataOf({ rpId, counter }: Pick<Kept, "rpId" | "counter">, oddity: Oddity, more = 0): Buffer {
    const present = oddity.isPresent === false ? 0 : flagBits.present;
    const verified = oddity.isVerified === false ? 0 : flagBits.verified;
    const synced = this.#counts ? 0 : flagBits.eligible | flagBits.synced;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(oddity.counter ?? counter);
    const flags = Buffer.from([present | verified | synced | more]);
    return Buffer.concat([createHash("sha256").update(rpId).digest(), flags, count]);
  }

  #clientData(type: string, options: Options, oddity: Oddity): string {
    const challenge = oddity.challenge ?? textOf(options, "challenge");
    const data = { type: oddity.type ?? type, challenge, origin: oddity.origin ?? this.#origin, crossOrigin: false };
    return Buffer.from(JSON.stringify(data)).toString("base64url");
  }
}

function textOf(value: unknown, name: string): string {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  if (typeof found !== "string") throw new Error(`There is no ${name} in ${JSON.stringify(value)}`);
  return found;
}

/** ES256, in COSE (RFC 9053): a map of five, written by hand. */
function coseOf(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const [head, between] = [Buffer.from("a5010203262001215820", "hex"), Buffer.from("225820", "hex")];
  return Buffer.concat([head, Buffer.from(x, "base64url"), between, Buffer.from(y, "base64url")]);
}

/** Of nobody: `{fmt: "none", attStmt: {}, authData}` in CBOR. */
function attestationOf(data: Buffer): Buffer {
  const head = Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746159", "hex");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(data.length);
  return Buffer.concat([head, length, data]);
}

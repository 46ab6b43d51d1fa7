// A key that AWS KMS keeps: data keys are sent there to be wrapped. The binding goes along as the encryption context, so that
// CloudTrail tells what was opened. https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html

import { createHash } from "node:crypto";
import { signRequest } from "#domain/aws-signature.ts";
import type { SigningKey } from "#domain/aws-signature.ts";
import type { AskWeb } from "#control/sign-in/ask-web.ts";
import { askPatiently, remembering, textAt } from "./key-service.ts";
import { KeyServiceError } from "./wrapping-key.ts";
import type { WrappingKey } from "./wrapping-key.ts";

export interface KmsPlace {
  readonly region: string;
  /** An ARN, an id, or `alias/NAME`. */
  readonly key: string;
}

/** `aws-kms:arn:aws:kms:eu-west-1:111122223333:key/ID`, or `aws-kms:eu-west-1/alias/NAME`; null for what has another form. */
export function parseKmsPlace(text: string): KmsPlace | null {
  if (!text.startsWith("aws-kms:")) return null;
  const place = text.slice("aws-kms:".length);
  const [, arnRegion] = /^arn:aws[\w-]*:kms:([a-z\d-]+):\d{12}:(?:key|alias)\/[\w/-]+$/.exec(place) ?? [];
  if (arnRegion !== undefined) return { region: arnRegion, key: place };
  const [, region, key] = /^([a-z]{2}[a-z\d-]+)\/((?:alias\/)?[\w/-]+)$/.exec(place) ?? [];
  return region === undefined || key === undefined ? null : { region, key };
}

interface KmsAccess {
  readonly signingKey: SigningKey;
  /** In place of Amazon's own; null for that. */
  readonly endpoint: string | null;
  readonly ask: AskWeb;
  /** Epoch ms. */
  readonly now: () => number;
}

export function awsKmsKey({ region, key }: KmsPlace, { signingKey, endpoint, ask, now }: KmsAccess): WrappingKey {
  const name = `${region}/${key}`;
  const hint = `a${createHash("sha256").update(name).digest("hex").slice(0, 12)}`;
  const url = `${endpoint ?? `https://kms.${region}.amazonaws.com`}/`;
  const send = async (action: "Encrypt" | "Decrypt", content: object, answered: string): Promise<Buffer> => {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": `TrentService.${action}` };
    const request = { method: "POST", url, headers, body: JSON.stringify({ KeyId: key, ...content }) };
    const answer = await askPatiently(`AWS KMS (${name})`, ask, () =>
      signRequest(request, { key: signingKey, service: "kms", region, now: now() }),
    );
    const text = textAt(answer, answered);
    if (text === null) throw new KeyServiceError(`AWS KMS (${name}) answers without \`${answered}\``);
    return Buffer.from(text, "base64");
  };
  return remembering({
    kind: "aws_kms",
    name,
    knows: (asked) => asked === hint,
    async wrap(dataKey, binding) {
      const content = { Plaintext: dataKey.toString("base64"), EncryptionContext: { ghostllm: binding } };
      return { hint, bytes: await send("Encrypt", content, "CiphertextBlob") };
    },
    unwrap: ({ bytes }, binding) => {
      const content = { CiphertextBlob: bytes.toString("base64"), EncryptionContext: { ghostllm: binding } };
      return send("Decrypt", content, "Plaintext");
    },
  });
}

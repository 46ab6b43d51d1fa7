// The texts of a request as they lie in the database: packed, and sealed for this request alone.

import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { decrypt, encrypt } from "#control/encryption/envelope.ts";
import type { ContentRow } from "#control/store/contents/content-store.ts";
import type { KeptText, RequestContent } from "#link/contents.ts";
import type { ContentKey } from "./content-keys.ts";

/** What is opened of one text. */
export interface OpenedText extends Omit<KeptText, "text"> {
  readonly text: string | null;
}

export interface OpenedContent {
  readonly request: OpenedText | null;
  readonly answer: OpenedText | null;
}

export type SealedContent = Pick<ContentRow, "requestId" | "contentKeyId" | "sealed">;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

const textSchema = z
  .object({
    ...{ contentType: z.string(), bytes: z.number(), text: z.string().nullable(), isCut: z.boolean() },
    leftOut: z.number(),
  })
  .nullable();
const contentSchema: z.ZodType<OpenedContent> = z.object({ request: textSchema, answer: textSchema });

export async function sealContent(content: RequestContent, { id, dataKey }: ContentKey): Promise<ContentRow> {
  const { requestId, createdAt, userId, keyId: apiKeyId, teamId, request, answer } = content;
  const plain = JSON.stringify({ request: opened(request), answer: opened(answer) });
  const sealed = encrypt(await pack(plain), dataKey, bindingOf(requestId)).toString("base64");
  return { requestId, createdAt, userId, apiKeyId, teamId, contentKeyId: id, sealed };
}

/** Throws where it was tampered with, or is another request's. */
export async function openContent(
  { requestId, sealed }: SealedContent,
  { dataKey }: ContentKey,
): Promise<OpenedContent> {
  const packed = decrypt(Buffer.from(sealed, "base64"), dataKey, bindingOf(requestId));
  return contentSchema.parse(JSON.parse((await unpack(packed)).toString("utf8")));
}

const bindingOf = (requestId: string): string => `content of request ${requestId}`;

function opened(kept: KeptText | null): OpenedText | null {
  if (kept === null) return null;
  const { text } = kept;
  return { ...kept, text: text === null ? null : Buffer.from(text).toString("utf8") };
}

// A usage record as a line of the journal, and back. The file is a border: what is read from it is checked whole.

import { z } from "zod";
import type { UsageRecord } from "#domain/usage-record.ts";

const integer = z.number().int();
const text = z.string();

const recordSchema: z.ZodType<UsageRecord> = z.object({
  id: text,
  createdAt: integer,
  userId: text,
  apiKeyId: text,
  modelId: text.nullable(),
  providerId: text,
  provider: text,
  model: text,
  requestedModel: text,
  operation: text,
  streamed: z.boolean(),
  status: z.enum(["ok", "error", "client_abort", "timeout"]),
  httpStatus: integer,
  errorCode: text.nullable(),
  promptTokens: integer,
  completionTokens: integer,
  totalTokens: integer,
  cachedTokens: integer,
  reasoningTokens: integer,
  // Absent in the lines of earlier versions.
  cacheWriteTokens: integer.default(0),
  cacheWriteHourTokens: integer.default(0),
  audioPromptTokens: integer.default(0),
  audioCompletionTokens: integer.default(0),
  imagePromptTokens: integer.default(0),
  imageCompletionTokens: integer.default(0),
  cachedAudioTokens: integer.default(0),
  serviceClass: text.nullable().default(null),
  geography: text.nullable().default(null),
  webSearches: integer.default(0),
  fileSearches: integer.default(0),
  estimated: z.boolean(),
  usageBounded: z.boolean().optional(),
  unanswered: z.object({ attempts: integer, tokens: integer, costNanos: integer.nullable() }).optional(),
  costNanos: integer.nullable(),
  chargedNanos: integer.optional(),
  priceVersion: text.nullable(),
  latencyMs: z.number(),
  ttftMs: z.number().nullable(),
  attempts: integer,
  ipAddress: text.nullable(),
  userAgent: text.nullable(),
});

export function encodeRecord(record: UsageRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

export type ParsedLine = { readonly record: UsageRecord } | { readonly reason: string };

export function parseLine(line: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { reason: "not JSON: torn or damaged" };
  }
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return { record: parsed.data };
  return { reason: `not a usage record: ${z.prettifyError(parsed.error)}` };
}

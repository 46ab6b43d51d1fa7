// What it takes to read an answer that is kept as its vendor gave it, as text.

import type { DialectName, SentRequest } from "@ghostllm/llm";
import type { AnswerHeaders } from "#gateway/upstream/upstream.ts";
import type { Target } from "#domain/snapshot.ts";
import type { Mark } from "./pace.ts";

/** Of an answer that comes. */
export interface Heard {
  readonly target: Target;
  /** The vendor's dialect. */
  readonly upstream: DialectName;
  readonly notes: readonly string[];
  readonly sent: () => SentRequest;
}

export interface AnswerHead {
  readonly providerId: string;
  readonly model: string;
  /** The vendor's dialect. */
  readonly dialect: DialectName;
  readonly contentType: string;
  readonly notes: readonly string[];
  /** What it cost then, for vendors that do not say what was used; null: unknown. */
  readonly costNanos: number | null;
  readonly sent: SentRequest;
  /** When its bytes came; null: it is told at once. */
  readonly pace?: readonly Mark[] | null;
  /** It was told to another question, of the same meaning. */
  readonly likeness?: Likeness;
}

export interface Likeness {
  readonly similarity: number;
  /** The request to which it was told first. */
  readonly of: string;
}

interface Finished {
  readonly pace: readonly Mark[] | null;
  readonly headers: AnswerHeaders;
  readonly costNanos: number | null;
}

export function writeHead({ target, upstream, notes, sent }: Heard, { headers, costNanos, pace }: Finished): string {
  const { callIds, renamedTools, ...rest } = sent();
  return JSON.stringify({
    ...{ providerId: target.provider.id, model: target.model, dialect: upstream },
    ...{ contentType: String(headers["content-type"] ?? "application/json"), notes, costNanos },
    ...(pace !== null && { pace }),
    sent: { ...rest, callIds: [...callIds], renamedTools: [...renamedTools] },
  });
}

/** The same answer, for a question that is like the one it was told to. */
export function withLikeness(head: string, { similarity, of }: Likeness): string {
  return JSON.stringify({ ...(JSON.parse(head) as object), likeness: { similarity, of } });
}

type Written = Omit<AnswerHead, "sent"> & {
  readonly sent: Omit<SentRequest, "callIds" | "renamedTools"> & {
    readonly callIds: readonly string[];
    readonly renamedTools: readonly (readonly [string, string])[];
  };
};

/** Names say which version has written it. */
export function readHead(text: string): AnswerHead {
  const { sent, ...head } = JSON.parse(text) as Written;
  return {
    ...head,
    sent: { ...sent, callIds: new Set(sent.callIds), renamedTools: new Map(sent.renamedTools) },
  };
}

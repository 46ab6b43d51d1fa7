import { GhostError } from "@ghostllm/contract";
import { dialects, operationUrl } from "@ghostllm/llm";
import type { ParsedRequest, UpstreamDialect } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import { credentialHeaders } from "#gateway/upstream/credential.ts";
import { decoded } from "#gateway/upstream/decoded-answer.ts";
import { readWhole } from "#gateway/upstream/read-whole.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { UpstreamAnswer, UpstreamCall, UpstreamClient } from "#gateway/upstream/upstream.ts";
import type { Lifeline } from "./lifeline.ts";
import { readFirstFrames } from "./stream.ts";
import type { StreamAnswer, VendorAnswer } from "./vendor-answer.ts";

export interface AttemptInput {
  readonly target: Target;
  readonly request: ParsedRequest;
  readonly headers: Readonly<Record<string, string>>;
  readonly upstream: UpstreamClient;
  readonly lifeline: Lifeline;
  readonly answerBufferBytes: number;
  /** Told of the call as soon as it is made. */
  readonly onCall: (call: UpstreamCall) => void;
}

/**
 * One try at a target. Answers with whatever the vendor answered, errors included; rejects with UpstreamFailure when
 * there is no answer, when it breaks off before its first event, or when it makes no sense.
 */
export async function attemptTarget(input: AttemptInput): Promise<VendorAnswer> {
  const { target, request, lifeline, upstream } = input;
  const dialect = dialects[target.provider.definition.dialect].upstream;
  const call = upstream.send({
    method: "POST",
    url: urlOf(target, request),
    headers: { ...input.headers, ...credentialHeaders(target.provider) },
    body: dialect.editRequest(request, { model: target.model, quirks: target.provider.definition.quirks ?? {} }),
  });
  input.onCall(call);
  lifeline.hold(call);
  const answer = decoded(await call.answer);
  return isEventStream(answer) ? readStream(input, answer, dialect) : readAnswer(input, answer, dialect);
}

function urlOf({ provider, model }: Target, { operation }: ParsedRequest): string {
  const { definition, baseUrl, settings } = provider;
  const url = operationUrl(definition, operation, { baseUrl, model, settings });
  if (url === null) throw new GhostError("internal_error", `${provider.name} was planned for ${operation}`);
  return url;
}

function isEventStream({ status, headers }: UpstreamAnswer): boolean {
  return status < 300 && /^text\/event-stream\b/i.test(String(headers["content-type"]));
}

async function readStream(
  { target, request }: AttemptInput,
  source: UpstreamAnswer,
  dialect: UpstreamDialect,
): Promise<StreamAnswer> {
  const tap = dialect.createStreamTap(request, target.provider.definition.quirks ?? {});
  const first = await readFirstFrames(source, tap);
  return { kind: "stream", target, status: source.status, headers: source.headers, first, tap, source };
}

async function readAnswer(
  { target, answerBufferBytes }: AttemptInput,
  source: UpstreamAnswer,
  dialect: UpstreamDialect,
): Promise<VendorAnswer> {
  const base = { target, status: source.status, headers: source.headers };
  if (source.status >= 300 && source.status < 400) {
    throw new UpstreamFailure("broken", `the base URL leads elsewhere (status ${source.status})`);
  }
  const { body, complete } = await readWhole(source, answerBufferBytes);
  if (!complete) {
    const tap = dialect.createLargeAnswerTap();
    return { kind: "stream", ...base, first: tap.push(body), tap, source };
  }
  if (source.status >= 300) return { kind: "whole", ...base, body, usage: null };
  const { usage, broken } = dialect.readAnswer(body);
  if (broken) throw new UpstreamFailure("broken", "the answer is not valid JSON");
  return { kind: "whole", ...base, body, usage };
}

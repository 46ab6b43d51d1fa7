// What is done to large bodies off the event loop: pure functions of plain data, run by the thread in heavy-thread.ts.

import { isUtf8 } from "node:buffer";
import { GhostError } from "@ghostllm/contract";
import {
  demandOf,
  dialects,
  findMembers,
  JsonExtent,
  passageBetween,
  restoreAnswer,
  vendorDialects,
} from "@ghostllm/llm";
import type {
  AnswerFacts,
  ClientDialectName,
  DialectName,
  DialectTexts,
  KnownTurns,
  Operation,
  ParsedRequest,
  RequestDemand,
  RequestEdits,
  RequestLine,
  SentRequest,
  WholeAnswerReading,
} from "@ghostllm/llm";
import type { Guardrail } from "#domain/guardrails/guardrail.ts";
import type { Hits } from "#domain/guardrails/look.ts";
import { lookAtBody, withTexts } from "#domain/guardrails/look-body.ts";
import type { BodyToLookAt } from "#domain/guardrails/look-body.ts";
import { protectBody } from "#domain/privacy/protect.ts";
import type { BodyToProtect, Guard, ProtectedBody, Protection } from "#domain/privacy/protect.ts";
import { Restorer } from "#domain/privacy/restorer.ts";
import type { Placeholders } from "#domain/privacy/restorer.ts";
import type { Routing } from "#domain/routing/routing.ts";
import { takeRouting } from "#domain/routing/take-routing.ts";

export interface ParseJob {
  readonly kind: "parse";
  readonly dialect: ClientDialectName;
  readonly operation: Operation;
  readonly line: RequestLine;
  readonly body: Buffer;
  /** What it can cause must be told, too. */
  readonly wantsDemand: boolean;
  /** The policy that holds for it; null where there is none. */
  readonly guard: Guard | null;
}

/** A way between two dialects. */
export interface WayOfJob {
  readonly client: ClientDialectName;
  readonly upstream: DialectName;
  readonly operation: Operation;
  readonly facts: Omit<AnswerFacts, "elapsedMs">;
}

export interface EncodeJob extends WayOfJob {
  readonly kind: "encode";
  readonly request: ParsedRequest;
  readonly edits: RequestEdits;
  /** Those that are known of what the client dropped. */
  readonly turns: KnownTurns;
}

export interface ParsedElsewhere {
  readonly kind: "parse";
  readonly request: ParsedRequest;
  /** Null where it was not asked for. */
  readonly demand: RequestDemand | null;
  /** Null where no policy holds for it. */
  readonly protection: Protection | null;
  /** What the request says of where it is to go; null: nothing. */
  readonly routing: Routing | null;
  /** The request's, where a policy changed it, or something was taken out of it. */
  readonly changedBody: Buffer | null;
}

export interface EncodedElsewhere {
  readonly kind: "encode";
  /** Null where it is the request's own. */
  readonly body: Buffer | null;
  readonly notes: readonly string[];
  readonly sent: SentRequest;
  /** The names of the calls whose turns belong into it. */
  readonly wanted: readonly string[];
}

export interface ReadJob extends WayOfJob {
  readonly kind: "read";
  readonly request: ParsedRequest;
  readonly sent: SentRequest;
  readonly elapsedMs: number;
  readonly body: Buffer;
  /** Of its request; null where nothing stands for anything. */
  readonly placeholders: Placeholders | null;
  /** The content type, where it is a stream that is to be told as one answer. */
  readonly streamType: string | undefined;
  /** What they stand in is wanted as well. */
  readonly keepsPlaceholders: boolean;
}

export interface ReadElsewhere {
  readonly kind: "read";
  readonly reading: WholeAnswerReading;
  /** The body before texts were put in place of placeholders; null where it is that of the reading, or not wanted. */
  readonly withPlaceholders: Buffer | null;
}

/** Texts are held to guardrails. */
export interface LookJob extends Omit<BodyToLookAt, "texts"> {
  readonly kind: "look";
  readonly client: ClientDialectName;
  readonly guardrails: readonly Guardrail[];
  /** To be put in place of its own; null: it is looked at. */
  readonly put: readonly string[] | null;
}

export interface LookedElsewhere {
  readonly kind: "look";
  readonly hits: Hits;
  readonly isUnreadable: boolean;
  readonly texts: readonly string[];
  /** Null where it stays as it is. */
  readonly changedBody: Buffer | null;
}

export type HeavyJob = ParseJob | EncodeJob | ReadJob | LookJob;

export type HeavyResult = ParsedElsewhere | EncodedElsewhere | ReadElsewhere | LookedElsewhere;

export function runJob(job: HeavyJob): HeavyResult {
  if (job.kind === "parse") return parse(job);
  if (job.kind === "look") return look(job);
  return job.kind === "encode" ? encode(job) : read(job);
}

export function checkText(body: Buffer): void {
  if (!isUtf8(body)) throw new GhostError("invalid_request_error", "The request body is not valid UTF-8.");
}

function parse({ dialect, operation, body, line, wantsDemand, guard }: ParseJob): ParsedElsewhere {
  const isForm = /^multipart\//i.test(line.contentType ?? "");
  if (!isForm) checkText(body);
  const { client } = dialects[dialect];
  const whole = client.parseRequest(operation, body, line);
  const taken = takeRouting(whole);
  const given = taken === null ? whole : client.parseRequest(operation, taken.body, line);
  const looked = guard === null ? null : protectBody(guard, bodyToProtect(given, client.texts));
  const isChanged = looked !== null && looked.body !== given.body;
  const request = isChanged ? client.parseRequest(operation, looked.body, line) : given;
  return {
    ...{ kind: "parse", request, demand: wantsDemand ? demandOf(request) : null },
    protection: looked === null ? null : withoutBody(looked),
    routing: taken?.routing ?? null,
    changedBody: request.body === body ? null : request.body,
  };
}

function bodyToProtect({ body, form }: ParsedRequest, { request: texts }: DialectTexts): BodyToProtect {
  return { body, texts, contentType: form?.contentType };
}

function look({ client, guardrails, put, ...job }: LookJob): LookedElsewhere {
  const asked = { ...job, texts: dialects[client].client.texts };
  const looked = put === null ? lookAtBody(guardrails, asked) : { hits: [], texts: [], body: withTexts(asked, put) };
  const { hits, texts, body } = looked;
  const changedBody = body === null || body === asked.body ? null : body;
  return { kind: "look", hits, texts, isUnreadable: body === null, changedBody };
}

function withoutBody({ body: _body, ...protection }: ProtectedBody): Protection {
  return protection;
}

/** More turns than this no conversation has. */
const mostWanted = 10_000;

function encode({ client, upstream, operation, facts, request, edits, turns }: EncodeJob): EncodedElsewhere {
  const passage = passageBetween(dialects[client], vendorDialects[upstream], operation, { facts });
  const begun = passage.beginRequest(withMembers(request), edits);
  const { body, notes } = begun.encode(turns);
  const written = body === request.body ? null : Buffer.from(body);
  const wanted = begun.wanted.slice(0, mostWanted);
  return { kind: "encode", body: written, notes, sent: passage.sent(), wanted };
}

/** A form has none. Of others they were left out where they are many. */
function withMembers(request: ParsedRequest): ParsedRequest {
  const isKnown = request.form !== undefined || request.members !== null;
  return isKnown ? request : { ...request, members: findMembers(request.body) };
}

/** An answer with a vector for each of two thousand texts has six million numbers. */
const mostOfAnswer = { depth: 10_000, values: 10_000_000 };

function holdsTooMuch(body: Buffer): boolean {
  return new JsonExtent(mostOfAnswer).push(body) !== null;
}

function read({
  client,
  upstream,
  operation,
  facts,
  request,
  sent,
  elapsedMs,
  body,
  placeholders,
  streamType,
  keepsPlaceholders,
}: ReadJob): ReadElsewhere {
  const context = { facts: { ...facts, elapsedMs: () => elapsedMs } };
  const passage = passageBetween(dialects[client], vendorDialects[upstream], operation, context);
  passage.goOn(sent);
  if (holdsTooMuch(body)) throw new GhostError("provider_error", "The provider's answer holds too much to be read.");
  const whole = withMembers(request);
  const reading =
    streamType === undefined ? passage.readAnswer(body, whole) : passage.readStreamed(body, whole, streamType);
  if (placeholders === null) return { kind: "read", reading, withPlaceholders: null };
  const withPlaceholders = keepsPlaceholders ? Buffer.from(reading.body) : null;
  return { kind: "read", reading: restoredReading(reading, client, placeholders), withPlaceholders };
}

function restoredReading(
  reading: WholeAnswerReading,
  client: ClientDialectName,
  placeholders: Placeholders,
): WholeAnswerReading {
  const { body, contentType = "application/json" } = reading;
  const texts = dialects[client].client.texts.stream;
  return { ...reading, body: restoreAnswer({ body, contentType, texts }, new Restorer(placeholders)) };
}

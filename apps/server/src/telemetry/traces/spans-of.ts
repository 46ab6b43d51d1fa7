// The spans of a request, made of what was gathered of it: the request itself, what it waited for, each try at a target, and the stream. Names
// are those of OpenTelemetry's conventions (docs/observability.md says of which version), and of those that Langfuse and Phoenix read.
// Called by tracer.ts. Invariant: no span holds a secret, an address or a vendor's words; texts are in it only where they were handed over.

import type { UsageRecord } from "#domain/usage-record.ts";
import { attemptSpan, attemptThatTells } from "./attempt-span.ts";
import type { Phase, PhaseName, RequestTrace } from "./request-trace.ts";
import { Attributes, kinds, noEvents } from "./span.ts";
import type { Span, SpanEvent } from "./span.ts";
import { addTexts } from "./texts.ts";
import { partOf } from "./trace-context.ts";

const numbers = { identify: 1, read: 2, admit: 3, plan: 4, stream: 5 } as const;
/** Those that may come more than once are counted from here. */
const firstPhaseNumber = 8;
const lastPhaseNumber = 15;
const longestName = 200;

export function spansOf(trace: RequestTrace): readonly Span[] {
  const { record, tries } = trace;
  const spans = [rootSpan(trace)];
  if (record?.shadow !== true) addSteps(spans, trace);
  trace.phases?.forEach((phase, index) => spans.push(phaseSpan(trace, phase, index)));
  const telling = attemptThatTells(trace);
  for (const tried of tries) spans.push(attemptSpan(trace, tried, tried === telling));
  if (record?.streamed === true && record.ttftMs !== null && tries.length > 0) spans.push(streamSpan(trace, record));
  return spans;
}

function rootSpan(trace: RequestTrace): Span {
  const { record, context, route, method } = trace;
  const isCopy = record?.shadow === true;
  const attributes = new Attributes();
  if (!isCopy) addHttp(attributes, trace);
  addCaller(attributes, trace);
  if (record !== null) addRecord(attributes, record);
  attributes.texts("ghostllm.passed_over", trace.passedOver).texts("tag.tags", tagsOf(trace));
  attributes.text("openinference.span.kind", "CHAIN");
  addTexts(attributes, trace);
  const error = trace.hasFailed ? (trace.errorCode ?? record?.errorCode ?? record?.status ?? null) : null;
  attributes.text("error.type", error);
  return {
    traceId: context.traceId,
    spanId: trace.spanId,
    parentId: context.parentId,
    hasRemoteParent: context.parentId !== null && !isCopy,
    state: context.state,
    isSampled: trace.isSampled,
    name: isCopy ? `shadow ${record.requestedModel.slice(0, longestName)}` : `${method} ${route ?? ""}`.trimEnd(),
    kind: isCopy ? kinds.internal : kinds.server,
    start: trace.startedAt,
    end: trace.epochOf(trace.endedAt),
    attributes,
    events: eventsOf(trace),
    error,
  };
}

function addHttp(attributes: Attributes, trace: RequestTrace): void {
  const { record, errorStatus } = trace;
  attributes
    .text("http.request.method", trace.method)
    .text("http.route", trace.route)
    .text("url.path", trace.path)
    .text("url.scheme", trace.isSecure ? "https" : "http")
    .int("http.response.status_code", errorStatus === 0 ? statusOf(record) : errorStatus);
}

/** A client that left was told none. */
function statusOf(record: UsageRecord | null): number | null {
  return record === null || record.status === "client_abort" ? null : record.httpStatus;
}

function addCaller(attributes: Attributes, { id, principal, record }: RequestTrace): void {
  attributes.text("ghostllm.request.id", id);
  if (principal === null) return;
  attributes
    .text("user.id", principal.userId)
    .text("ghostllm.key.id", principal.keyId)
    .text("ghostllm.key.public_id", principal.publicId)
    .text("ghostllm.team.id", principal.teamId)
    .text("ghostllm.organisation.id", principal.organisationId)
    .text("session.id", record?.sessionId ?? null);
}

/** What samplers at the end of a trace may go by is here, and on no other span. */
function addRecord(attributes: Attributes, record: UsageRecord): void {
  const { costNanos, savedNanos, attempts, why } = record;
  attributes
    .text("ghostllm.operation", record.operation)
    .text("ghostllm.dialect", record.dialect)
    .text("ghostllm.requested_model", record.requestedModel.slice(0, longestName))
    .text("ghostllm.provider", record.provider)
    .text("ghostllm.model", record.model.slice(0, longestName))
    .text("ghostllm.status", record.status)
    .int("ghostllm.latency_ms", record.latencyMs)
    .int("ghostllm.ttft_ms", record.ttftMs)
    .int("ghostllm.overhead_us", record.overheadUs)
    .real("ghostllm.cost_usd", costNanos === null ? null : costNanos / 1e9)
    .int("ghostllm.tokens", record.totalTokens)
    .int("ghostllm.attempts", attempts)
    .flag("ghostllm.fallback", attempts > 1)
    .mark("ghostllm.estimated", record.estimated)
    .int("ghostllm.unanswered_tokens", record.unansweredTokens === 0 ? null : record.unansweredTokens)
    .text("ghostllm.cache", record.cache)
    .real("ghostllm.saved_usd", savedNanos === null ? null : savedNanos / 1e9)
    .text("ghostllm.downgraded_to", record.downgradedTo)
    .text("ghostllm.hedge", why?.hedge?.[1])
    .text("ghostllm.shadow_of", why?.shadowOf)
    .texts(
      "ghostllm.guardrails",
      (why?.guards ?? []).map((guard) => guard.join(":")),
    )
    .texts(
      "ghostllm.privacy",
      (record.privacy ?? []).map((one) => `${one.class}:${one.action}:${one.count}`),
    );
}

/** As people look for them. */
function tagsOf({ record }: RequestTrace): readonly string[] {
  if (record === null) return [];
  const tags: string[] = [];
  if (record.attempts > 1) tags.push("fallback");
  if (record.cache === "hit") tags.push("cache-hit");
  if (record.downgradedTo !== null) tags.push("downgraded");
  if (record.shadow) tags.push("shadow");
  if ((record.why?.guards ?? []).length > 0) tags.push("guardrail");
  return tags;
}

function eventsOf(trace: RequestTrace): readonly SpanEvent[] {
  const { record, waitedMs, admittedAt } = trace;
  const events: SpanEvent[] = [];
  if (waitedMs > 0 && admittedAt > 0) {
    const attributes = new Attributes().int("ghostllm.waited_ms", waitedMs);
    events.push({ name: "waited", at: trace.epochOf(admittedAt - waitedMs), attributes });
  }
  if (record?.streamed === true && record.ttftMs !== null)
    events.push({ name: "first_token", at: trace.startedAt + record.ttftMs, attributes: new Attributes() });
  return events.length === 0 ? noEvents : events;
}

/** What every request goes through. One that was refused ends in the step that refused it. */
function addSteps(spans: Span[], trace: RequestTrace): void {
  const { arrivedAt, identifiedAt, readAt, admittedAt, endedAt } = trace;
  const ends = [identifiedAt, readAt, admittedAt];
  let from = arrivedAt;
  for (const [index, name] of (["identify", "read", "admit"] as const).entries()) {
    const to = ends[index] ?? 0;
    const isLast = to === 0;
    // What needs nobody's admission has no step for that.
    if (isLast && trace.errorCode === null) return;
    const attributes = new Attributes();
    if (name === "admit") attributes.int("ghostllm.waited_ms", trace.waitedMs > 0 ? trace.waitedMs : null);
    const error = isLast ? trace.errorCode : null;
    attributes.text("error.type", error);
    spans.push(stepSpan(trace, { number: numbers[name], name, from, to: isLast ? endedAt : to }, attributes, error));
    if (isLast) return;
    from = to;
  }
  addPlan(spans, trace);
}

/** Where there was something to choose. */
function addPlan(spans: Span[], trace: RequestTrace): void {
  const [plan] = trace.record?.why?.plans ?? [];
  const [first] = trace.tries;
  if (plan === undefined || first === undefined) return;
  const before = (trace.phases ?? []).filter(({ to }) => to <= first.startedAt).map(({ to }) => to);
  const from = Math.max(trace.admittedAt, ...before);
  const resting = plan.targets.filter(([, , , state]) => state === "resting");
  const attributes = new Attributes()
    .text("ghostllm.plan.strategy", plan.by)
    .int("ghostllm.plan.targets", plan.targets.length + (plan.more ?? 0))
    .int("ghostllm.plan.asked", plan.asked)
    .mark("ghostllm.plan.probe", plan.probe === true)
    .texts(
      "ghostllm.plan.resting",
      resting.map(([provider, model]) => `${provider}/${model.slice(0, longestName)}`),
    );
  spans.push(stepSpan(trace, { number: numbers.plan, name: "plan", from, to: first.startedAt }, attributes, null));
}

function streamSpan(trace: RequestTrace, { ttftMs }: UsageRecord): Span {
  const from = trace.arrivedAt + (ttftMs ?? 0);
  const step = { number: numbers.stream, name: "stream", from, to: Math.max(from, trace.endedAt) };
  return stepSpan(trace, step, new Attributes(), null);
}

const phaseKinds: Readonly<Partial<Record<PhaseName, string>>> = {
  "guardrails.input": "GUARDRAIL",
  "guardrails.output": "GUARDRAIL",
};

function phaseSpan(trace: RequestTrace, { name, from, to, hasFailed }: Phase, index: number): Span {
  const attributes = new Attributes().text("openinference.span.kind", phaseKinds[name] ?? "CHAIN");
  if (name === "recall") attributes.text("ghostllm.cache", trace.record?.cache);
  const error = hasFailed ? (trace.errorCode ?? "_OTHER") : null;
  attributes.text("error.type", error);
  const number = Math.min(lastPhaseNumber, firstPhaseNumber + index);
  return stepSpan(trace, { number, name, from, to }, attributes, error);
}

interface Step {
  readonly number: number;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

function stepSpan(trace: RequestTrace, step: Step, attributes: Attributes, error: string | null): Span {
  const { context, spanId, isSampled } = trace;
  return {
    traceId: context.traceId,
    spanId: partOf(spanId, step.number),
    parentId: spanId,
    hasRemoteParent: false,
    state: context.state,
    isSampled,
    name: step.name,
    kind: kinds.internal,
    start: trace.epochOf(step.from),
    end: trace.epochOf(Math.max(step.from, step.to)),
    attributes,
    events: noEvents,
    error,
  };
}

import { newId, usageFieldNames, usageFields } from "@ghostllm/contract";
import type { UsageFieldKind, UsageFieldName } from "@ghostllm/contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { UsageRecord } from "#domain/usage-record.ts";
import { encodeRecord, parseLine } from "#link/journal/record-line.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
let userId: string;
let apiKeyId: string;
const noon = Date.parse("2026-03-01T12:00:00Z");

function recordAt(createdAt: number, change: Partial<UsageRecord> = {}): UsageRecord {
  return {
    id: newId(createdAt),
    createdAt,
    userId,
    apiKeyId,
    teamId: null,
    organisationId: null,
    modelId: null,
    providerId: "p1",
    provider: "openai",
    model: "gpt-4o",
    requestedModel: "smart",
    dialect: "openai-chat",
    operation: "chat.completions",
    streamed: true,
    status: "ok",
    httpStatus: 200,
    errorCode: null,
    promptTokens: 10,
    completionTokens: 5,
    totalTokens: 15,
    cachedTokens: 2,
    reasoningTokens: 1,
    cacheWriteTokens: 0,
    cacheWriteHourTokens: 0,
    audioPromptTokens: 0,
    audioCompletionTokens: 0,
    imagePromptTokens: 0,
    imageCompletionTokens: 0,
    cachedAudioTokens: 0,
    serviceClass: null,
    geography: null,
    webSearches: 0,
    fileSearches: 0,
    estimated: false,
    usageBounded: false,
    unansweredAttempts: 0,
    unansweredTokens: 0,
    unansweredCostNanos: 0,
    chargedNanos: null,
    costNanos: 100_000_001,
    priceVersion: "catalog",
    latencyMs: 120,
    ttftMs: 30,
    overheadUs: 410,
    attempts: 1,
    trail: null,
    privacy: null,
    content: null,
    ipAddress: "127.0.0.1",
    userAgent: "test",
    budgetPeriods: null,
    ...{
      downgradedTo: null,
      shadow: false,
      sessionId: null,
      providerCharges: null,
      cache: null,
      savedNanos: null,
      why: null,
    },
    ...change,
  };
}

beforeAll(async () => {
  plane = await startAdminPlane();
  userId = (await plane.admin.users.create({ body: { email: "ada@example.com" } })).id;
  apiKeyId = (await plane.admin.apiKeys.create({ body: { user_id: userId, name: "laptop" } })).id;
  await plane.store.usage.insert([
    recordAt(noon),
    recordAt(noon + 60_000, { provider: "groq", providerId: "p2", costNanos: null, priceVersion: null }),
    recordAt(noon + 3_600_000, { status: "error", httpStatus: 502, errorCode: "provider_error", costNanos: 0 }),
  ]);
});
afterAll(() => plane.close());

it("lists records newest first, page by page", async () => {
  const first = await plane.admin.usage.list({ query: { limit: 2 } });
  expect(first.data.map(({ created_at }) => created_at)).toEqual([
    "2026-03-01T13:00:00.000Z",
    "2026-03-01T12:01:00.000Z",
  ]);
  const second = await plane.admin.usage.list({ query: { limit: 2, after: first.next ?? "" } });
  expect(second.data).toMatchObject([{ requested_model: "smart", cost_usd: "0.100000001", cached_tokens: 2 }]);
  expect(second.next).toBeNull();
});

it("keeps an unknown cost apart from none", async () => {
  const { data } = await plane.admin.usage.list();
  expect(data.map(({ cost_usd }) => cost_usd)).toEqual(["0", null, "0.100000001"]);
});

it("filters by provider and time", async () => {
  const list = async (query: Parameters<typeof plane.admin.usage.list>[0]) =>
    (await plane.admin.usage.list(query)).data.length;
  expect(await list({ query: { provider_id: "p2" } })).toBe(1);
  expect(await list({ query: { from: "2026-03-01T13:00:00+00:00" } })).toBe(1);
  expect(await list({ query: { from: "2026-03-01", to: "2026-03-01T13:00:00Z" } })).toBe(2);
  expect(await list({ query: { user_id: "nobody" } })).toBe(0);
});

it("sums by hour, with a total", async () => {
  const { data, total } = await plane.admin.usage.summary({ query: { group_by: "hour" } });
  expect(data.map(({ group, requests, unpriced_requests }) => [group, requests, unpriced_requests])).toEqual([
    ["2026-03-01T12:00:00.000Z", 2, 1],
    ["2026-03-01T13:00:00.000Z", 1, 0],
  ]);
  expect(total).toEqual({
    cache_write_tokens: 0,
    cache_write_hour_tokens: 0,
    requests: 3,
    errors: 1,
    prompt_tokens: 30,
    completion_tokens: 15,
    cached_tokens: 6,
    reasoning_tokens: 3,
    cost_usd: "0.100000001",
    saved_usd: "0",
    unpriced_requests: 1,
    failed_attempts: 0,
  });
});

it.each([
  ["day", ["2026-03-01T00:00:00.000Z"]],
  ["model", ["groq/gpt-4o", "openai/gpt-4o"]],
] as const)("sums by %s", async (grouping, groups) => {
  const { data } = await plane.admin.usage.summary({ query: { group_by: grouping } });
  expect(data.map(({ group }) => group).toSorted()).toEqual(groups);
});

it("adds up what key and user have spent", async () => {
  expect((await plane.admin.users.get({ params: { id: userId } })).spent_usd).toBe("0.100000001");
  expect((await plane.admin.apiKeys.get({ params: { id: apiKeyId } })).spent_usd).toBe("0.100000001");
});

const attemptMade = {
  ...{ providerId: "p", provider: "openai", model: "half \ud800 and \0", startedMs: 1, ms: 20 },
  ...{ status: 529, reason: "provider_overloaded", restMs: 15_000 },
};
const { providerId: provider_id, startedMs: started_ms, restMs: rest_ms, ...asItIs } = attemptMade;

/** Each field another value, so that two that are mixed up show. */
function distinct(kind: UsageFieldKind, index: number): unknown {
  if (kind === "flag") return true;
  if (kind === "status") return "timeout";
  if (kind === "attempts") return [attemptMade];
  if (kind === "privacy") return [{ class: "email", action: "mask", count: 2 }];
  if (kind === "why") return { took: [1, 2] };
  if (kind === "moment") return noon - 86_400_000;
  return kind === "id" || kind === "text" ? `text-${index}` : 1_000 + index;
}

it("every field comes by the journal and the database to the API", async () => {
  const valueOf = (name: UsageFieldName, index: number): unknown =>
    name === "providerCharges" ? "somebody=5" : distinct(usageFields[name].kind, index);
  const fields = usageFieldNames.map((name, index) => [name, valueOf(name, index)] as const);
  const record = { ...recordAt(noon), ...Object.fromEntries(fields) };
  const parsed = parseLine(encodeRecord(record).trim());
  if (!("record" in parsed)) throw new Error(JSON.stringify(parsed));
  await plane.store.usage.insert([parsed.record]);
  const { data } = await plane.admin.usage.list({ query: { to: "2026-03-01T00:00:00Z" } });
  expect(await plane.store.usage.find(record.id, "all")).toMatchObject({ why: { took: [1, 2] } });
  const listed = fields.filter(([name]) => name !== "why");
  expect(data.map((one) => Object.values(one))).toEqual([
    listed.map(([name, value]) => {
      if (name === "trail") return [{ provider_id, ...asItIs, started_ms, rest_ms }];
      if (name === "createdAt") return "2026-02-28T12:00:00.000Z";
      return name.endsWith("Nanos") ? `0.00000${Number(value)}` : value;
    }),
  ]);
});

it("a line that an earlier version wrote into the journal is read with what it lacks", () => {
  const { unansweredAttempts, unansweredTokens, unansweredCostNanos, usageBounded, chargedNanos, ...rest } =
    recordAt(noon);
  const written = { ...rest, unanswered: { attempts: 2, tokens: 30, costNanos: 4 } };
  const parsed = parseLine(JSON.stringify(written));
  const told = { unansweredAttempts: 2, unansweredTokens: 30, unansweredCostNanos: 4, usageBounded, chargedNanos };
  expect("record" in parsed && parsed.record).toMatchObject({ ...rest, ...told });
  const { cacheWriteTokens: _, webSearches: __, dialect: ___, overheadUs: ____, trail: _____, ...older } = rest;
  const lacked = { dialect: null, overheadUs: null, trail: null };
  expect(parseLine(JSON.stringify(older))).toMatchObject({
    record: { ...recordAt(noon), id: rest.id, unansweredAttempts, unansweredTokens, unansweredCostNanos, ...lacked },
  });
});

// A run that no vendor answers: what is told comes from here all the same as from a vendor, and is written down without one.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dialects } from "@ghostllm/llm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { Answer } from "#gateway/flow/answer/answer.ts";
import { resolveModel } from "#gateway/flow/resolve.ts";
import { withRun } from "#gateway/flow/run.ts";
import { answerError } from "#gateway/http/answer-error.ts";
import { Exchange } from "#gateway/http/exchange.ts";
import { nodeParts } from "#gateway/http/node-parts.ts";
import { makePrincipal, makeProvider, makeScope, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { hello } from "./support/stage.ts";

const dialect = dialects["openai-chat"];
const one = makeScope("key", "key-1", {
  limits: { requestsPerMinute: 2, tokensPerMinute: null, concurrentRequests: 1 },
});
const snapshot = makeSnapshot({ targets: [makeTarget(makeProvider("openai", "http://127.0.0.1:1"), hello.model)] });
const own: Answer = {
  ...{ kind: "whole", origin: "estimate", target: null, status: 200, usage: null, stored: null, error: null },
  headers: { "content-type": "application/json" },
  notes: ["of our own"],
  body: Buffer.from('{"told":"here"}'),
};

let gateway: TestGateway;
let url: string;
let ask: () => Promise<Answer>;
let records: readonly UsageRecord[];
const server = createServer((request, response) => {
  const exchange = new Exchange(nodeParts(request, response), gateway.deps);
  const body = Buffer.from(JSON.stringify(hello));
  const asked = dialect.client.parseRequest("chat.completions", body, { query: "", contentType: "application/json" });
  const call = {
    outlet: exchange.outlet,
    principal: makePrincipal(),
    snapshot,
    dialect,
    demand: null,
    protection: null,
    scopes: [one],
    work: "said" as const,
  };
  const candidates = resolveModel(snapshot, hello.model, call.principal);
  withRun(gateway.deps, { ...call, exchange, request: asked, candidates }, ask).catch((error: unknown) => {
    answerError(gateway.deps.events, exchange, error, dialect.client.encodeError);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  gateway = await startGateway(snapshot);
  records = gateway.records;
  return () => gateway.close();
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

it("tells an answer of our own under its origin, and records it without a vendor and without cost", async () => {
  ask = async () => own;
  const response = await fetch(url);
  expect(await response.json()).toEqual({ told: "here" });
  expect(response.headers.get("x-ghostllm-provider")).toBeNull();
  expect(response.headers.get("x-ghostllm-attempts")).toBe("0");
  expect(response.headers.get("x-ghostllm-notes")).toBe("of our own");
  expect(response.headers.get("x-ratelimit-remaining-requests")).toBe("1");
  const place = { providerId: null, modelId: null, provider: "", model: "", requestedModel: hello.model };
  const cost = { costNanos: 0, priceVersion: null, totalTokens: 0, estimated: false };
  expect(records).toMatchObject([{ ...place, ...cost, status: "ok", httpStatus: 200, attempts: 0 }]);
});

it("gives back what was reserved where nothing was obtained, and records nothing", async () => {
  ask = () => Promise.reject(new Error("a fault"));
  for (let turn = 0; turn < 2; turn += 1) expect((await fetch(url)).status).toBe(500);
  expect(records).toEqual([]);
  // Were one of them still running, the limit of one at a time would be told.
  const limited = await fetch(url);
  expect(limited.status).toBe(429);
  expect(await limited.text()).toContain("2 requests per minute");
});

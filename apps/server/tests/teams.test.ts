// Keys of teams at the gateway: they are counted by the team and its organisation, and use what the team lets them use.

import type { PriceSchedule } from "@ghostllm/llm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Principal } from "#domain/principal.ts";
import { makePrincipal, makeScope, testKey } from "./support/gateway.ts";
import { hello, readError, startStage, waitFor } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

/** A thousandth of a USD for each output token, nothing for input. */
const prices: PriceSchedule = [{ price: { input: { base: 0 }, output: { base: 1_000_000_000_000 }, version: "t" } }];
const tokenNanos = 1_000_000;
const asking = (tokens: number) => ({ ...hello, max_tokens: tokens });

const team = makeScope("team", "team-1", { budgetNanos: 30 * tokenNanos });
const otherTeam = makeScope("team", "team-2");
const organisation = makeScope("organisation", "organisation-1", { budgetNanos: 50 * tokenNanos });

function keyOf(id: string, group: typeof team, change: Partial<Principal> = {}): Principal {
  const scopes = [makeScope("key", id), makeScope("user", `user of ${id}`), group, organisation];
  return makePrincipal({
    ...{ keyId: id, userId: `user of ${id}`, teamId: group.id, organisationId: organisation.id, scopes },
    ...change,
  });
}

const keys = { first: testKey, second: "gk-secondsecond-1", other: "gk-otherotherot-1", limited: "gk-limitedlimit-1" };

let stage: Stage;
beforeEach(async () => {
  const principals = {
    [keys.first]: keyOf("first", team),
    [keys.second]: keyOf("second", team),
    [keys.other]: keyOf("other", otherTeam),
    [keys.limited]: keyOf("limited", otherTeam, {
      permissions: { models: ["fake-*"] },
      teamModels: ["*-embedding", "openai/*-embedding"],
    }),
  };
  stage = await startStage({ target: { prices }, snapshot: { principals } });
  const usage = { prompt_tokens: 1, completion_tokens: 10, total_tokens: 11 };
  stage.upstream.script({ kind: "chat", usage });
});
afterEach(() => stage.close());

const post = (key: string, body: object, path?: string) =>
  stage.post(body, path, { headers: { authorization: `Bearer ${key}` } });

describe("keys of a team", () => {
  it("spend its budget together, down to the last token, and then are told whose it was", async () => {
    expect((await post(keys.first, asking(10))).status).toBe(200);
    expect((await post(keys.second, asking(10))).status).toBe(200);
    expect((await post(keys.second, asking(11))).status).toBe(429);
    expect((await post(keys.first, asking(10))).status).toBe(200);
    const refused = await post(keys.second, asking(1));
    expect(refused.status).toBe(429);
    expect(await readError(refused)).toMatchObject({
      code: "insufficient_quota",
      message: expect.stringContaining("The budget of this team is spent"),
    });
  });

  it("spend the budget of the organisation together with those of its other teams", async () => {
    for (const key of [keys.first, keys.second, keys.other, keys.other])
      expect((await post(key, asking(10))).status).toBe(200);
    const refused = await post(keys.other, asking(11));
    expect(await readError(refused)).toMatchObject({
      message: expect.stringContaining("the budget of this organisation"),
    });
    expect((await post(keys.first, asking(10))).status).toBe(200);
    expect((await post(keys.other, asking(1))).status).toBe(429);
  });

  it("spend the team's budget for a day together, and its hours, each in a record that says so", async () => {
    const terms = { days: 0, timeZone: "UTC", madeAt: 0, rolloverNanos: null, increase: null, downgradeTo: null };
    const daily = { id: "b1", span: "day", ...terms, amountNanos: 20 * tokenNanos, thresholds: [] } as const;
    const group = { ...otherTeam, id: "team-3", budgets: [daily], limits: { ...otherTeam.limits, requestsPerHour: 3 } };
    const owners = { [keys.first]: keyOf("first", group), [keys.second]: keyOf("second", group) };
    await stage.close();
    stage = await startStage({ target: { prices }, snapshot: { principals: owners } });
    stage.upstream.script({ kind: "chat", usage: { prompt_tokens: 1, completion_tokens: 10, total_tokens: 11 } });
    expect((await post(keys.first, asking(10))).status).toBe(200);
    expect((await post(keys.second, asking(10))).status).toBe(200);
    expect(await readError(await post(keys.first, asking(1)))).toMatchObject({
      message: expect.stringContaining("The budget of this team for the day is spent"),
    });
    // What costs nothing goes on, until the hour of the team is full.
    expect((await post(keys.second, asking(0))).status).toBe(403);
    await waitFor(() => stage.gateway.records.length === 2);
    const day = new Date().toISOString().slice(0, 10);
    expect(stage.gateway.records.map(({ budgetPeriods }) => budgetPeriods)).toEqual([
      `team:${day}/b1`,
      `team:${day}/b1`,
    ]);
  });

  it("are told of in the records, by which the team and the organisation are charged", async () => {
    await post(keys.first, asking(10));
    await waitFor(() => stage.gateway.records.length > 0);
    expect(stage.gateway.records).toMatchObject([
      { apiKeyId: "first", userId: "user of first", teamId: "team-1", organisationId: "organisation-1" },
    ]);
  });
});

describe("what a team lets its keys use", () => {
  it("holds beside what the key allows itself, for requests and for lists of models", async () => {
    const refused = await post(keys.limited, asking(1));
    expect(refused.status).toBe(403);
    expect(await readError(refused)).toMatchObject({ code: "permission_denied" });
    const embedding = { model: "fake-embedding", input: "hello" };
    stage.upstream.script({ kind: "default" });
    expect((await post(keys.limited, embedding, "/v1/embeddings")).status).toBe(200);
    const list = await fetch(`${stage.gateway.url}/v1/models`, {
      headers: { authorization: `Bearer ${keys.limited}` },
    });
    const { data } = (await list.json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(["fake-embedding"]);
  });

  it("closes what is kept at vendors by name to its keys, and batches, which know no models", async () => {
    const headers = { authorization: `Bearer ${keys.limited}`, "x-ghostllm-provider": "openai" };
    const ask = async (path: string) => (await fetch(stage.gateway.url + path, { headers })).status;
    expect(await ask("/v1/responses/resp_unknown")).toBe(404);
    expect(await ask("/v1/files/file-unknown")).toBe(403);
    const batch = await post(keys.limited, { input_file_id: "f", endpoint: "/v1/embeddings" }, "/v1/batches");
    expect(batch.status).toBe(403);
  });
});

// The demo as a newcomer starts it: a past, people who sign in, live traffic with failures and refusals, and nothing left behind.

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createClient, type Client } from "@ghostllm/contract/client";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const startMs = 180_000;

let temporary: string;
let demo: ChildProcess;
let admin: Client;
let user: Client;
let told = "";

async function signIn(baseUrl: string, email: string): Promise<Client> {
  const body = { email, password: "ghostllm-demo" };
  const { token } = await createClient({ baseUrl, apiKey: null }).sessions.create({ body });
  return createClient({ baseUrl, apiKey: token });
}

/** Asks again until the answer holds. */
async function eventually<Answer>(ask: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask();
    if (holds(answer) || tries > 150) return answer;
    await new Promise((next) => setTimeout(next, 200));
  }
}

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), "ghostllm-demo-test-"));
  const args = ["tools/demo.ts", "--port", "0", "--rate", "40", "--seed", "7", "--requests", "4000"];
  demo = spawn(process.execPath, args, { cwd: root, env: { ...process.env, TMPDIR: temporary } });
  const url = await new Promise<string>((found, fail) => {
    const timer = setTimeout(() => fail(new Error(`the demo does not serve: ${told}`)), startMs);
    const read = (chunk: Buffer): void => {
      told += chunk.toString("utf8");
      const [served] = /http:\/\/[\d.:]+/.exec(told) ?? [];
      if (served === undefined || !told.includes("Ctrl-C")) return;
      clearTimeout(timer);
      found(served);
    };
    demo.stdout?.on("data", read);
    demo.stderr?.on("data", read);
  });
  admin = await signIn(url, "ada@acme.example");
  user = await signIn(url, "platform@acme.example");
}, startMs + 10_000);

afterAll(() => {
  demo.kill("SIGKILL");
  rmSync(temporary, { recursive: true, force: true });
});

it("has eight weeks of a past, which is priced and named", async () => {
  const from = new Date(Date.now() - 57 * 86_400_000).toISOString();
  const { sum, groups } = await admin.usage.series({ query: { from, bucket: "day", group_by: "model" } });
  expect(sum.total.requests).toBeGreaterThanOrEqual(4000);
  expect(sum.total.unpriced_requests).toBe(0);
  expect(sum.total.errors).toBeGreaterThan(0);
  expect(groups.length).toBeGreaterThan(5);
  const busy = sum.points?.requests.filter((count) => count > 0) ?? [];
  expect(busy.length).toBeGreaterThan(50);
  const { data } = await admin.requests.list({ query: { to: new Date(Date.now() - 60_000).toISOString(), limit: 1 } });
  const { price } = await admin.requests.get({ params: { id: data[0]?.id ?? "" } });
  expect(price.note).toBeNull();
});

it("goes on by itself, with every vendor, a fallback and a budget that refuses", async () => {
  const from = new Date().toISOString();
  const read = async () => (await admin.requests.list({ query: { from, limit: 500 } })).data;
  const providers = ["openai", "anthropic", "groq", "mistral", "gpu-1"];
  const rows = await eventually(
    read,
    (found) =>
      providers.every((name) => found.some(({ provider, status }) => provider === name && status === "ok")) &&
      found.some(({ fell_back: fellBack }) => fellBack),
  );
  for (const name of providers)
    expect(
      rows.filter(({ provider }) => provider === name),
      name,
    ).not.toEqual([]);
  expect(rows.some(({ fell_back: fellBack }) => fellBack)).toBe(true);
  const { data: users } = await admin.users.list();
  const interns = users.find(({ username }) => username === "Interns");
  expect(Number(interns?.spent_usd)).toBeGreaterThanOrEqual(Number(interns?.budget_usd));
  expect(rows.filter(({ user_name: name }) => name === "Interns")).toEqual([]);
  const { data: refused } = await admin.requests.refused();
  expect(refused).toContainEqual(expect.objectContaining({ user_name: "Interns", code: "insufficient_quota" }));
}, 60_000);

it("shows somebody who is no admin his own alone", async () => {
  const { data } = await user.requests.list({ query: { limit: 100 } });
  expect(new Set(data.map(({ user_name: name }) => name))).toEqual(new Set(["Platform"]));
});

it("ends cleanly and leaves nothing", async () => {
  const exit = new Promise((ended) => demo.once("exit", ended));
  demo.kill("SIGTERM");
  expect(await exit).toBe(0);
  expect(
    existsSync(temporary) ? readdirSync(temporary).filter((name) => name.startsWith("ghostllm-demo")) : [],
  ).toEqual([]);
}, 40_000);

// Makes the past that the upgrade is tried with: `node tests/e2e/past/make.ts TREE`, where TREE is a checkout of an older commit. Its server
// is used for a while and killed, so that its journal still has records, and its data directory is packed beside this file, with what it had
// told by then.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import { startServer } from "../../support/server-process.ts";

const folder = import.meta.dirname;
const usage = { prompt_tokens: 311, completion_tokens: 47, total_tokens: 358 };
const requests = 40;

const [tree] = process.argv.slice(2);
if (tree === undefined) throw new Error("which tree? node tests/e2e/past/make.ts TREE");
const vendor = await startFakeUpstream({ remember: 0, script: { kind: "chat", text: "as it was", usage } });
const dataDir = mkdtempSync(join(tmpdir(), "ghostllm-past-"));
// The vendor has a name that stays: it is reached by way of a proxy, which it is itself.
const encryptionKey = "words that sealed the past well";
const environment = { HTTP_PROXY: vendor.url, ENCRYPTION_KEY: encryptionKey };
const server = await startServer({ tree, dataDir, environment });

/** Its answers are of its own time: this tree's client would not know them. */
async function make(path: string, body: object): Promise<{ readonly id: string; readonly key: string }> {
  const headers = { authorization: `Bearer ${server.adminKey}`, "content-type": "application/json" };
  const response = await fetch(`${server.url}/admin/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as { readonly id: string; readonly key: string };
}

const about = { name: "v", provider_type: "openai-compatible", base_url: "http://vendor.test/v1" };
const { id: providerId } = await make("providers", { ...about, api_key: "sk-of-the-past" });
const prices = { input_price_usd: "3.17", output_price_usd: "11.3" };
for (const name of ["m", "dear"]) await make("models", { provider_id: providerId, name, ...prices });
const targets = [
  { provider: "v", model: "dear" },
  { provider: "v", model: "m" },
];
await make("aliases", { name: "best", targets });
const team = await make("teams", { name: "Night shift", budget_usd: "100" });
const keys: { readonly id: string; readonly key: string }[] = [];
for (const name of ["ada", "grace"]) {
  const user = await make("users", { email: `${name}@past.example`, budget_usd: "50" });
  await make(`teams/${team.id}/members`, { user_id: user.id, role: "member" });
  const body = { user_id: user.id, team_id: team.id, name, budget_usd: "20", limits: { requests_per_minute: 1_000 } };
  const { id, key } = await make("api-keys", body);
  keys.push({ id, key });
}

async function ask(turn: number): Promise<void> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${keys[turn % 2]?.key}`, "content-type": "application/json" },
    body: JSON.stringify({
      ...{ model: turn % 3 === 0 ? "best" : "v/m", stream: turn % 5 === 0, max_tokens: 60 },
      messages: [{ role: "user", content: "Hello" }],
    }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
}

for (let turn = 0; turn < requests / 2; turn += 1) await ask(turn);
await sleep(2_000);
// These may be in the journal alone when it is killed.
await Promise.all(Array.from({ length: requests / 2 }, (_, turn) => ask(turn)));
await server.kill();
const costNanos = requests * (usage.prompt_tokens * 3_170 + usage.completion_tokens * 11_300);
const commit = execFileSync("git", ["-C", tree, "rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
const facts = { commit, encryptionKey, keys, team: team.id, requests, costNanos };
writeFileSync(join(folder, "facts.json"), `${JSON.stringify(facts, null, 2)}\n`);
const left = ["ghostllm.db", "ghostllm.db-wal", "journal"];
execFileSync("tar", ["-czf", join(folder, "data.tar.gz"), "-C", dataDir, ...left]);
await vendor.close();
rmSync(dataDir, { recursive: true, force: true });

// Metrics of a whole server: of the machine, of teams and budgets, and on a port of their own.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadConfig } from "#config/load.ts";
import { startWholeServer, wholeAdminKey, type WholeServer } from "./support/whole-server.ts";

const token = "dGhpcyBpcyBub3QgYSByZWFsIHRva2Vu-9xK";
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const patient = { timeout: 30_000, interval: 100 };

describe.each(["1", "2"])("with %s workers", (workers) => {
  let vendor: FakeUpstream;
  let server: WholeServer;
  let team: string;
  let key: string;

  beforeAll(async () => {
    vendor = await startFakeUpstream();
    server = await startWholeServer({
      ...{ SERVER_WORKERS: workers, GHOSTLLM_METRICS_PORT: "0", GHOSTLLM_METRICS_TOKEN: token },
    });
    const provider = await server.admin.providers.create({
      body: { name: "v", provider_type: "openai-compatible", base_url: `${vendor.url}/v1`, api_key: "sk-vendor" },
    });
    const prices = { input_price_usd: "1000", output_price_usd: "1000" };
    await server.admin.models.create({ body: { provider_id: provider.id, name: "m", ...prices } });
    const user = await server.admin.users.create({ body: { email: "ada@example.com", username: "ada" } });
    ({ id: team } = await server.admin.teams.create({ body: { name: "Night shift", budget_usd: "1" } }));
    await server.admin.teams.addMember({ params: { id: team }, body: { user_id: user.id, role: "member" } });
    ({ key } = await server.admin.apiKeys.create({ body: { name: "k", user_id: user.id, team_id: team } }));
  });
  afterAll(async () => {
    await server.close();
    await vendor.close();
  });

  const look = (headers: Readonly<Record<string, string>> = bearer(token), method = "GET", path = "") =>
    fetch((server.metricsUrl ?? "") + path, { headers, method });
  const read = async (): Promise<string> => (await look()).text();

  async function ask(): Promise<void> {
    vendor.script({
      kind: "chat",
      text: "well",
      usage: { prompt_tokens: 300, completion_tokens: 300, total_tokens: 600 },
    });
    const body = JSON.stringify({ model: "v/m", max_tokens: 1, messages: [{ role: "user", content: "Hi" }] });
    const headers = { ...bearer(key), "content-type": "application/json" };
    const response = await fetch(`${server.url}/v1/chat/completions`, { method: "POST", headers, body });
    expect(response.status).toBe(200);
    await response.text();
  }

  it("has a port of its own, which takes its token, and no key that can do more", async () => {
    expect((await look()).status).toBe(200);
    for (const given of [{}, bearer("wrong"), bearer(wholeAdminKey), bearer(server.apiKey), bearer(key)]) {
      const refused = await look(given);
      expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
      expect(await refused.text()).not.toContain("ghostllm_");
    }
    expect((await look(bearer(token), "POST")).status).toBe(405);
    expect((await look(bearer(token), "GET", "/../v1/models")).status).toBe(404);
    // The same text as at the server's own port.
    expect(await read()).toContain("ghostllm_snapshot_version");
    expect((await fetch(`${server.url}/metrics`, { headers: bearer(token) })).status).toBe(200);
  });

  it("tells of the machine, the process, its threads and its parts", async () => {
    const text = await vi.waitUntil(async () => {
      const told = await read();
      return told.includes('ghostllm_part_healthy{part="store"} 1') && told;
    }, patient);
    for (const name of [
      ...["machine_cpus", "machine_load1", "machine_memory_bytes", "machine_memory_available_bytes"],
      ...["data_disk_bytes", "data_disk_free_bytes"],
    ])
      expect(text).toMatch(new RegExp(`^ghostllm_${name} [\\d.e+]+$`, "m"));
    expect(text).toMatch(/^ghostllm_machine_cpu_seconds_total\{mode="idle"\} \d/m);
    expect(text).toMatch(/^ghostllm_event_loop_busy_seconds_total\{thread="main"\} 0?\.?\d/m);
    for (let worker = 1; Number(workers) > 1 && worker <= Number(workers); worker += 1)
      expect(text).toContain(`ghostllm_event_loop_busy_seconds_total{thread="${worker}"}`);
    expect(text).toMatch(/^ghostllm_build_info\{version="[\d.]+",node="[\d.]+"\} 1/m);
    if (process.platform !== "linux") return;
    expect(text).toMatch(/^ghostllm_process_threads [1-9]/m);
    expect(text).toMatch(/^ghostllm_machine_network_bytes_total\{direction="received"\} \d/m);
    expect(text).toMatch(/^ghostllm_process_disk_bytes_total\{direction="written"\} \d/m);
    expect(text).toMatch(/^process_open_fds [1-9]/m);
  });

  it("tells what a team has spent, what it is called, and how far its budget is used up", async () => {
    await ask();
    const use = `ghostllm_budget_used_ratio{scope="team",id="${team}",name="Night shift",span="total"}`;
    const text = await vi.waitUntil(async () => {
      const told = await read();
      return told.includes(use) && told.includes('name="Night shift"} 1') && told;
    }, patient);
    expect(text).toContain(`ghostllm_team_requests_total{team="${team}"} 1`);
    expect(text).toContain(`ghostllm_team_tokens_total{team="${team}",type="prompt"} 300`);
    expect(text).toMatch(new RegExp(`ghostllm_team_cost_usd_total\\{team="${team}"\\} 0\\.[56]`));
    expect(text).toMatch(new RegExp(`${use.replaceAll(/[{}]/g, "\\$&")} 0\\.[56]`));
    expect(text).not.toMatch(/\bada\b/);
  });
});

describe("a port for metrics that other machines reach", () => {
  const refused = (environment: Readonly<Record<string, string>>) => () => {
    loadConfig({ environment: { GHOSTLLM_METRICS_PORT: "9464", ...environment }, cwd: "/nonexistent" });
  };

  it("wants a token that nobody guesses, or to be open", () => {
    expect(refused({ GHOSTLLM_METRICS_HOST: "0.0.0.0" })).toThrow(/no token/);
    expect(refused({ SERVER_HOST: "0.0.0.0" })).toThrow(/no token/);
    expect(refused({ GHOSTLLM_METRICS_HOST: "0.0.0.0", GHOSTLLM_METRICS_TOKEN: "aaaa" })).toThrow(/easy to guess/);
    expect(refused({ GHOSTLLM_METRICS_HOST: "0.0.0.0", GHOSTLLM_METRICS_TOKEN: token })).not.toThrow();
    expect(refused({ GHOSTLLM_METRICS_HOST: "0.0.0.0", GHOSTLLM_METRICS_OPEN: "true" })).not.toThrow();
    expect(refused({ SERVER_HOST: "0.0.0.0", GHOSTLLM_METRICS_HOST: "localhost" })).not.toThrow();
  });
});

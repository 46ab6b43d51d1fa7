// A day with the application: a budget is told of, a request that waits is approved, the tray says how it is, a server on this machine is
// started and stopped, and nothing that is secret is left anywhere.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, dearModel, holdRequest } from "../console/support/consents.ts";
import { Application } from "./support/application.ts";
import { DesktopSession } from "./support/desktop-session.ts";
import { hopeFor } from "./support/hope.ts";
import { processesBelow } from "./support/processes.ts";
import { openServers, type Servers, type ShownServer } from "./support/servers.ts";

let session: DesktopSession;
let servers: Servers;
let application: Application;
let server: ShownServer;
let owner: string;

beforeAll(async () => {
  servers = await openServers();
  server = await servers.start();
  owner = (await server.admin.users.list({})).data[0]?.id ?? "";
  session = await DesktopSession.start();
  session.keepSettings({ poll_seconds: 2, local_program: resolve(import.meta.dirname, "../..") });
  application = await Application.start(session);
  await application.addServer(server.operatorsUrl, { key: server.adminKey, name: "Production" });
  await application.untilText("all is well");
});

afterAll(async () => {
  await application.stop();
  await session.close();
  await servers.close();
});

const measuredSeconds = 20;
/** Between two looks, in seconds, where nobody says otherwise. */
const usualPause = 30;

describe("a day with the application", () => {
  it("tells of a budget that is used up, once", async () => {
    const { id, key } = await server.admin.apiKeys.create({ body: { name: "spender", user_id: owner } });
    await (await ask(server, key, "Hello", "gpt-4o")).arrayBuffer();
    const spent = await hopeFor("what was spent", async () => {
      const { spent_usd: usd } = await server.admin.apiKeys.get({ params: { id } });
      return usd !== "0" && usd;
    });
    await server.admin.apiKeys.update({ params: { id }, body: { budget_usd: spent } });
    const told = await hopeFor("a notification", async () => (await server.admin.notifications.list({})).data[0]);
    await application.untilText(told.text);
    await hopeFor("a notice", () => session.notices().some((notice) => notice.includes("spender")));
    session.picture("budget-notice");
    await sleep(5_000);
    expect(session.notices().filter((notice) => notice.includes("spender"))).toHaveLength(1);
  });

  it("shows a request that waits with its details, and approves it", async () => {
    const { id, key } = await server.admin.apiKeys.create({ body: { name: "nightly-bot", user_id: owner } });
    const applies = { kind: "key", id } as const;
    await server.admin.consentPolicies.create({
      body: { name: "dear models", applies_to: applies, models: [dearModel] },
    });
    const consent = await holdRequest(server, key);
    const text = await application.untilText("Waiting for a decision");
    for (const fact of [dearModel, "nightly-bot", "dear models", "at the most"]) expect(text).toContain(fact);
    await hopeFor("a notice", () => session.notices().some((notice) => notice.includes(`asks for ${dearModel}`)));
    await session.focus("^GhostLLM$");
    session.picture("consent");
    await application.press("Approve");
    await application.untilText("It is approved");
    const decided = await server.admin.consents.get({ params: { id: consent } });
    expect(decided.status).toBe("approved");
    expect((await ask(server, key, "Write to ada@example.com")).status).toBe(200);
  });

  it("says in the tray how the server is", async () => {
    const menu = await hopeFor("a menu of the tray", () => session.trayMenu());
    expect(menu).toMatch(/Production: all is well/);
    expect(menu).toMatch(/Spent today: \$0\.\d\d/);
    expect(menu).toMatch(/Budget of spender: \d+ % of \$0\.00/);
    expect(menu).toMatch(/Requests in the last minute: \d+/);
    for (const deed of ["Open the dashboard", "Providers", "Servers and settings", "Quit GhostLLM"])
      expect(menu).toContain(deed);
  });

  it("starts a server on this machine, shows what it says, and stops it", async () => {
    await application.press("Start one");
    await application.untilText("A server runs here.");
    await application.untilText(/This machine\s*all is well/);
    await application.run("document.querySelectorAll('details').forEach((details) => (details.open = true))");
    const text = await application.untilText("serves on http://127.0.0.1:");
    expect(text).toContain("gk-");
    expect(text).not.toMatch(/gk-[0-9a-f]{12}-[0-9a-f]{8}/);
    await session.focus("^GhostLLM$");
    session.picture("local-server");
    await application.press("Stop it");
    await application.untilText("No server runs here.");
    await application.untilText(/This machine\s*away/);
  });

  it("leaves no secret in a file, in what it prints or in its page", async () => {
    const files = readdirSync(session.home, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const paths = files.map(({ parentPath, name }) => join(parentPath, name));
    const local = readFileSync(join(session.data, "local-server/admin.key"), "utf8").trim();
    const withSecrets = paths.filter((path) => {
      const content = readFileSync(path);
      return [server.adminKey, local].some((secret) => content.includes(secret));
    });
    // The local server's own, which it writes itself.
    expect(withSecrets).toEqual([join(session.data, "local-server/admin.key")]);
    for (const secret of [server.adminKey, local]) expect(application.output).not.toContain(secret);
    const page = "return document.documentElement.outerHTML + JSON.stringify({ ...localStorage }) + document.cookie";
    expect(await application.run(page)).not.toContain(server.adminKey);
    for (const name of ["servers.json", "settings.json", "local-server.log"]) {
      expect(statSync(join(session.data, name)).mode & 0o777, name).toBe(0o600);
    }
    expect(statSync(session.data).mode & 0o777).toBe(0o700);
  });

  it("takes little while nothing happens, of this machine and of its server", async () => {
    const below = (): ReturnType<typeof processesBelow> => processesBelow(application.pid, /ghostllm-desktop|WebKit/);
    const spend = async (): Promise<readonly [number, number]> => {
      const [own, served] = [below().cpuSeconds, server.cpuSeconds()];
      await sleep(measuredSeconds * 1_000);
      return [below().cpuSeconds - own, server.cpuSeconds() - served];
    };
    const often = await spend();
    await application.type("Seconds between two looks at servers", "3600");
    await application.press("Save");
    await application.untilText("Settings are saved.");
    await sleep(3_000);
    const seldom = await spend();
    const { count, rssBytes } = below();
    const [own, served] = [0, 1].map(
      (of) => ((often[of] ?? 0) - (seldom[of] ?? 0)) / (measuredSeconds / 2) / usualPause,
    );
    const percent = (share = 0): string => `${(share * 100).toFixed(3)} %`;
    console.log(
      `idle: ${Math.round(rssBytes / 1e6)} MB RSS in ${count} processes, ${percent((seldom[0] ?? 0) / measuredSeconds)} of a core; looks every 30 s take another ${percent(own)}, and of the server ${percent(served)}`,
    );
    expect((seldom[0] ?? 0) / measuredSeconds).toBeLessThan(0.1);
    expect(served).toBeLessThan(0.005);
  });
});

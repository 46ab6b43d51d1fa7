// The console behind a real nginx, below a path of which neither it nor the server was told, and in a browser without a way to
// anything else.

import { describe, expect, it } from "vitest";
import { signIn } from "./support/browser.ts";
import { findNginx, startNginx } from "./support/nginx.ts";
import type { Nginx } from "./support/nginx.ts";
import { listPages } from "./support/pages.ts";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const program = findNginx();
if (program === null)
  console.warn("The console is not looked at behind nginx: there is none. `apt-get install nginx-light`.");
const path = "/tools/ghost";

let nginx: Nginx;

const suite = openSuite({
  ...(program !== null && { startFront: async (stage) => (nginx = await startNginx(program, stage.url, path)) }),
});

describe.skipIf(executable === null || program === null)("behind nginx, below a path", () => {
  it("one signs in, with a cookie for the host, and comes back to a link after a reload", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/keys?q=ci-agent");
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([{ name: "__Host-ghostllm-session", path: "/", secure: true, httpOnly: true }]);
    await page.getByText("ci-agent").click();
    await page.getByRole("heading", { name: "ci-agent" }).waitFor();
    expect(page.url()).toContain(`${nginx.url}/console/keys/`);
    await page.reload();
    await page.getByRole("heading", { name: "ci-agent" }).waitFor();
    await page.getByRole("link", { name: "Connect" }).click();
    await page.getByText(`curl ${nginx.url}/v1/chat/completions`).waitFor();
    expect(problems).toEqual([]);
  });

  it("calls are told as they are made, over a WebSocket below the same path", async () => {
    const view = await suite.visits.open();
    const sockets: string[] = [];
    view.page.on("websocket", (socket) => sockets.push(socket.url()));
    await signIn(view.page, nginx.url);
    await suite.visits.visit(view.page, "/requests");
    await view.page.getByText("live", { exact: true }).waitFor();
    const id = await suite.stage.call("fake-model");
    await view.page.locator(`tbody tr[data-id="${id}"]`).waitFor();
    const { host } = new URL(nginx.url);
    expect(new Set(sockets)).toEqual(new Set([`ws://${host}${path}/admin/live`]));
    expect(view.problems).toEqual([]);
  });

  it("a call through it streams", async () => {
    const { admin: client } = suite.stage.server;
    const { data } = await client.users.list();
    const { key } = await client.apiKeys.create({ body: { name: "streams", user_id: data[0]?.id ?? "" } });
    const answer = await fetch(`${nginx.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "fake-model", stream: true, messages: [{ role: "user", content: "Hello" }] }),
    });
    expect(await answer.text()).toMatch(/data: \[DONE\]\s*$/);
  });

  it("no page asks another host, or anything outside of its path", async () => {
    const view = await suite.visits.open();
    const asked = new Set<string>();
    view.page.on("request", (request) => asked.add(request.url()));
    await signIn(view.page, nginx.url);
    for (const each of await listPages(suite.stage.server.admin)) await suite.visits.visit(view.page, each.path);
    const others = [...asked].filter((url) => !url.startsWith(`${nginx.url}/`) && !/^(?:data|blob):/.test(url));
    expect(others).toEqual([]);
    expect(view.problems).toEqual([]);
  }, 120_000);
});

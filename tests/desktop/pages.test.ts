// A page of a server calls nothing of the application, leaves its server for nowhere, and is not another server's page.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Application } from "./support/application.ts";
import { DesktopSession } from "./support/desktop-session.ts";
import { hopeFor } from "./support/hope.ts";
import { type HostileServer, startHostileServer } from "./support/hostile-server.ts";

const capability = join(import.meta.dirname, "../../apps/desktop/src-tauri/capabilities/shell.json");
const { permissions } = JSON.parse(readFileSync(capability, "utf8")) as { readonly permissions: readonly string[] };
/** Those that the local page may call, so that none is forgotten here. */
const ownCommands = permissions
  .filter((permission) => permission.startsWith("allow-"))
  .map((permission) => permission.slice("allow-".length).replaceAll("-", "_"));
const ofPlugins = [
  ...["plugin:event|listen", "plugin:event|emit", "plugin:opener|open_url", "plugin:opener|open_path"],
  ...["plugin:webview|create_webview_window", "plugin:window|create", "plugin:window|close", "plugin:app|version"],
  ...["plugin:autostart|enable", "plugin:window-state|save_window_state", "plugin:path|resolve_directory"],
  ...["plugin:menu|new", "plugin:tray|new", "plugin:resources|close", "plugin:image|from_path"],
];

function scriptFor(elsewhere: string): string {
  return `
const tell = (name, outcome) => fetch("/told", { method: "POST", body: JSON.stringify([name, String(outcome)]) });
const told = (error) => "refused: " + (error && error.message || error);
const within = (promise) => Promise.race([promise, new Promise((done) => setTimeout(() => done("no answer"), 3000))]);
const internals = window.__TAURI_INTERNALS__;
const call = async (name, values) => {
  if (!internals) return "there is nothing to call";
  return within(internals.invoke(name, values).then((answer) => "ANSWERED " + JSON.stringify(answer), told));
};
const names = ${JSON.stringify([...ownCommands, ...ofPlugins])};
const values = { id: "local", url: "http://127.0.0.1:1", key: null, server: "x", consent: "x", decision: "approve", note: "",
  addition: { url: "http://127.0.0.1:1", name: "", fingerprint: null, key: null }, path: "/etc/passwd", event: "changed", target: { kind: "Any" },
  handler: 1, label: "shell", options: { label: "shell", url: "index.html" }, settings: {}, startsWithSession: true, rid: 1 };
(async () => {
  document.cookie = "of=this-server; path=/";
  localStorage.setItem("of", "this server");
  for (const name of names) await tell(name, await call(name, values));
  for (const url of ["ipc://localhost/overview", "http://ipc.localhost/overview", "tauri://localhost/index.html", "file:///etc/hostname"]) {
    const asked = fetch(url, { method: url.includes("ipc") ? "POST" : "GET", body: url.includes("ipc") ? "{}" : undefined });
    await tell("fetch " + url, await within(asked.then(async (answer) => (answer.ok ? "ANSWERED " : "refused: ") + answer.status + " " + await answer.text(), told)));
  }
  const frame = document.createElement("iframe");
  frame.src = "tauri://localhost/index.html";
  document.body.append(frame);
  await new Promise((done) => setTimeout(done, 1000));
  let seen = "nothing of it is seen";
  try { seen = "ANSWERED " + frame.contentDocument.body.innerText; if (frame.contentDocument.body.innerText === "") seen = "an empty frame"; } catch (error) { seen = told(error); }
  await tell("frame of the local page", seen);
  window.open("${elsewhere}/from-a-new-window");
  await new Promise((done) => setTimeout(done, 1500));
  for (const url of ["tauri://localhost/index.html", "file:///etc/hostname", "ghostllm://add?url=http://127.0.0.1:1", "${elsewhere}/from-the-window"]) {
    location.href = url;
    await new Promise((done) => setTimeout(done, 1500));
  }
  document.body.innerHTML = '<a href="${elsewhere}/from-a-click" target="_blank" style="position: fixed; inset: 0">elsewhere</a>';
  await tell("still here", location.href);
})();`;
}

let session: DesktopSession;
let application: Application;
let elsewhere: HostileServer;
let hostile: HostileServer;

beforeAll(async () => {
  elsewhere = await startHostileServer(
    `fetch("/told", { method: "POST", body: JSON.stringify(["seen", document.cookie + JSON.stringify(localStorage)]) })`,
  );
  hostile = await startHostileServer(scriptFor(elsewhere.url));
  session = await DesktopSession.start();
  application = await Application.start(session);
  await application.addServer(hostile.url, { name: "Hostile" });
  await hopeFor("a page that has tried all", () => hostile.reported.get("still here"));
});

afterAll(async () => {
  await application.stop();
  await session.close();
  await Promise.all([hostile.close(), elsewhere.close()]);
});

describe("a page of a server", () => {
  it("is refused every command, of the application and of its plugins", () => {
    const outcomes = [...ownCommands, ...ofPlugins].map((name) => [name, hostile.reported.get(name) ?? "not tried"]);
    expect(outcomes.length).toBeGreaterThan(25);
    for (const [name, outcome] of outcomes) expect(outcome, name).toMatch(/^refused: .*not allowed/i);
  });

  it("is not answered where it goes round them", () => {
    const outcomes = [...hostile.reported].filter(([name]) => name.startsWith("fetch ") || name.startsWith("frame "));
    expect(outcomes).toHaveLength(5);
    for (const [name, outcome] of outcomes) expect(outcome, name).not.toMatch(/^ANSWERED/);
  });

  it("stays with its server, and what is elsewhere opens in the browser", () => {
    expect(hostile.reported.get("still here")).toBe(`${hostile.url}/console/`);
    // A new window without a click is none at all.
    expect(session.openedInBrowser).toEqual([`${elsewhere.url}/from-the-window`]);
    expect(elsewhere.asked).toEqual([]);
  });

  it("opens what somebody clicks on in the browser, and no window", async () => {
    await session.focus("Hostile");
    const windows = session.windows.length;
    session.click("Hostile");
    await hopeFor("a browser", () => session.openedInBrowser.includes(`${elsewhere.url}/from-a-click`));
    expect(session.windows).toHaveLength(windows);
    expect(elsewhere.asked).toEqual([]);
  });

  it("leaves nothing behind for another server's page, not even on the same host", async () => {
    await application.addServer(elsewhere.url, { name: "Elsewhere" });
    expect(await hopeFor("a page", () => elsewhere.reported.get("seen"))).toBe("{}");
    expect(elsewhere.asked.map(({ cookie }) => cookie).join("")).toBe("");
    await hopeFor("one window of a console", () => !session.windows.includes("Hostile – GhostLLM"));
    expect(session.windows).toContain("Elsewhere – GhostLLM");
  });

  it("is not the local page, which calls what it may", async () => {
    expect(await application.run("return typeof window.__TAURI_INTERNALS__.invoke")).toBe("function");
    expect(await application.run("return document.querySelectorAll('article').length")).toBe(2);
    await application.run("location.href = 'https://example.com/'");
    expect(await application.run("return location.href")).toMatch(/^tauri:\/\/localhost/);
  });
});

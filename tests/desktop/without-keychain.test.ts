// A session without a keychain: keys are in a file, and that is said. A second start is none: it hands over what it was started with.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Application } from "./support/application.ts";
import { DesktopSession } from "./support/desktop-session.ts";
import { openServers, type Servers, type ShownServer } from "./support/servers.ts";

let session: DesktopSession;
let servers: Servers;
let application: Application;
let server: ShownServer;

beforeAll(async () => {
  servers = await openServers();
  server = await servers.start();
  session = await DesktopSession.start({ hasKeychain: false });
  application = await Application.start(session);
});

afterAll(async () => {
  await application.stop();
  await session.close();
  await servers.close();
});

describe("a session without a keychain", () => {
  it("has keys in a file for its user alone, and says so", async () => {
    const file = join(session.data, "keys.json");
    expect(await application.untilText("There is no keychain")).toContain(`kept in ${file}, unencrypted`);
    await application.addServer(server.operatorsUrl, { key: server.adminKey, name: "Production" });
    await application.untilText("all is well");
    expect(Object.values(JSON.parse(readFileSync(file, "utf8")) as object)).toEqual([server.adminKey]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(session.data, "servers.json"), "utf8")).not.toContain(server.adminKey);
  });

  it("refuses a key that the server does not know, and keeps the one that works", async () => {
    await application.run("document.querySelector('details').open = true");
    await application.type("Another key", "gk-0123456789ab-of-nobody");
    await application.press("Keep");
    await application.untilText("The server does not know this key");
    expect(readFileSync(join(session.data, "keys.json"), "utf8")).toContain(server.adminKey);
  });

  it("fills a form in where a second start has a link, and sends nothing", async () => {
    session.startAgain("ghostllm://add?url=https%3A%2F%2Fllm.example.com%3A4433");
    await application.untilText("A link wants this server to be added.");
    expect(await application.run("return document.querySelector('input[name=url]').value")).toBe(
      "https://llm.example.com:4433",
    );
    expect(await application.text()).not.toContain("It is the same: trust it and add it");
  });
});

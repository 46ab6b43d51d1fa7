// A server that shows another certificate is refused: nothing is sent to it, and its pages are shown no more.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../tools/free-port.ts";
import { Application } from "./support/application.ts";
import { DesktopSession } from "./support/desktop-session.ts";
import { hopeFor } from "./support/hope.ts";
import { openServers, type Servers, type ShownServer } from "./support/servers.ts";

let session: DesktopSession;
let servers: Servers;
let application: Application;
let trusted: ShownServer;
let port: string;

const start = (): Promise<ShownServer> => servers.start({ GHOSTLLM_MANAGEMENT_PORT: port });

beforeAll(async () => {
  servers = await openServers();
  port = String(await findFreePort());
  trusted = await start();
  session = await DesktopSession.start();
  session.keepSettings({ poll_seconds: 2 });
  application = await Application.start(session);
  await application.addServer(trusted.operatorsUrl, { key: trusted.adminKey, name: "Production" });
  await application.untilText("all is well");
  await session.untilDrawn("Production");
});

afterAll(async () => {
  await application.stop();
  await session.close();
  await servers.close();
});

describe("a certificate that has changed", () => {
  it("is told with both fingerprints, and closes the window", async () => {
    await trusted.stop();
    await application.untilText("away: it cannot be reached");
    // Another one at the same address: who stands between looks just so.
    const other = await start();
    const text = await application.untilText("This server shows another certificate than the one you trusted.");
    expect(text).toContain(trusted.fingerprint);
    expect(text).toContain(other.fingerprint);
    expect(other.fingerprint).not.toBe(trusted.fingerprint);
    await hopeFor("no window of its console", () => !session.windows.includes("Production – GhostLLM"));
    expect(
      await application.run("return [...document.querySelectorAll('button')].map(({ textContent }) => textContent)"),
    ).not.toContain("Open");
    await session.focus("^GhostLLM$");
    session.picture("certificate-changed");
    expect(session.notices()).toContainEqual(expect.stringContaining("another certificate"));
  });

  it("is refused to a page as well, also where it is opened by a link", async () => {
    session.startAgain(`ghostllm://console/127.0.0.1:${port}/keys`);
    expect(await application.untilText("It was not opened.")).toContain(
      "another certificate than the one that you trusted",
    );
    await hopeFor("no window of its console", () => !session.windows.includes("Production – GhostLLM"));
  });

  it("leaves the pin as it was", () => {
    const kept = readFileSync(join(session.data, "servers.json"), "utf8");
    expect(kept).toContain(trusted.fingerprint);
  });
});

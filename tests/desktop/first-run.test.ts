// The first day with the application: a server is added, one signs in, another is added, one on this machine is started and stopped.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Application } from "./support/application.ts";
import { DesktopSession } from "./support/desktop-session.ts";
import { hopeFor } from "./support/hope.ts";
import { email, openServers, password, type Servers, type ShownServer } from "./support/servers.ts";

let session: DesktopSession;
let servers: Servers;
let application: Application;
let first: ShownServer;

beforeAll(async () => {
  servers = await openServers();
  [first, session] = await Promise.all([servers.start(), DesktopSession.start()]);
  application = await Application.start(session);
});

afterAll(async () => {
  await application.stop();
  await session.close();
  await servers.close();
});

describe("the first run", () => {
  it("begins with nothing, and says where keys are kept", async () => {
    const text = await application.untilText("There is no server yet");
    expect(text).toContain("Keys are kept in the keychain of your desktop.");
    session.picture("first-run");
  });

  it("has the certificate compared, and shows the console of the server", async () => {
    await application.type("Address", first.operatorsUrl);
    await application.press("Look at it");
    const text = await application.untilText("Nobody vouches for its certificate");
    expect(text).toContain(first.fingerprint);
    session.picture("fingerprint");
    await application.type("Name", "Production");
    await application.type("Key, for the tray and for notices", first.adminKey);
    await application.press("It is the same: trust it and add it");
    await application.untilText("all is well");
    await hopeFor("a window", () => session.windows.includes("Production – GhostLLM"));
  });

  it("signs in as a browser does: the session is the page's own", async () => {
    await session.focus("Production");
    const before = (await first.admin.sessions.list({})).data.length;
    await session.untilDrawn("Production");
    session.picture("sign-in");
    session.type(email);
    session.press("Tab");
    session.type(password);
    session.press("Return");
    const sessions = await hopeFor("a session", async () => {
      const { data } = await first.admin.sessions.list({});
      return data.length > before ? data : null;
    });
    expect(sessions[0]?.user_agent).toContain("AppleWebKit");
    await session.untilDrawn("Production", 400);
    session.picture("dashboard");
  });
});

// The console as it is served: its page for every path, its files, its policy, and what is told while there is none.

import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { openRaw } from "./support/raw-socket.ts";

const script = `export const text = "${"ghost ".repeat(500)}";\n`;
const page =
  '<!doctype html><head><base href="./" /><script type="module" nonce="CSP_NONCE" src="./assets/main-1a2b.js"></script>' +
  '<meta property="csp-nonce" nonce="CSP_NONCE"></head><div id="root"></div>';

let directory: string;
let plane: AdminPlane;
let waiting: AdminPlane;
let without: AdminPlane;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghostllm-console-"));
  const built = join(directory, "built");
  await mkdir(join(built, "assets"), { recursive: true });
  await mkdir(join(directory, "waiting"));
  await writeFile(join(built, "index.html"), page);
  await writeFile(join(built, "before.js"), "");
  await writeFile(join(built, "assets/main-1a2b.js"), script);
  await writeFile(join(directory, "secret.js"), "secret");
  plane = await startAdminPlane({ consoleDirectory: built });
  waiting = await startAdminPlane({ consoleDirectory: join(directory, "waiting") });
  without = await startAdminPlane();
});
afterAll(async () => {
  await Promise.all([plane, waiting, without].map((one) => one.close()));
  await rm(directory, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(plane.url + path, { headers });

describe("the page", () => {
  it.each([
    ["/console/", "./"],
    ["/console/keys", "./"],
    ["/console/keys/", "../"],
    ["/console/requests/0197a000-0000-7000-8000-000000000000?tab=cost", "../"],
    ["/console/a/b/c.d", "../../"],
  ])("is there for %s, and finds its files below any path of a proxy", async (path, base) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(await response.text()).toContain(`<base href="${base}" />`);
    const { pathname } = new URL(base, new URL(path, "http://proxy.example/below/it"));
    expect(pathname).toBe("/console/");
  });

  it("is led to with its slash, by a path that holds below any other", async () => {
    const response = await fetch(`${plane.url}/console`, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([307, "console/"]);
  });

  it("lets nothing run but its own files, and styles with the nonce of this very answer", async () => {
    const [one, other] = [await get("/console/"), await get("/console/")];
    const policy = one.headers.get("content-security-policy") ?? "";
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-");
    expect(policy).toContain("frame-ancestors 'none'");
    const nonce = /'nonce-([\w-]{24})'/.exec(policy)?.[1] ?? "none";
    expect((await one.text()).split(`nonce="${nonce}"`)).toHaveLength(3);
    expect(other.headers.get("content-security-policy")).not.toBe(policy);
  });

  it("answers no other method", async () => {
    const response = await fetch(`${plane.url}/console/`, { method: "POST" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect((await fetch(`${plane.url}/console/`, { method: "HEAD" })).status).toBe(200);
  });
});

describe("files", () => {
  it("with a hash in their names are kept for good, and are compressed", async () => {
    const plain = await get("/console/assets/main-1a2b.js", { "accept-encoding": "identity" });
    expect(await plain.text()).toBe(script);
    expect(plain.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(plain.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(plain.headers.get("x-content-type-options")).toBe("nosniff");
    const coded = await get("/console/assets/main-1a2b.js", { "accept-encoding": "br" });
    expect(coded.headers.get("content-encoding")).toBe("br");
    expect(Number(coded.headers.get("content-length"))).toBeLessThan(200);
    expect(await coded.text()).toBe(script);
  });

  it("without one are asked for again, and answered 304 while they are the same", async () => {
    const first = await get("/console/before.js");
    expect(first.headers.get("cache-control")).toBe("no-cache");
    const again = await get("/console/before.js", { "if-none-match": first.headers.get("etag") ?? "" });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  it("that are not there are no page, also below a path that has one", async () => {
    const response = await get("/console/assets/main-old.js");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
  });

  it.each(["/console/../secret.js", "/console/%2e%2e/secret.js", "/console/assets/..%2f..%2fsecret.js", "//secret.js"])(
    "outside of the folder are not to be had by %s",
    async (path) => {
      const socket = await openRaw(plane.url);
      socket.send(`GET ${path} HTTP/1.1\r\nHost: ghost\r\nConnection: close\r\n\r\n`);
      expect(await socket.closed()).not.toMatch(/\r\n\r\n.*secret$/s);
    },
  );
});

describe("where there is no page", () => {
  const at = (one: AdminPlane) => fetch(`${one.url}/console/`);

  it("404 says what would name one", async () => {
    for (const one of [without, waiting]) {
      const response = await at(one);
      expect(response.status).toBe(404);
      expect(JSON.stringify(await response.json())).toContain("console.directory");
    }
  });

  it("a plain page tells of a build that is under way and asks again, but not of one that was left behind", async () => {
    const marker = join(directory, "waiting/building");
    await writeFile(marker, "");
    const response = await at(waiting);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'; style-src 'sha256-");
    const html = await response.text();
    expect(html).toContain("The console is being built");
    expect(html).toContain('<meta http-equiv="refresh" content="2">');
    const longAgo = new Date(waiting.clock.nowMs - 10 * 60_000);
    await utimes(marker, longAgo, longAgo);
    expect((await at(waiting)).status).toBe(404);
    await rm(marker);
  });

  it("another one tells that the build has failed", async () => {
    await writeFile(join(directory, "waiting/failed"), "");
    const html = await (await at(waiting)).text();
    expect(html).toContain("could not be built");
    expect(html).not.toContain("refresh");
    await rm(join(directory, "waiting/failed"));
  });

  it("the landing page leads to it where there is one only", async () => {
    expect(await (await fetch(`${plane.url}/`)).text()).toContain('href="console/"');
    expect(await (await fetch(`${without.url}/`)).text()).not.toContain('href="console/"');
  });
});

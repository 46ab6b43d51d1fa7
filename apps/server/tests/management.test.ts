// The port for operators: what it serves, with which certificate, and to whom.

import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { connect } from "node:tls";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { askExactly } from "./support/exact-answer.ts";
import { startWholeServer, wholeAdminKey } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

let directory: string;
const path = (name: string): string => join(directory, name);
const read = (name: string): Buffer => readFileSync(path(name));
const openssl = (...args: readonly string[]): void => void execFileSync("openssl", args, { stdio: "ignore" });

/** An authority, and a client for which it vouches, some of them by way of another. */
function makeAuthority(name: string, clients: Readonly<Record<string, readonly string[]>>): void {
  const usage = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign"];
  const files = ["-keyout", path(`${name}.key`), "-out", path(`${name}.pem`)];
  openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`, ...usage, ...files);
  for (const [client, more] of Object.entries(clients)) {
    const own = ["-newkey", "rsa:2048", "-nodes", "-keyout", path(`${client}.key`), "-subj", `/CN=${client}`];
    const by = ["-CA", path(`${name}.pem`), "-CAkey", path(`${name}.key`)];
    openssl("req", "-x509", ...own, "-out", path(`${client}.pem`), ...by, "-days", "2", ...more);
  }
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "ghostllm-management-"));
  makeAuthority("first", { known: ["-addext", "basicConstraints=critical,CA:FALSE"] });
  makeAuthority("second", { stranger: ["-addext", "basicConstraints=critical,CA:FALSE"] });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let server: WholeServer;
afterEach(() => server?.close());

const admin = { authorization: `Bearer ${wholeAdminKey}` };
const anybody = { rejectUnauthorized: false };
const statusOf = async (url: string, tls: object = anybody, headers: Readonly<Record<string, string>> = admin) =>
  (await askExactly(url, { headers, tls })).status;
const by = (client: string) => ({ ...anybody, cert: read(`${client}.pem`), key: read(`${client}.key`) });

async function shownBy(url: string): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1", ...anybody });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

const cliFile = join(import.meta.dirname, "../../cli/src/main.ts");
const cli = async (...words: readonly string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [cliFile, ...words])).stdout;

describe("the management port", () => {
  it.each(["1", "2"])(
    "serves operators by a certificate that stays, and no models, with %s workers",
    async (workers) => {
      const settings = {
        GHOSTLLM_MANAGEMENT_PORT: "0",
        SERVER_WORKERS: workers,
        GHOSTLLM_DATA_DIR: path(`data-${workers}`),
      };
      server = await startWholeServer(settings);
      const { url = "", fingerprint } = server.management ?? {};
      expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/);
      expect(await shownBy(url)).toBe(fingerprint);
      expect(await statusOf(`${url}/admin/users`)).toBe(200);
      expect(await statusOf(`${url}/admin/users`, anybody, {})).toBe(401);
      expect(await statusOf(`${url}/health/live`)).toBe(200);
      expect(await statusOf(`${url}/health`)).toBe(200);
      expect(await statusOf(`${url}/v1/models`)).toBe(404);
      // The other one goes on as before.
      expect(await statusOf(`${server.url}/admin/users`)).toBe(200);
      const { data } = await server.admin.certificates.list({});
      expect(data).toMatchObject([{ name: "management", source: "made", fingerprint, renewal: null }]);
      const { host } = new URL(url);
      const asAdmin = ["--url", server.url, "--key", wholeAdminKey];
      expect(await cli("tls", "fingerprint", host)).toBe(`${fingerprint}\n`);
      expect(await cli("tls", "list", ...asAdmin)).toContain(`SHA-256 ${fingerprint}`);
      await expect(cli("tls", "renew", ...asAdmin)).rejects.toThrow(/No authority is asked/);
      await server.close();
      server = await startWholeServer(settings);
      expect(server.management?.fingerprint).toBe(fingerprint);
    },
  );

  it("is the only one for operators where that is said", async () => {
    server = await startWholeServer({ GHOSTLLM_MANAGEMENT_PORT: "0", GHOSTLLM_MANAGEMENT_ONLY: "true" });
    for (const place of ["/admin/users", "/", "/docs", "/scim/v2/Users", "/admin/live"])
      expect(await statusOf(`${server.url}${place}`), place).toBe(404);
    expect(await statusOf(`${server.url}/health/ready`)).toBe(200);
    const key = { authorization: `Bearer ${server.apiKey}` };
    expect(await statusOf(`${server.url}/v1/models`, anybody, key)).toBe(200);
    expect(await statusOf(`${server.management?.url}/admin/users`)).toBe(200);
    const live = { ...admin, connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
    expect(await statusOf(`${server.url}/admin/live`, anybody, live)).not.toBe(101);
  });
});

describe("a client of whom a certificate is asked", () => {
  const start = async (): Promise<string> => {
    copyFileSync(path("first.pem"), path("clients.pem"));
    server = await startWholeServer({
      GHOSTLLM_MANAGEMENT_PORT: "0",
      GHOSTLLM_MANAGEMENT_TLS_CLIENT_CA_FILE: path("clients.pem"),
    });
    return server.management?.url ?? "";
  };

  it("is served with one that is known, and signs in all the same", async () => {
    const url = await start();
    expect(await statusOf(`${url}/admin/users`, by("known"))).toBe(200);
    expect(await statusOf(`${url}/admin/users`, by("known"), {})).toBe(401);
    await expect(statusOf(`${url}/admin/users`, by("stranger"))).rejects.toThrow();
    await expect(statusOf(`${url}/health/live`)).rejects.toThrow();
    // The certificate can be looked at without one, to be pinned.
    expect(await shownBy(url)).toBe(server.management?.fingerprint);
  });

  it("is refused from the next request on when nobody vouches for it any more, also where it is connected", async () => {
    const url = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ...by("known") });
    const ask = (): Promise<readonly [number, string, boolean]> =>
      new Promise((resolve, reject) => {
        const asked = request(`${url}/admin/users`, { agent, headers: admin }, (answer) => {
          void buffer(answer).then((body) => resolve([answer.statusCode ?? 0, body.toString(), asked.reusedSocket]));
        });
        asked.on("error", reject).end();
      });
    expect((await ask())[0]).toBe(200);
    expect(await ask()).toMatchObject([200, expect.anything(), true]);
    copyFileSync(path("second.pem"), path("clients.pem"));
    await server.reload();
    const [status, body, isSame] = await ask();
    expect([status, isSame]).toEqual([403, true]);
    expect(body).toContain("is not trusted any more");
    // A session that it knows of gets it nowhere.
    await expect(ask()).rejects.toThrow();
    expect(await statusOf(`${url}/admin/users`, by("stranger"))).toBe(200);
    agent.destroy();
  });

  it("is refused by the authorities of before where the new ones are of no use, and health says why", async () => {
    const url = await start();
    copyFileSync(path("first.key"), path("clients.pem"));
    await server.reload();
    expect(await statusOf(`${url}/admin/users`, by("known"))).toBe(200);
    const health = await askExactly(`${server.url}/health`, {});
    expect(health.status).toBe(503);
    expect(health.bytes.toString()).toContain("holds no certificate in PEM");
  });
});

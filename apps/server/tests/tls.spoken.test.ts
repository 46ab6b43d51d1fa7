// What is spoken by TLS is what docs/tls.md says, by the eyes of OpenSSL's own client; and sessions are resumed whichever worker it was
// that began them.

import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSign } from "#edge/certificates/self-signed.ts";
import { startWholeServer } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/tls.md"), "utf8");
const atOnce = 4;

let directory: string;
let server: WholeServer;
let port: string;

function place(pair: { readonly cert: string; readonly key: string }): Promise<void> {
  writeFileSync(join(directory, "server.pem"), pair.cert);
  writeFileSync(join(directory, "server.key"), pair.key);
  return server?.reload();
}
const ecdsa = async () => (await selfSign({ commonName: "ecdsa", hosts: ["localhost"], days: 2 })).pem;
function rsa(): { readonly cert: string; readonly key: string } {
  const made = ["-keyout", join(directory, "rsa.key"), "-out", join(directory, "rsa.pem")];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=rsa", "-days", "2", ...made];
  execFileSync("openssl", args, { stdio: "ignore" });
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");
  return { cert: read("rsa.pem"), key: read("rsa.key") };
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "ghostllm-spoken-"));
  await place(await ecdsa());
  server = await startWholeServer({
    SERVER_TLS_CERTIFICATE_FILE: join(directory, "server.pem"),
    SERVER_TLS_KEY_FILE: join(directory, "server.key"),
    SERVER_WORKERS: "2",
  });
  ({ port } = new URL(server.url));
});
afterAll(async () => {
  await server?.close();
  rmSync(directory, { recursive: true, force: true });
});

/** The names in a row of the table. */
function documented(version: string): readonly string[] {
  const row = page.split("\n").find((line) => line.startsWith(`| ${version} `)) ?? "";
  return [...row.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

/** All that OpenSSL knows, also what nobody should speak. */
function known(version: string): readonly string[] {
  const args = ["ciphers", "-s", version, version === "-tls1_3" ? "DEFAULT" : "ALL:COMPLEMENTOFALL:@SECLEVEL=0"];
  const names = execFileSync("openssl", args, { encoding: "utf8" }).trim().split(":");
  return names.filter((name) => name.startsWith("TLS_") === (version === "-tls1_3"));
}

/** Agreed on with a client that speaks nothing else: the cipher, or null where the server refuses. */
function agreed(args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const all = ["s_client", "-connect", `127.0.0.1:${port}`, "-brief", ...args];
    const child = execFile("openssl", all, (_error, stdout, stderr) => {
      const text = stdout + stderr;
      resolve(text.includes("CONNECTION ESTABLISHED") ? (/Ciphersuite: (\S+)/.exec(text)?.[1] ?? null) : null);
    });
    child.stdin?.end();
  });
}

async function takenOf(
  names: readonly string[],
  args: (name: string) => readonly string[],
): Promise<readonly string[]> {
  const taken: string[] = [];
  for (let from = 0; from < names.length; from += atOnce) {
    const some = names.slice(from, from + atOnce);
    const results = await Promise.all(some.map((name) => agreed(args(name))));
    taken.push(...results.filter((name) => name !== null));
  }
  return taken.toSorted();
}

describe("what is spoken", () => {
  it("of TLS 1.3 is what is documented, and of TLS 1.2 for a key of either kind", async () => {
    const of13 = await takenOf(known("-tls1_3"), (name) => ["-tls1_3", "-ciphersuites", name]);
    expect(of13).toEqual(documented("TLS 1.3").toSorted());
    const names = known("-tls1_2");
    expect(names.length).toBeGreaterThan(50);
    const of12 = (name: string): readonly string[] => ["-tls1_2", "-cipher", `${name}:@SECLEVEL=0`];
    const byEcdsa = await takenOf(names, of12);
    await place(rsa());
    const byRsa = await takenOf(names, of12);
    expect([...byEcdsa, ...byRsa].toSorted()).toEqual(documented("TLS 1.2").toSorted());
    expect(byEcdsa.every((name) => name.startsWith("ECDHE-ECDSA-"))).toBe(true);
    expect(byRsa.every((name) => name.startsWith("ECDHE-RSA-"))).toBe(true);
  });

  it("is nothing older, whatever a client offers with it", async () => {
    for (const version of ["-tls1", "-tls1_1"])
      expect(await agreed([version, "-cipher", "ALL:@SECLEVEL=0"]), version).toBeNull();
  });

  it("is HTTP/1.1 by ALPN, and none that a client insists on besides", async () => {
    const protocolOf = async (ALPNProtocols: string[]) => (await shake({ ALPNProtocols })).alpn;
    expect(await protocolOf(["h2", "http/1.1"])).toBe("http/1.1");
    await expect(protocolOf(["h2"])).rejects.toThrow(/no application protocol|alert/i);
  });
});

async function shake(options: ConnectionOptions) {
  const socket = connect({ port: Number(port), host: "127.0.0.1", rejectUnauthorized: false, ...options });
  try {
    const [[session]] = (await Promise.all([once(socket, "session"), once(socket, "secureConnect")])) as [[Buffer], []];
    return { session, isReused: socket.isSessionReused(), alpn: socket.alpnProtocol };
  } finally {
    socket.destroy();
  }
}

it.each(["TLSv1.2", "TLSv1.3"] as const)("a session of %s goes on at whichever worker", async (version) => {
  const only = { minVersion: version, maxVersion: version };
  const { session, isReused } = await shake(only);
  expect(isReused).toBe(false);
  // Of two workers one would know it by chance in half of the cases.
  const others = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const socket = connect({ port: Number(port), host: "127.0.0.1", rejectUnauthorized: false, session, ...only });
      await once(socket, "secureConnect");
      const isKnown = socket.isSessionReused();
      socket.destroy();
      return isKnown;
    }),
  );
  expect(others).toEqual(Array.from({ length: 16 }, () => true));
});

// A real rsyslog receives what a real server tells by each transport: every line unharmed, ten thousand a second, and a receiver that is
// stopped makes no request wait.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openSyslog } from "../../apps/server/src/telemetry/lines/syslog-outlet.ts";
import { findFreePort } from "../../tools/free-port.ts";
import { slowdown } from "../support/slowdown.ts";
import { startBusyServer } from "./busy-server.ts";

const patient = { timeout: 30_000, interval: 100 };
const transports = ["udp", "tcp", "tls"] as const;
type Transport = (typeof transports)[number];

function hasRsyslog(): boolean {
  try {
    execFileSync("rsyslogd", ["-v"], { stdio: "ignore" });
    return true;
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    process.stderr.write("rsyslog is left out: `apt-get install rsyslog rsyslog-openssl`\n");
    return false;
  }
}

const isThere = hasRsyslog();
const directory = mkdtempSync(join(tmpdir(), "ghostllm-rsyslog-"));
const received = (transport: Transport): string => join(directory, `${transport}.log`);
const ports = new Map<Transport, number>();
let daemon: ChildProcess;

const linesOf = (transport: Transport): readonly string[] =>
  existsSync(received(transport)) ? readFileSync(received(transport), "utf8").split("\n").slice(0, -1) : [];

function certify(): void {
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", "key.pem", "-out", "cert.pem"];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", "-nodes", ...made, ...subject], { cwd: directory, stdio: "ignore" });
}

function configuration(): string {
  const file = (name: string): string => join(directory, name);
  const tls = `StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon"`;
  return [
    `global(workDirectory="${directory}" maxMessageSize="64k" defaultNetstreamDriverCAFile="${file("cert.pem")}" defaultNetstreamDriverCertFile="${file("cert.pem")}" defaultNetstreamDriverKeyFile="${file("key.pem")}")`,
    'module(load="imudp")',
    'module(load="imtcp")',
    // Everything of the header, and the message as it came.
    'template(name="whole" type="string" string="%pri% %protocol-version% %timestamp:::date-rfc3339% %app-name% %procid% %msg%\\n")',
    ...transports.map(
      (transport) =>
        `ruleset(name="${transport}") { action(type="omfile" file="${received(transport)}" template="whole") }`,
    ),
    `input(type="imudp" address="127.0.0.1" port="${ports.get("udp")}" ruleset="udp" rcvbufSize="8m")`,
    `input(type="imtcp" address="127.0.0.1" port="${ports.get("tcp")}" ruleset="tcp")`,
    `input(type="imtcp" address="127.0.0.1" port="${ports.get("tls")}" ruleset="tls" ${tls})`,
    "",
  ].join("\n");
}

beforeAll(async () => {
  if (!isThere) return;
  chmodSync(directory, 0o755);
  certify();
  for (const transport of transports) ports.set(transport, await findFreePort());
  const file = join(directory, "rsyslog.conf");
  writeFileSync(file, configuration());
  daemon = spawn("rsyslogd", ["-n", "-f", file, "-i", join(directory, "pid")], { stdio: "ignore" });
  process.once("exit", () => daemon.kill("SIGKILL"));
  await sleep(1_500);
});
afterAll(async () => {
  if (isThere && daemon.exitCode === null) {
    daemon.kill("SIGCONT");
    daemon.kill("SIGKILL");
    await once(daemon, "exit");
  }
  rmSync(directory, { recursive: true, force: true });
});

const certificates = (): string => readFileSync(join(directory, "cert.pem"), "utf8");

function open(transport: Transport) {
  const counts = { written: 0, lost: 0 };
  const outlet = openSyslog(
    {
      ...{ transport, host: "127.0.0.1", port: ports.get(transport) ?? 0, certificates: certificates() },
      sender: { host: "machine", processId: 7 },
    },
    { written: (count) => (counts.written += count), lost: (count) => (counts.lost += count) },
  );
  return { outlet, counts };
}

const lineOf = (index: number): string =>
  JSON.stringify({
    level: 30,
    time: "2026-11-30T20:00:00.123Z",
    msg: "request",
    index,
    word: `ü€😀 "${"x".repeat(300)}`,
  });

describe.runIf(isThere)("rsyslog", () => {
  it.each(transports)("has every line that was told by %s, as it was", async (transport) => {
    const { outlet } = open(transport);
    await sleep(500);
    for (let batch = 0; batch < 20; batch += 1) {
      outlet.write(Array.from({ length: 50 }, (_, place) => lineOf(batch * 50 + place)));
      await sleep(20);
    }
    await vi.waitFor(() => expect(linesOf(transport)).toHaveLength(1_000), patient);
    expect(linesOf(transport)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => `134 1 2026-11-30T20:00:00.123Z ghostllm 7 ${lineOf(index)}`),
    );
    await outlet.close();
  });

  it.each(["tcp", "tls"] as const)("takes ten thousand lines a second by %s, and none is lost", async (transport) => {
    const before = linesOf(transport).length;
    const { outlet, counts } = open(transport);
    await sleep(500);
    const began = performance.now();
    for (let batch = 0; batch < 60; batch += 1) {
      outlet.write(Array.from({ length: 500 }, (_, place) => lineOf(batch * 500 + place)));
      await sleep(Math.max(0, began + (batch + 1) * 50 - performance.now()));
    }
    await vi.waitFor(() => expect(linesOf(transport)).toHaveLength(before + 30_000), patient);
    expect(counts).toEqual({ written: 30_000, lost: 0 });
    const tookMs = performance.now() - began;
    console.info(`${transport}: 30,000 lines in ${Math.round(tookMs)} ms`);
    expect(tookMs).toBeLessThan(6_000 * slowdown());
    await outlet.close();
  });

  it("makes no request wait when it is stopped, and has lines again when it goes on", async () => {
    const busy = await startBusyServer({
      ...{ GHOSTLLM_LOG_REQUESTS: "true", GHOSTLLM_LOG_STDOUT: "false" },
      ...{ GHOSTLLM_LOG_SYSLOG_URL: `tls://127.0.0.1:${ports.get("tls")}`, SSL_CERT_FILE: join(directory, "cert.pem") },
    });
    const before = linesOf("tls").length;
    expect(await busy.ask("well/m")).toBe(200);
    await vi.waitUntil(() => linesOf("tls").length > before, patient);
    daemon.kill("SIGSTOP");
    const times: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      const began = performance.now();
      await Promise.all(Array.from({ length: 20 }, () => busy.ask("well/m")));
      times.push(performance.now() - began);
    }
    daemon.kill("SIGCONT");
    await vi.waitFor(() => expect(linesOf("tls").length - before).toBe(1_201), patient);
    const half = times.toSorted((one, other) => one - other)[30] ?? 0;
    expect(Math.max(...times.slice(30))).toBeLessThan(1_000 * slowdown() + 10 * half);
    expect(linesOf("tls").at(-1)).toMatch(/^134 1 \S+ ghostllm \d+ \{"level":30,.*"status":"ok"/);
    await busy.close();
  });
});

// Lines to a receiver of syslog, by UDP, TCP or TLS. Called by open-outlets.ts. Invariant: however the receiver behaves, nobody waits
// for it, and no more than so many bytes wait for it here.

import { createSocket, type Socket as Datagrams } from "node:dgram";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, rootCertificates } from "node:tls";
import type { LineCounts, LineOutlet } from "./line-outlet.ts";
import { counted, syslogLine, type SyslogSender } from "./syslog-line.ts";
import { WaitingLines } from "./waiting-lines.ts";

export interface SyslogSettings {
  readonly transport: "udp" | "tcp" | "tls";
  readonly host: string;
  readonly port: number;
  /** Trusted beside those that Node knows, in PEM; null: none. */
  readonly certificates: string | null;
  readonly sender: SyslogSender;
}

const batchBytes = 64 * 1024;
const closingMs = 2_000;
const connectMs = 5_000;
const [firstPauseMs, longestPauseMs] = [200, 5_000];
/** The largest datagram of IPv4. */
const mostDatagramBytes = 65_507;
/** That the system has not taken yet. */
const mostQueuedBytes = 4 * 2 ** 20;

export function openSyslog(settings: SyslogSettings, counts: LineCounts): LineOutlet {
  return settings.transport === "udp" ? new DatagramOutlet(settings, counts) : new StreamOutlet(settings, counts);
}

class DatagramOutlet implements LineOutlet {
  readonly name = "syslog";
  readonly #settings: SyslogSettings;
  readonly #counts: LineCounts;
  readonly #socket: Datagrams;
  #isReady = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(settings: SyslogSettings, counts: LineCounts) {
    this.#settings = settings;
    this.#counts = counts;
    this.#socket = createSocket(isIP(settings.host) === 6 ? "udp6" : "udp4");
    this.#socket.on("connect", () => (this.#isReady = true));
    // Of a name that cannot be found; what nobody takes is told with the datagram that comes after it, and changes nothing.
    this.#socket.on(
      "error",
      () => this.#isReady || (this.#retry = setTimeout(() => this.#find(), longestPauseMs).unref()),
    );
    this.#socket.unref();
    this.#find();
  }

  write(lines: readonly string[]): void {
    for (const line of lines) {
      const message = syslogLine(line, this.#settings.sender);
      const isTooMuch = message.length > mostDatagramBytes || this.#socket.getSendQueueSize() > mostQueuedBytes;
      if (!this.#isReady || isTooMuch) this.#counts.lost(1);
      else this.#socket.send(message, (error) => (error === null ? this.#counts.written(1) : this.#counts.lost(1)));
    }
  }

  close(): Promise<void> {
    clearTimeout(this.#retry);
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  /** Once, and not for each line. */
  #find(): void {
    this.#socket.connect(this.#settings.port, this.#settings.host);
  }
}

class StreamOutlet implements LineOutlet {
  readonly name = "syslog";
  readonly #settings: SyslogSettings;
  readonly #counts: LineCounts;
  readonly #waiting: WaitingLines;
  #socket: Socket | null = null;
  #isReady = false;
  #pauseMs = firstPauseMs;
  #retry: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(settings: SyslogSettings, counts: LineCounts) {
    this.#settings = settings;
    this.#counts = counts;
    this.#waiting = new WaitingLines(counts);
    this.#connect();
  }

  write(lines: readonly string[]): void {
    for (const line of lines) this.#waiting.add(counted(syslogLine(line, this.#settings.sender)));
    this.#send();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const deadline = performance.now() + closingMs;
    while (!this.#isDone && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    clearTimeout(this.#retry);
    this.#waiting.giveUp();
    const socket = this.#socket;
    if (socket === null) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, closingMs).unref();
      socket.end(() => resolve());
    });
    socket.destroy();
  }

  get #isDone(): boolean {
    return this.#waiting.isEmpty && (this.#socket?.writableLength ?? 0) === 0;
  }

  #connect(): void {
    const { transport, host, port, certificates } = this.#settings;
    const place = { host, port };
    const trusted = certificates === null ? {} : { ca: [...rootCertificates, certificates] };
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = transport === "tls" ? connectTls({ ...place, ...trusted, ...name }) : connect(place);
    this.#socket = socket;
    socket.setTimeout(connectMs, () => (this.#isReady ? undefined : socket.destroy()));
    socket.on(transport === "tls" ? "secureConnect" : "connect", () => {
      this.#isReady = true;
      this.#pauseMs = firstPauseMs;
      socket.setKeepAlive(true, 30_000);
      this.#send();
    });
    socket.on("drain", () => this.#send());
    socket.on("error", () => undefined);
    // A receiver has nothing to say; without being read its end would not be seen.
    socket.resume();
    socket.on("close", () => this.#reconnect(socket));
    socket.unref();
  }

  #reconnect(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#isReady = false;
    if (this.#isClosing) return;
    this.#retry = setTimeout(() => this.#connect(), this.#pauseMs).unref();
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }

  /** As much as the system takes; what is beyond waits here, where it is bounded. */
  #send(): void {
    while (this.#isReady && this.#socket !== null && !this.#socket.writableNeedDrain && !this.#waiting.isEmpty) {
      const lines = this.#waiting.take(batchBytes);
      this.#socket.write(Buffer.concat(lines));
      this.#counts.written(lines.length);
    }
  }
}

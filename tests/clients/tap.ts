// Between a client and the gateway, on the level of TCP: passes every byte and every ending on as it is, counts requests and
// keeps the last of what was said, for the report of what went wrong.

import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

const mostKept = 20_000;
const requestLine = /^(?:GET|POST|DELETE) (\S+) HTTP\/1\.1\r\n/;

export class Tap {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #requestTimes: number[] = [];
  #transcript = "";

  constructor(targetPort: number) {
    this.#server = createServer((client) => this.#pass(client, connect(targetPort, "127.0.0.1")));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  begin(): void {
    this.#requestTimes = [];
    this.#transcript = "";
  }

  /** Seconds between the requests since `begin`; one less than there were. */
  get pauses(): readonly number[] {
    return this.#requestTimes.slice(1).map((time, at) => (time - (this.#requestTimes[at] ?? time)) / 1000);
  }

  get requests(): number {
    return this.#requestTimes.length;
  }

  get transcript(): string {
    return this.#transcript;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #pass(client: Socket, gateway: Socket): void {
    client.on("data", (chunk: Buffer) => {
      if (requestLine.test(chunk.toString("latin1"))) this.#requestTimes.push(performance.now());
      this.#keep(">", chunk);
      gateway.write(chunk);
    });
    gateway.on("data", (chunk: Buffer) => {
      this.#keep("<", chunk);
      client.write(chunk);
    });
    this.#passEnd(client, gateway);
    this.#passEnd(gateway, client, () => this.#keep("<", Buffer.from("[closed]")));
  }

  #passEnd(from: Socket, to: Socket, told: () => void = () => undefined): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on("end", () => {
      told();
      to.end();
    });
    from.on("error", () => to.resetAndDestroy());
    from.on("close", () => this.#sockets.delete(from));
  }

  #keep(direction: string, chunk: Buffer): void {
    this.#transcript = `${this.#transcript}${direction} ${chunk.toString("utf8")}\n`.slice(-mostKept);
  }
}

// The address on which a server is reached. Called by compose.ts and tls-front.ts.
// Invariant: until it leads somewhere nobody is let in, and whoever was let in is not reset by a close.

import type { Server as HttpServer } from "node:http";
import { Server as TlsServer } from "node:https";
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Config } from "#config/config.ts";

const backlog = 2048;
/**
 * Node takes one connection from each listening socket in a turn of its event loop (libuv since 1.46). Where many come at once and a turn
 * takes 10 ms, as it does while large bodies are read, the hundredth waited for more than a second; by these it is 0.1 s.
 */
const socketCount = 16;
const fewestShared = 4;
/** Where there is always somebody, they are closed all the same. */
const mostTurns = 100;
/** As Node's HTTP server has it for its own: what is read to its end may still be answered. */
const socketOptions = { allowHalfOpen: true, noDelay: true };

type Place = Pick<Config["server"], "host" | "port">;

export class Doors {
  /** What the place was found to be. */
  readonly #address: AddressInfo;
  readonly #place: NamedPlace;
  /** Empty until they are opened. */
  #open: readonly Server[];
  #arrivals = 0;

  constructor(place: NamedPlace, address: AddressInfo, opened: readonly Server[] = []) {
    this.#place = place;
    this.#address = address;
    this.#open = opened;
  }

  /**
   * Finds out that the address can be had before anything is made that is shown only once, such as the first password: a start that
   * fails on its port must leave nothing behind. Until it leads somewhere nobody is let in: whoever balances the load goes elsewhere at
   * once, and would not where a connection is closed. A port that the system chooses is kept, for nobody knows of it.
   * `variable` names the port in what is said of it.
   */
  static take(where: Place, variable = "SERVER_PORT"): Promise<Doors> {
    const place = { ...where, variable };
    return explained(place, async () => {
      if (place.port === 0) return ofOpened(place, await openAll(place));
      const door = await open(place);
      const address = door.address() as AddressInfo;
      await closeOne(door);
      return new Doors(place, address);
    });
  }

  /**
   * One thread's share of an address that other threads of this server listen on, too. The system leads each connection to one of their
   * sockets.
   */
  static async share(where: Place, threads: number): Promise<Doors> {
    const place = { ...where, variable: "SERVER_PORT" };
    const count = Math.max(fewestShared, Math.ceil(socketCount / threads));
    return ofOpened(place, await openSharing(await open({ ...place, reusePort: true }), place, count));
  }

  get port(): number {
    return this.#address.port;
  }

  /** From now on who comes is served. Answers the URL. */
  async leadTo(server: HttpServer): Promise<string> {
    // Another program may have come there meanwhile.
    if (this.#open.length === 0) this.#open = await explained(this.#place, () => openAll(this.#place));
    const [first, ...others] = this.#open;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(first, resolve);
    });
    server.on("connection", () => (this.#arrivals += 1));
    for (const door of others) {
      door.removeAllListeners("connection");
      door.on("connection", (socket: Socket) => server.emit("connection", socket));
      door.on("error", (error) => server.emit("error", error));
    }
    return this.url(server instanceof TlsServer ? "https" : "http");
  }

  url(scheme: "http" | "https"): string {
    const { address, family, port } = this.#address;
    return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /**
   * Resolves in a turn of the event loop that has found nobody at the doors: whoever the system has let in, and nobody has taken yet, would
   * be reset by a close. In the same turn `close` is to be called.
   */
  async quietTurn(): Promise<void> {
    for (let turn = 0; turn < mostTurns; turn += 1) {
      const before = this.#arrivals;
      await nextTurn();
      if (this.#arrivals === before) return;
    }
  }

  /** Nobody comes in any more. Resolves when all have left who came in, but for those who came in by the server's own. */
  async close(): Promise<void> {
    const [first, ...others] = this.#open;
    first?.close();
    await Promise.all(others.map(closeOne));
  }
}

function ofOpened(place: NamedPlace, opened: readonly Server[]): Doors {
  return new Doors(place, opened[0]?.address() as AddressInfo, opened);
}

async function openAll(place: Place): Promise<readonly Server[]> {
  // Sockets that share an address do not say that it is taken by others that would share it, too.
  if (place.port !== 0) await closeOne(await open(place));
  const first = await open({ ...place, reusePort: true }).catch((error: unknown) => {
    if (knowsNoSharing(error)) return null;
    throw error;
  });
  if (first === null) return [await open(place)];
  return openSharing(first, place, socketCount);
}

async function openSharing(first: Server, place: Place, count: number): Promise<readonly Server[]> {
  const { port } = first.address() as AddressInfo;
  const others = Array.from({ length: count - 1 }, () => open({ ...place, port, reusePort: true }));
  // Where there are fewer, such as for want of open files, it is served by those.
  const opened = (await Promise.allSettled(others)).filter((other) => other.status === "fulfilled");
  return [first, ...opened.map(({ value }) => value)];
}

function open(options: ListenOptions): Promise<Server> {
  const door = createServer(socketOptions, (socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    door.once("error", reject);
    door.listen({ ...options, backlog }, () => {
      // Such as too many open files: a connection is lost then, and nothing else.
      door.on("error", () => {});
      resolve(door);
    });
  });
}

function closeOne(door: Server): Promise<unknown> {
  return new Promise((resolve) => door.close(resolve));
}

/** Such as macOS and Windows. */
function knowsNoSharing(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOTSUP", "EINVAL"].includes(String(error.code));
}

/** What was to be listened on, and the variable that names the port. */
interface NamedPlace extends Place {
  readonly variable: string;
}

async function explained<Result>(place: NamedPlace, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof Error ? new Error(explain(error, place), { cause: error }) : error;
  }
}

const reasons: Readonly<Record<string, (place: NamedPlace) => string>> = {
  EADDRINUSE: ({ host, port, variable }) =>
    `Port ${port} on ${host} is in use by another program. Stop that one, or set ${variable} to a free port.`,
  EACCES: ({ host, port, variable }) =>
    `This user may not listen on port ${port} of ${host}. Give the program the right to: AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit, or \`setcap cap_net_bind_service=+ep\` on ${process.execPath}; or set ${variable} to a port from 1024 upwards.`,
  EADDRNOTAVAIL: ({ host }) => `This machine has no address ${host}. Set SERVER_HOST to one that it has.`,
  ENOTFOUND: ({ host }) => `The host name ${host} cannot be found. Set SERVER_HOST to an address of this machine.`,
};

function explain(error: Error, place: NamedPlace): string {
  const code = "code" in error ? String(error.code) : "";
  return reasons[code]?.(place) ?? `Cannot listen on port ${place.port} of ${place.host}: ${error.message}`;
}

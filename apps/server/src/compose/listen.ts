import type { Server as HttpServer } from "node:http";
import { Server as TlsServer } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import type { Config } from "#config/config.ts";

const backlog = 2048;

/**
 * Takes the address before anything is made that is shown only once, such as the first password: a start that fails
 * on its port must leave nothing behind. Until `serveOn` a connection is closed as soon as it comes.
 */
export function reserveAddress({ host, port }: Config["server"], variable = "SERVER_PORT"): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new Error(explain(error, { host, port, variable }), { cause: error })));
    server.listen({ host, port, backlog }, () => resolve(server));
  });
}

/** Answers the URL. */
export async function serveOn(server: HttpServer, reserved: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(reserved, resolve);
  });
  const { address, family, port } = server.address() as AddressInfo;
  const scheme = server instanceof TlsServer ? "https" : "http";
  return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

/** What was to be listened on, and the variable that names the port. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly variable: string;
}

const reasons: Readonly<Record<string, (place: Place) => string>> = {
  EADDRINUSE: ({ host, port, variable }) =>
    `Port ${port} on ${host} is in use by another program. Stop that one, or set ${variable} to a free port.`,
  EACCES: ({ host, port, variable }) =>
    `This user may not listen on port ${port} of ${host}. Set ${variable} to a port from 1024 upwards.`,
  EADDRNOTAVAIL: ({ host }) => `This machine has no address ${host}. Set SERVER_HOST to one that it has.`,
  ENOTFOUND: ({ host }) => `The host name ${host} cannot be found. Set SERVER_HOST to an address of this machine.`,
};

function explain(error: Error, place: Place): string {
  const code = "code" in error ? String(error.code) : "";
  return reasons[code]?.(place) ?? `Cannot listen on port ${place.port} of ${place.host}: ${error.message}`;
}

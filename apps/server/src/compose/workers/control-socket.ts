// The control plane's own entrance, for workers of this process: they pass on what is no route of the gateway, and say who sent
// it. Called by compose for servers with workers. Invariant: nobody but this user comes in, for only he may open the socket.

import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { GhostError } from "@ghostllm/contract";
import type { ControlServer } from "#control/http/control-server.ts";
import type { ClientAddresses, PassedOn } from "#edge/client-addresses.ts";
import { dismiss } from "#gateway/connections/dismissal.ts";
import type { Disposer } from "#compose/disposer.ts";
import { passedHeader } from "./passage-to-control.ts";

interface ControlSocketParts {
  readonly server: Pick<ControlServer, "handle" | "upgrade">;
  readonly addresses: ClientAddresses;
  readonly disposer: Disposer;
}

/** A path of a socket holds some hundred characters: a data directory may have more. Answers it. */
export async function openControlSocket({ server, addresses, disposer }: ControlSocketParts): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "ghostllm-"));
  disposer.add(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, "control.sock");
  // Workers see to how long a client may take.
  const http = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
    learnSender(addresses, request);
    server.handle(request, response);
  });
  http.on("connection", endGently);
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    learnSender(addresses, request);
    try {
      server.upgrade(request, socket, head);
    } catch (error) {
      const told = error instanceof GhostError ? error : new GhostError("internal_error", "A fault in GhostLLM.");
      dismiss(socket, `${told.status} Refused`, told);
    }
  });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(path, resolve);
  });
  await chmod(path, 0o600);
  disposer.add(() => {
    http.close();
    http.closeAllConnections();
  });
  return path;
}

/** Of a worker that reads, so that it takes no time. */
const lingerMs = 5_000;

/**
 * What is answered before its body was read, such as one that is too large, is answered on a connection that Node closes with the
 * rest of the body unread: that resets it, and the worker would lose the answer. It is read until the worker has hung up.
 */
function endGently(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    socket.setTimeout(lingerMs, () => socket.destroy());
  };
}

function learnSender(addresses: ClientAddresses, request: IncomingMessage): void {
  addresses.passOn(request, JSON.parse(String(request.headers[passedHeader])) as PassedOn);
  delete request.headers[passedHeader];
}

// How a connection is made: where the name leads as far as this server may go there, with TLS that resumes what it knows.

import { connect as connectPlain, isIP } from "node:net";
import type { LookupFunction, OnReadOpts, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { SecureContext } from "node:tls";
import { hostOf, portOf } from "#domain/egress/host-patterns.ts";
import { unconnected } from "#gateway/upstream/failures.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { Wire } from "./wire.ts";

/** Tells the wire when it is connected, or why it cannot be. Answers its socket beforehand, so that it can be given up. */
export type Connect = (tell: (made: Wire | Error) => void) => Socket;

export interface ConnectOptions {
  readonly connectMs: number;
  readonly lookup: LookupFunction;
  /** Node's own trust where there is none. */
  readonly secureContext?: SecureContext | undefined;
}

/** Of a vendor's connections: how long until they are tried for life, should nothing else be sent. */
const probeAfterMs = 60_000;

export function connectTo(url: URL, options: ConnectOptions): Connect {
  const { open, readyOn } = url.protocol === "https:" ? secureOpener(url, options) : plainOpener(url, options);
  return (tell) => {
    const wire = new Wire(open);
    const { socket } = wire;
    // Without a listener an error that comes later than it matters would end the process.
    socket.on("error", () => {});
    const timer = setTimeout(() => {
      socket.destroy(new UpstreamFailure("connect", "connecting timed out"));
    }, options.connectMs);
    const onError = (error: Error): void => settle(unconnected(error));
    const onReady = (): void => settle(wire);
    const settle = (made: Wire | Error): void => {
      clearTimeout(timer);
      socket.removeListener("error", onError);
      socket.removeListener("close", onClose);
      socket.removeListener(readyOn, onReady);
      tell(made);
    };
    const onClose = (): void => onError(new UpstreamFailure("connect", "the connection was closed while it was made"));
    socket.once("error", onError);
    socket.once("close", onClose);
    socket.once(readyOn, onReady);
    return socket;
  };
}

interface Opener {
  readonly open: (onread: OnReadOpts) => Socket;
  readonly readyOn: "connect" | "secureConnect";
}

function plainOpener(url: URL, { lookup }: ConnectOptions): Opener {
  const place = { ...placeOf(url), lookup };
  return { open: (onread) => connectPlain({ ...place, onread }), readyOn: "connect" };
}

function secureOpener(url: URL, { lookup, secureContext }: ConnectOptions): Opener {
  const place = { ...placeOf(url), lookup, ALPNProtocols: ["http/1.1"], ...(secureContext && { secureContext }) };
  const servername = isIP(place.host) === 0 ? place.host : "";
  let session: Buffer | undefined;
  const open = (onread: OnReadOpts): Socket => {
    // A name for it, since Node's types do not know that TLS takes `onread`, too.
    const options = { ...place, servername, onread, ...(session && { session }) };
    const socket = connectTls(options);
    socket.on("session", (fresh: Buffer) => (session = fresh));
    // One that the vendor does not know any more is not offered again.
    socket.once("error", () => (session = undefined));
    return socket;
  };
  return { open, readyOn: "secureConnect" };
}

function placeOf(url: URL) {
  return {
    host: hostOf(url),
    port: Number(portOf(url)),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: probeAfterMs,
  };
}

// The way to a vendor through a proxy, for a connection that is no request: CONNECT, and TLS within it.

import { Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import type { Agent } from "node:http";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import type { SecureContext } from "node:tls";
import type { ProxyServer } from "#config/config.ts";
import { Egress, usualEgress } from "#domain/egress/egress.ts";
import { hostOf, portOf } from "#domain/egress/host-patterns.ts";
import { guardedLookup } from "#gateway/upstream/guarded-lookup.ts";
import type { Resolve } from "#gateway/upstream/guarded-lookup.ts";

interface Tunnel {
  readonly target: URL;
  readonly connectMs: number;
  readonly resolve: Resolve;
  readonly trust: SecureContext | null;
}

const anybodyButMetadata = new Egress(usualEgress);

export function tunnelThrough(proxy: ProxyServer, tunnel: Tunnel): Agent {
  const isSecure = tunnel.target.protocol === "https:";
  const agent = isSecure ? new SecureAgent() : new PlainAgent();
  agent.createConnection = (_options, tell) => {
    void dig(proxy, tunnel).then(
      (way) => tell?.(null, isSecure ? encrypted(way, tunnel) : way),
      // A name for it, since Node's types want a socket with the error.
      (error: Error) => (tell as ((error: Error) => void) | undefined)?.(error),
    );
    return undefined;
  };
  return agent;
}

function dig({ url, credentials }: ProxyServer, { target, connectMs, resolve, trust }: Tunnel): Promise<Duplex> {
  const address = new URL(url);
  const ask = address.protocol === "https:" ? secureRequest : plainRequest;
  const place = `${target.hostname}:${portOf(target)}`;
  const basic = credentials === null ? null : Buffer.from(credentials.reveal()).toString("base64");
  const asked = ask({
    ...{ host: hostOf(address), port: Number(portOf(address)), method: "CONNECT", path: place, timeout: connectMs },
    headers: { host: place, ...(basic !== null && { "proxy-authorization": `Basic ${basic}` }) },
    lookup: guardedLookup(address, anybodyButMetadata, resolve),
    ...(trust !== null && { secureContext: trust }),
  });
  return new Promise((resolveWith, reject) => {
    asked.on("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) return resolveWith(socket);
      socket.destroy();
      reject(new Error(`the proxy answers ${statusCode ?? "nothing"}`));
    });
    asked.on("timeout", () => asked.destroy(new Error("the proxy does not answer")));
    asked.on("error", reject);
    asked.end();
  });
}

function encrypted(socket: Duplex, { target, trust }: Tunnel): Duplex {
  const host = hostOf(target);
  const servername = isIP(host) === 0 ? host : "";
  return connect({ socket, servername, ALPNProtocols: ["http/1.1"], ...(trust !== null && { secureContext: trust }) });
}

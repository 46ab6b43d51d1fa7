// Who sends a request: the one answer to that for usage records, logs, damping and limits, whatever proxies lie between.
// Called by both planes. Invariant: nobody is believed who is not a trusted proxy, so that no client can choose its address.

import { BlockList, isIPv6 } from "node:net";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TrustedProxies } from "#config/config.ts";
import { carrierOf } from "./carrier.ts";
import { takeProxyHeader } from "./proxy-protocol.ts";
import type { RequestHead } from "./request-head.ts";
import type { Hop } from "./forwarded.ts";
import { plainAddress, readForwarded, readForwardedFor } from "./forwarded.ts";

/** What another thread of this server has found out about who sends a request, before it passed that on. */
export interface PassedOn {
  readonly address: string | null;
  readonly isSecure: boolean;
}

/** What stands for many addresses, by its name in the setting. */
const groups: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

export class ClientAddresses {
  readonly #trusted: BlockList | null;
  readonly #header: TrustedProxies["header"];
  /** What load balancers told at the beginning of connections; null where they do not. */
  readonly #told: WeakMap<Duplex, string> | null;
  /** Null where every request comes from its client. */
  #passedOn: WeakMap<RequestHead, PassedOn> | null = null;

  constructor({ addresses, header, proxyProtocol = false }: TrustedProxies) {
    this.#told = proxyProtocol ? new WeakMap() : null;
    this.#trusted = addresses.length === 0 ? null : listOf(addresses.flatMap((text) => groups[text] ?? [text]));
    this.#header = header;
  }

  /** The address of the client; null for a connection that is gone. */
  of(request: RequestHead): string | null {
    const passed = this.#passedOn?.get(request);
    if (passed !== undefined) return passed.address;
    const peer = this.peerOf(request.socket);
    if (this.#trusted === null || peer === null || !this.#isTrusted(peer)) return peer;
    return this.#clientBehind(peer, this.#hopsOf(request));
  }

  /** Believes of a request what is told here, and nothing that is in it. */
  passOn(request: RequestHead, passed: PassedOn): void {
    this.#passedOn ??= new WeakMap();
    this.#passedOn.set(request, passed);
  }

  /** Whoever is at the other end of the connection, or before the load balancer that told so. */
  peerOf(socket: Socket): string | null {
    const told = this.#told?.get(carrierOf(socket) ?? socket);
    return told ?? addressOf(socket);
  }

  /**
   * Calls back when that is known: at once, unless load balancers tell it in the connection itself. Nobody else may: such a
   * connection is closed.
   */
  whenKnown(socket: Socket, callback: () => void): void {
    const told = this.#told;
    if (told === null) return callback();
    if (!this.isProxy(socket.remoteAddress ?? "")) return void socket.destroy();
    takeProxyHeader(socket, ({ address }) => {
      if (address !== null) told.set(socket, address);
      callback();
    });
  }

  /** A connection from there is not one client's, but a proxy's, which is believed. */
  isProxy(peer: string): boolean {
    const address = plainAddress(peer);
    return address !== null && this.#isTrusted(address);
  }

  /** The client came by TLS: to us, or to the trusted proxy before us. */
  isSecure(request: RequestHead): boolean {
    const passed = this.#passedOn?.get(request);
    if (passed !== undefined) return passed.isSecure;
    if ("encrypted" in request.socket) return true;
    const peer = this.peerOf(request.socket);
    if (this.#trusted === null || peer === null || !this.#isTrusted(peer)) return false;
    return this.#hopsOf(request).at(-1)?.proto === "https";
  }

  #isTrusted(address: string): boolean {
    return this.#trusted?.check(address, isIPv6(address) ? "ipv6" : "ipv4") ?? false;
  }

  /** The rightmost that is no trusted proxy: what stands further left, the client itself may have written. */
  #clientBehind(peer: string, hops: readonly Hop[]): string {
    let client = peer;
    for (const { address } of hops.toReversed()) {
      // A proxy that hides whom it passed on, or tells it in no way that can be read, is as far as is known.
      if (address === null) return client;
      client = address;
      if (!this.#isTrusted(address)) return client;
    }
    return client;
  }

  #hopsOf({ headers }: RequestHead): readonly Hop[] {
    const { forwarded } = headers;
    const listed = this.#header === "forwarded" ? undefined : textOf(headers["x-forwarded-for"]);
    const told = this.#header === "x-forwarded-for" ? undefined : forwarded;
    const proto = textOf(headers["x-forwarded-proto"]);
    if (told === undefined) return readForwardedFor(listed ?? "unknown", proto);
    const hops = readForwarded(told) ?? [];
    if (listed === undefined) return hops;
    // A proxy writes one of the two and lets the other through as a client wrote it: only if both agree is either true.
    const others = readForwardedFor(listed, proto);
    return this.#agree(hops, others) ? hops : [];
  }

  #agree(hops: readonly Hop[], others: readonly Hop[]): boolean {
    return this.#clientBehind("", hops) === this.#clientBehind("", others);
  }
}

/** As `plainAddress`, for what the system itself has written: every request asks for it. */
function addressOf({ remoteAddress: address }: Socket): string | null {
  if (address === undefined) return null;
  if (address.startsWith("::ffff:") && address.includes(".")) return address.slice("::ffff:".length);
  return address.includes("%") ? plainAddress(address) : address;
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(",") : header;
}

function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = "", bits] = text.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

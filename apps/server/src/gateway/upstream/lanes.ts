// The ways out of this process: directly, or through one of the proxies that the configuration names.
// Called by client.ts, once for each URL.

import { createRequire } from "node:module";
import { createSecureContext, getCACertificates } from "node:tls";
import type { Dispatcher, Pool } from "undici";
import type * as Undici from "undici";
import type { Network, ProxyServer } from "#config/config.ts";
import { Egress, usualEgress } from "#domain/egress/egress.ts";
import { guardedLookup } from "./guarded-lookup.ts";
import type { Resolve } from "./guarded-lookup.ts";
import { connectTo } from "./lean/connect.ts";
import { LeanTransport } from "./lean/lean-transport.ts";
import type { AnswerHandler, Transport, UpstreamTimeouts } from "./transport.ts";
import { findProxy } from "./proxy-rules.ts";

export interface Lane {
  readonly transport: Transport;
  /** Address of the proxy; null where there is none. */
  readonly proxy: string | null;
}

/** Who may be asked, and how it is found out where names lead. */
export interface Guard {
  readonly egress: Egress;
  readonly resolve: Resolve;
  /** Also where no proxy is on the way. */
  readonly usesUndici: boolean;
}

export const direct: Network = {
  httpProxy: null,
  httpsProxy: null,
  allProxy: null,
  noProxy: [],
  proxiesLoopback: false,
  certificatesFile: null,
  certificates: null,
};

const anybodyButMetadata = new Egress(usualEgress);

/** Vendors close idle connections after about a minute: ours go before that, so that no request meets a closed one. */
const keepAliveMs = 20_000;

/** Most servers reach their vendors without a proxy, and its files take 7 MB: it is loaded by who needs it. */
function loadUndici(): typeof Undici {
  // What this package is its types say.
  return createRequire(import.meta.url)("undici") as typeof Undici;
}

export class Lanes {
  readonly #timeouts: UpstreamTimeouts;
  readonly #network: Network;
  readonly #guard: Guard;
  readonly #tls: { readonly secureContext?: ReturnType<typeof createSecureContext> };
  readonly #direct: Lane;
  readonly #proxied = new Map<ProxyServer, Lane>();

  constructor(timeouts: UpstreamTimeouts, network: Network, guard: Guard) {
    this.#timeouts = timeouts;
    this.#network = network;
    this.#guard = guard;
    this.#tls = network.certificates === null ? {} : { secureContext: trusting(network.certificates) };
    this.#direct = { transport: guard.usesUndici ? this.#undici() : this.#lean(), proxy: null };
  }

  #lean(): Transport {
    const { connectMs } = this.#timeouts;
    const connectHere = (origin: URL) =>
      connectTo(origin, { connectMs, ...this.#tls, lookup: this.#lookupFor(origin) });
    return new LeanTransport({ timeouts: this.#timeouts, connectTo: connectHere });
  }

  #undici(): Transport {
    const { Agent } = loadUndici();
    const factory = (origin: string | URL, options: object) => this.#poolTo(origin, options);
    return this.#over(new Agent({ ...this.#agentOptions(), factory }));
  }

  to(url: URL): Lane {
    const proxy = findProxy(this.#network, url);
    if (proxy === null) return this.#direct;
    const lane = this.#proxied.get(proxy) ?? this.#through(proxy);
    this.#proxied.set(proxy, lane);
    return lane;
  }

  async close(): Promise<void> {
    await Promise.all([this.#direct, ...this.#proxied.values()].map(({ transport }) => transport.destroy()));
  }

  #poolTo(origin: string | URL, options: object): Pool {
    const { connectMs: timeout } = this.#timeouts;
    return new (loadUndici().Pool)(origin, {
      ...options,
      connect: { timeout, ...this.#tls, lookup: this.#lookupFor(origin) },
    });
  }

  #lookupFor(origin: string | URL) {
    const { egress, resolve } = this.#guard;
    return guardedLookup(new URL(origin), egress, resolve);
  }

  #agentOptions() {
    return {
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      headersTimeout: this.#timeouts.firstByteMs,
      bodyTimeout: this.#timeouts.idleMs,
    };
  }

  #through({ url, credentials }: ProxyServer): Lane {
    const { connectMs } = this.#timeouts;
    const token =
      credentials === null ? {} : { token: `Basic ${Buffer.from(credentials.reveal()).toString("base64")}` };
    const { Pool: PoolToProxy, ProxyAgent } = loadUndici();
    const agent = new ProxyAgent({
      ...this.#agentOptions(),
      ...token,
      uri: url,
      connectTimeout: connectMs,
      requestTls: this.#tls,
      // What is behind the proxy the proxy finds; the proxy itself is of the operator's choice, but no metadata either.
      proxyTls: { ...this.#tls, lookup: guardedLookup(new URL(url), anybodyButMetadata, this.#guard.resolve) },
      // The answer to CONNECT belongs to connecting.
      clientFactory: (origin, options) => new PoolToProxy(origin, { ...options, headersTimeout: connectMs }),
    });
    return { transport: this.#over(agent), proxy: url };
  }

  /** Deadlines with each request: an agent for proxies does not hand its own down to all of its connections. */
  #over(agent: Dispatcher): Transport {
    const timeouts = this.#timeouts;
    return {
      dispatch: ({ idleMs: ownIdleMs = Infinity, ...request }, handler) => {
        const { firstByteMs: headersTimeout, idleMs } = timeouts;
        const deadlines = { headersTimeout, bodyTimeout: Math.min(idleMs, ownIdleMs) };
        agent.dispatch({ ...deadlines, ...request }, tellingConnection(handler));
      },
      destroy: () => agent.destroy(),
    };
  }
}

/** Undici tells the start of a request when there is a connection. */
function tellingConnection(handler: AnswerHandler): AnswerHandler {
  return {
    onRequestStart(controller) {
      handler.onConnected();
      handler.onRequestStart(controller);
    },
    onConnected: () => {},
    onRequestSent: () => handler.onRequestSent(),
    onResponseStart: (...told) => handler.onResponseStart(...told),
    onResponseData: (...told) => handler.onResponseData(...told),
    onResponseEnd: (...told) => handler.onResponseEnd(...told),
    onResponseError: (...told) => handler.onResponseError(...told),
  };
}

/** Made once: reading all authorities anew for every connection would cost more than the handshake. */
function trusting(certificates: string) {
  try {
    return createSecureContext({ ca: [...getCACertificates("default"), certificates] });
  } catch (cause) {
    throw new Error("The file that SSL_CERT_FILE (`tls.ca_file`) names holds a certificate that cannot be read", {
      cause,
    });
  }
}

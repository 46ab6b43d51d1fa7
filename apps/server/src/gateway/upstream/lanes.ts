// The ways out of this process: directly, or through one of the proxies that the configuration names.
// Called by undici-client.ts, once for each URL.

import { createSecureContext, getCACertificates } from "node:tls";
import { Agent, Pool, ProxyAgent } from "undici";
import type { Dispatcher } from "undici";
import type { Network, ProxyServer } from "#config/config.ts";
import { findProxy } from "./proxy-rules.ts";

export interface UpstreamTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
}

export interface Lane {
  readonly dispatcher: Dispatcher;
  /** Address of the proxy; null where there is none. */
  readonly proxy: string | null;
  /** For each request: an agent for proxies does not hand its own down to all of its connections. */
  readonly timeouts: Pick<Dispatcher.DispatchOptions, "headersTimeout" | "bodyTimeout">;
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

/** Vendors close idle connections after about a minute: ours go before that, so that no request meets a closed one. */
const keepAliveMs = 20_000;

export class Lanes {
  readonly #timeouts: UpstreamTimeouts;
  readonly #network: Network;
  readonly #tls: { readonly secureContext?: ReturnType<typeof createSecureContext> };
  readonly #direct: Lane;
  readonly #proxied = new Map<ProxyServer, Lane>();

  constructor(timeouts: UpstreamTimeouts, network: Network) {
    this.#timeouts = timeouts;
    this.#network = network;
    this.#tls = network.certificates === null ? {} : { secureContext: trusting(network.certificates) };
    const { connectMs: timeout } = timeouts;
    const agent = new Agent({ ...this.#agentOptions(), connect: { timeout, ...this.#tls } });
    this.#direct = { dispatcher: agent, proxy: null, timeouts: {} };
  }

  to(url: URL): Lane {
    const proxy = findProxy(this.#network, url);
    if (proxy === null) return this.#direct;
    const lane = this.#proxied.get(proxy) ?? this.#through(proxy);
    this.#proxied.set(proxy, lane);
    return lane;
  }

  async close(): Promise<void> {
    await Promise.all([this.#direct, ...this.#proxied.values()].map(({ dispatcher }) => dispatcher.destroy()));
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
    const { connectMs, firstByteMs, idleMs } = this.#timeouts;
    const token =
      credentials === null ? {} : { token: `Basic ${Buffer.from(credentials.reveal()).toString("base64")}` };
    const dispatcher = new ProxyAgent({
      ...this.#agentOptions(),
      ...token,
      uri: url,
      connectTimeout: connectMs,
      requestTls: this.#tls,
      proxyTls: this.#tls,
      // The answer to CONNECT belongs to connecting.
      clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: connectMs }),
    });
    return { dispatcher, proxy: url, timeouts: { headersTimeout: firstByteMs, bodyTimeout: idleMs } };
  }
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

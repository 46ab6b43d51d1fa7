// WebSockets to vendors, by the same rules as requests to them: who may be asked, where names lead, which proxy is on the way.
// Called by flow/ask/session-attempt.ts. Invariant: nobody is asked whom `domain/egress` rules out.

import { createSecureContext, getCACertificates } from "node:tls";
import type { SecureContext } from "node:tls";
import { WebSocket } from "ws";
import type { Network } from "#config/config.ts";
import { Egress, usualEgress } from "#domain/egress/egress.ts";
import { guardedLookup, resolveName } from "#gateway/upstream/guarded-lookup.ts";
import type { Resolve } from "#gateway/upstream/guarded-lookup.ts";
import { direct } from "#gateway/upstream/lanes.ts";
import { findProxy } from "#gateway/upstream/proxy-rules.ts";
import type { UpstreamRequest } from "#gateway/upstream/upstream.ts";
import { tunnelThrough } from "./tunnel.ts";
import { VendorSocket } from "./vendor-socket.ts";

export interface VendorSockets {
  open(request: SocketRequest): VendorSocket;
}

export interface SocketRequest extends Pick<UpstreamRequest, "url" | "headers"> {
  readonly connectMs: number;
  readonly messageBytes: number;
  /** Silence from both sides. */
  readonly idleMs: number;
}

interface SocketsOptions {
  readonly network?: Network;
  readonly egress?: Egress;
  readonly resolve?: Resolve;
}

export function createVendorSockets({
  network = direct,
  egress = new Egress(usualEgress),
  resolve = resolveName,
}: SocketsOptions = {}): VendorSockets {
  const trust = network.certificates === null ? null : trusting(network.certificates);
  return {
    open({ url, headers, connectMs, messageBytes, idleMs }) {
      const asked = new URL(url);
      const fault = egress.faultOf(asked);
      if (fault !== null) return new VendorSocket(null, { idleMs });
      const proxy = findProxy(network, asked);
      const options = {
        ...{ headers, maxPayload: messageBytes, handshakeTimeout: connectMs, perMessageDeflate: false },
        lookup: guardedLookup(asked, egress, resolve),
        ...(trust !== null && { secureContext: trust }),
        ...(proxy !== null && { agent: tunnelThrough(proxy, { target: asked, connectMs, resolve, trust }) }),
      };
      return new VendorSocket(new WebSocket(url.replace(/^http/, "ws"), options), { idleMs });
    },
  };
}

function trusting(certificates: string): SecureContext {
  return createSecureContext({ ca: [...getCACertificates("default"), certificates] });
}

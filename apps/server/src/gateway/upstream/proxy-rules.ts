// Which proxy leads to a vendor.

import type { Network, ProxyServer } from "#config/config.ts";
import { isAddress, kindOfAddress, kindOfName } from "#domain/egress/address-kinds.ts";
import { hostOf, portOf, readHostPattern } from "#domain/egress/host-patterns.ts";

/** Null: directly. */
export function findProxy(network: Network, url: URL): ProxyServer | null {
  const proxy = url.protocol === "https:" ? network.httpsProxy : network.httpProxy;
  if (proxy === null) return null;
  const host = hostOf(url);
  if (!network.proxiesLoopback && isLoopback(host)) return null;
  const exceptions = network.noProxy.map(readHostPattern);
  const isExcepted = exceptions.some((one) => (one.port === null || one.port === portOf(url)) && one.matches(host));
  return isExcepted ? null : proxy;
}

function isLoopback(host: string): boolean {
  return (isAddress(host) ? kindOfAddress(host) : kindOfName(host)) === "loopback";
}

// The way from here to vendors, under the names that other programs read as well.

import type { ProxyServer } from "./config.ts";
import { file, flag, optional } from "./kinds.ts";
import { hostList, proxyServer } from "./proxy.ts";
import { setting } from "./setting.ts";

export const networkSettings = {
  httpsProxy: setting<ProxyServer | null>({
    path: "proxy.https",
    variable: "HTTPS_PROXY",
    alsoVariable: "https_proxy",
    kind: optional(proxyServer),
    default: null,
    help: "Proxy that leads to vendors at https URLs, by `CONNECT`. Unset: `HTTP_PROXY`.",
    read: ({ network }) => network.httpsProxy,
  }),
  httpProxy: setting<ProxyServer | null>({
    path: "proxy.http",
    variable: "HTTP_PROXY",
    alsoVariable: "http_proxy",
    kind: optional(proxyServer),
    default: null,
    help: "Proxy that leads to vendors at http URLs.",
    read: ({ network }) => network.httpProxy,
  }),
  allProxy: setting<ProxyServer | null>({
    path: "proxy.all",
    variable: "ALL_PROXY",
    alsoVariable: "all_proxy",
    kind: optional(proxyServer),
    default: null,
    help: "Proxy where neither of the two above is set.",
    read: ({ network }) => network.allProxy,
  }),
  noProxy: setting<readonly string[]>({
    path: "proxy.no_proxy",
    variable: "NO_PROXY",
    alsoVariable: "no_proxy",
    kind: hostList,
    default: [],
    help: "Hosts that are asked directly: names with all below them, with or without a port, addresses, ranges such as `10.0.0.0/8`, or `*`.",
    read: ({ network }) => network.noProxy,
  }),
  proxiesLoopback: setting({
    path: "proxy.loopback",
    variable: "GHOSTLLM_PROXY_LOOPBACK",
    kind: flag,
    default: false,
    help: "Ask servers on this machine through the proxies, too.",
    read: ({ network }) => network.proxiesLoopback,
  }),
  certificatesFile: setting<string | null>({
    path: "tls.ca_file",
    variable: "SSL_CERT_FILE",
    kind: optional(file),
    default: null,
    help: "Certificates in PEM that are trusted beside those that Node knows and those of `NODE_EXTRA_CA_CERTS`.",
    read: ({ network }) => network.certificatesFile,
  }),
};

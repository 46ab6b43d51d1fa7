// What stands between clients and the server: proxies that are believed, pages of other origins that may call.

import { isIP } from "node:net";
import type { TrustedProxies } from "./config.ts";
import type { Kind, Parsed } from "./kinds.ts";
import { flag, integer, jsonOfList, oneOf, optional, size } from "./kinds.ts";
import { setting } from "./setting.ts";

const forwardedHeaders: readonly TrustedProxies["header"][] = ["auto", "x-forwarded-for", "forwarded"];

/** A text with commas or spaces between its parts, or a list in the file; null for anything else. */
export function readList(raw: unknown): readonly string[] | null {
  const texts: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (!texts.every((text) => typeof text === "string")) return null;
  return texts.flatMap((text) => text.split(/[,\s]+/)).filter((text) => text !== "");
}

const refuseAddresses = (message: string): Parsed<never> => ({
  ok: false,
  message,
  hint: "Write addresses and ranges like `10.0.0.7, 192.168.0.0/16, fd00::/8`, or `loopback` or `private`.",
});

const addressList: Kind<readonly string[]> = {
  name: "addresses between commas",
  json: jsonOfList,
  parse(raw) {
    const list = readList(raw);
    if (list === null) return refuseAddresses("this is no list of addresses");
    const fault = list.find((text) => !["loopback", "private"].includes(text) && !isRange(text));
    return fault === undefined
      ? { ok: true, value: list }
      : refuseAddresses(`\`${fault.slice(0, 60)}\` is no address and no range of addresses`);
  },
  show: (list) => list.join(", "),
};

function isRange(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

const originPattern = /^[a-z][a-z\d+.-]*:\/\/(?:\*\.)?(?:[a-z\d._-]+|\[[a-f\d:.]+\])(?::(?:\d{1,5}|\*))?$/;

/** `*` is taken where `isOpenAllowed`. */
function originList(isOpenAllowed: boolean): Kind<readonly string[]> {
  const isOrigin = (text: string): boolean => originPattern.test(text) || (text === "*" && isOpenAllowed);
  const refuse = (message: string): Parsed<never> => ({
    ok: false,
    message,
    hint: `Write origins like \`https://app.example.com\`, \`https://*.example.com\` or \`http://localhost:*\`, without a path${isOpenAllowed ? ", or `*` for all" : "; `*` is not taken here"}.`,
  });
  return {
    name: "origins between commas",
    json: jsonOfList,
    parse(raw) {
      const list = readList(raw)?.map((text) => text.toLowerCase().replace(/\/$/, ""));
      const fault = list?.find((text) => !isOrigin(text));
      if (list === undefined) return refuse("this is no list of origins");
      return fault === undefined ? { ok: true, value: list } : refuse(`\`${fault.slice(0, 60)}\` is no origin`);
    },
    show: (list) => list.join(", "),
  };
}

const hostPattern = /^(?:[a-z\d](?:[a-z\d._-]*[a-z\d])?|\[[a-f\d:.]+\])(?::\d{1,5})?$/;

const publicHostList: Kind<readonly string[]> = {
  name: "hosts between commas",
  json: jsonOfList,
  parse(raw) {
    const list = readList(raw)?.map((text) => text.toLowerCase());
    const fault = list?.find((text) => !hostPattern.test(text));
    if (list !== undefined && fault === undefined) return { ok: true, value: list };
    const message = fault === undefined ? "this is no list of hosts" : `\`${fault.slice(0, 60)}\` is no host`;
    return { ok: false, message, hint: "Write hosts like `llm.example.com` or `llm.example.com:8443`." };
  },
  show: (list) => list.join(", "),
};

export const edgeSettings = {
  hstsSeconds: setting({
    path: "server.hsts_seconds",
    variable: "SERVER_HSTS_SECONDS",
    kind: integer({ min: 0, max: 63_072_000 }),
    default: 31_536_000,
    help: "How long browsers that came by TLS, here or to a trusted proxy, come by nothing else (`Strict-Transport-Security`); 0 leaves them free.",
    read: ({ edge }) => edge.hstsSeconds,
  }),
  redirectPort: setting<number | null>({
    path: "server.redirect_port",
    variable: "SERVER_REDIRECT_PORT",
    kind: optional(integer({ min: 0, max: 65_535 })),
    default: null,
    help: "Port that leads from plain HTTP to TLS, such as 80, for the hosts of the certificate and those of `server.public_hosts`.",
    read: ({ edge }) => edge.redirectPort,
  }),
  publicHosts: setting<readonly string[]>({
    path: "server.public_hosts",
    variable: "SERVER_PUBLIC_HOSTS",
    kind: publicHostList,
    default: [],
    help: "Further hosts by which clients know this server, each with its port where that is another one than `server.port`.",
    read: ({ edge }) => edge.publicHosts,
  }),
  trustedProxies: setting<readonly string[]>({
    path: "server.trusted_proxies",
    variable: "SERVER_TRUSTED_PROXIES",
    kind: addressList,
    default: [],
    help: "Proxies before this server that are believed about the address of the client: addresses, ranges, `loopback` or `private`.",
    read: ({ edge }) => edge.trustedProxies.addresses,
  }),
  forwardedHeader: setting<TrustedProxies["header"]>({
    path: "server.forwarded_header",
    variable: "SERVER_FORWARDED_HEADER",
    kind: oneOf(forwardedHeaders),
    default: "auto",
    help: "The header in which they tell it. `auto` takes whichever is there; where both are and disagree, neither is believed.",
    read: ({ edge }) => edge.trustedProxies.header,
  }),
  proxyProtocol: setting({
    path: "server.proxy_protocol",
    variable: "SERVER_PROXY_PROTOCOL",
    kind: flag,
    default: false,
    help: "Every connection begins with the PROXY protocol, version 1 or 2, and comes from a trusted proxy; others are closed.",
    read: ({ edge }) => edge.trustedProxies.proxyProtocol === true,
  }),
  corsOrigins: setting<readonly string[]>({
    path: "cors.origins",
    variable: "GHOSTLLM_CORS_ORIGINS",
    kind: originList(true),
    default: [],
    help: "Origins whose pages may call the model API, by CORS: `https://app.example.com`, `https://*.example.com`, `http://localhost:*`, or `*` for all. Unset: none.",
    read: ({ edge }) => edge.cors.origins,
  }),
  corsAdminOrigins: setting<readonly string[]>({
    path: "cors.admin_origins",
    variable: "GHOSTLLM_CORS_ADMIN_ORIGINS",
    kind: originList(false),
    default: [],
    help: "The same for what is for operators: `/admin`, `/metrics` and `/status`. They must be named: `*` is refused.",
    read: ({ edge }) => edge.cors.adminOrigins,
  }),
  corsCredentials: setting({
    path: "cors.credentials",
    variable: "GHOSTLLM_CORS_CREDENTIALS",
    kind: flag,
    default: false,
    help: "Let browsers send cookies along, for a proxy before this server that wants them. Not together with `*`.",
    read: ({ edge }) => edge.cors.credentials,
  }),
  corsMaxAgeSeconds: setting({
    path: "cors.max_age_seconds",
    variable: "GHOSTLLM_CORS_MAX_AGE_SECONDS",
    kind: integer({ min: 0, max: 86_400 }),
    default: 7_200,
    help: "How long browsers may remember the answer to a preflight.",
    read: ({ edge }) => edge.cors.maxAgeSeconds,
  }),
  compression: setting({
    path: "compression.enabled",
    variable: "GHOSTLLM_COMPRESSION",
    kind: flag,
    default: true,
    help: "Compress plain answers, pages and files for clients that take zstd, br or gzip. Streams never are.",
    read: ({ edge }) => edge.compression.isEnabled,
  }),
  compressionMinBytes: setting({
    path: "compression.min_bytes",
    variable: "GHOSTLLM_COMPRESSION_MIN_BYTES",
    kind: size,
    default: 2048,
    help: "Smaller answers are sent as they are.",
    read: ({ edge }) => edge.compression.minBytes,
  }),
  tracesVendors: setting({
    path: "tracing.to_vendors",
    variable: "GHOSTLLM_TRACE_TO_VENDORS",
    kind: flag,
    default: false,
    help: "Tell vendors which trace a request belongs to (`traceparent` and `tracestate`), such as servers of one's own.",
    read: ({ edge }) => edge.tracesVendors,
  }),
};

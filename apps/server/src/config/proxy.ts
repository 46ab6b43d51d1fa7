// Servers through which vendors are reached: how their addresses are written, and shown again without their passwords.

import { Egress, usualEgress } from "#domain/egress/egress.ts";
import { Secret } from "#domain/secret.ts";
import type { Network, ProxyServer } from "./config.ts";
import { jsonOfList, type Kind, type Parsed } from "./kinds.ts";

const refuse = (message: string): Parsed<never> => ({
  ok: false,
  message,
  hint: "Write it like `http://proxy.example.com:3128`, with `user:password@` before the host where the proxy wants them.",
});

/** Never quoted in a message: it may hold a password. A host and a port alone are meant as `http://`. */
export const proxyServer: Kind<ProxyServer> = {
  name: "URL of a proxy",
  parse(raw) {
    if (typeof raw !== "string") return refuse("this is no URL of a proxy");
    const url = URL.parse(raw.includes("://") ? raw : `http://${raw}`);
    if (url === null || url.host === "") return refuse("this is no URL of a proxy");
    const { protocol } = url;
    if (!["http:", "https:"].includes(protocol))
      return refuse(`a proxy of the kind \`${protocol.slice(0, -1)}\` is not supported`);
    const fault = new Egress(usualEgress).faultOf(url);
    if (fault !== null) return refuse(fault);
    const credentials = credentialsOf(url);
    if (credentials === undefined)
      return refuse("the user or password in the URL of the proxy is not correctly encoded");
    return { ok: true, value: { url: `${protocol}//${url.host}`, credentials } };
  },
  show: ({ url }) => url,
};

/** Undefined where they cannot be decoded. */
function credentialsOf({ username, password }: URL): Secret | null | undefined {
  if (username === "" && password === "") return null;
  try {
    return new Secret(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  } catch {
    return undefined;
  }
}

/** Who is asked directly, as the variable `NO_PROXY` has it: names between commas or spaces; a list in the file. */
export const hostList: Kind<readonly string[]> = {
  name: "hosts between commas",
  json: jsonOfList,
  parse(raw) {
    const texts: unknown = Array.isArray(raw) ? raw : [raw];
    if (!isTexts(texts)) {
      return {
        ok: false,
        message: "this is no list of hosts",
        hint: "Write it like `localhost,.example.com,10.0.0.0/8`.",
      };
    }
    return { ok: true, value: texts.flatMap((text) => text.split(/[,\s]+/)).filter((host) => host !== "") };
  },
  show: (hosts) => hosts.join(","),
};

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** For people: which way requests go to vendors. Null where they go directly. */
export function describeProxies({ httpProxy, httpsProxy, noProxy, proxiesLoopback }: Network): string | null {
  const ways = [
    { scheme: "https", proxy: httpsProxy },
    { scheme: "http", proxy: httpProxy },
  ].flatMap(({ scheme, proxy }) => (proxy === null ? [] : [`${proxy.url} for ${scheme}`]));
  if (ways.length === 0) return null;
  const except = [...(proxiesLoopback ? [] : ["this machine"]), ...noProxy];
  return ways.join(", ") + (except.length === 0 ? "" : `; not for ${except.join(", ")}`);
}

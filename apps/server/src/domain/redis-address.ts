// Where Redis is, as REDIS_URL says it: one server, the sentinels that know it, or a cluster.

import { Secret } from "./secret.ts";

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

export interface RedisAddress {
  readonly kind: "single" | "sentinel" | "cluster";
  /** Of a server, of sentinels, or of some nodes of a cluster. */
  readonly hosts: readonly RedisHost[];
  readonly isEncrypted: boolean;
  readonly username: string | null;
  readonly password: Secret | null;
  /** Of a cluster always 0. */
  readonly database: number;
  /** Under which sentinels know the server; empty where there are none. */
  readonly masterName: string;
  readonly sentinelPassword: Secret | null;
}

const pattern = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/i;
const usualPorts = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;

/** Null where it is none. `redis+sentinel://:password@one:26379,two:26379/name-of-the-master/0?sentinel_password=...` */
export function parseRedisUrl(text: string): RedisAddress | null {
  const [, scheme = "", word = "single", account = "", authority = "", path = "", query = ""] =
    pattern.exec(text.trim()) ?? [];
  const kind = word.toLowerCase();
  if (kind !== "single" && kind !== "sentinel" && kind !== "cluster") return null;
  const hosts = authority.split(",").map((one) => parseHost(one, usualPorts[kind]));
  const place = placeIn(kind, path.split("/"));
  const credentials = parseAccount(account);
  if (place === null || credentials === null || hosts.some((one) => one === null)) return null;
  if (kind === "single" && hosts.length > 1) return null;
  const sentinelPassword = new URLSearchParams(query).get("sentinel_password");
  return {
    kind,
    hosts: hosts.filter((one) => one !== null),
    isEncrypted: scheme.toLowerCase() === "rediss",
    ...credentials,
    ...place,
    sentinelPassword: sentinelPassword === null ? null : new Secret(sentinelPassword),
  };
}

function parseHost(text: string, usualPort: number): RedisHost | null {
  const [, host, port] = /^(\[[\da-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i.exec(text.trim()) ?? [];
  if (host === undefined) return null;
  const number = port === undefined ? usualPort : Number(port);
  return number >= 1 && number <= 65_535 ? { host: host.replace(/^\[|\]$/g, ""), port: number } : null;
}

type Place = Pick<RedisAddress, "database" | "masterName">;

function placeIn(kind: RedisAddress["kind"], parts: readonly string[]): Place | null {
  const [masterName = "", ...rest] = kind === "sentinel" ? parts : ["", ...parts];
  const [number = "", ...others] = rest;
  if (others.length > 0 || !/^\d{0,4}$/.test(number)) return null;
  if (kind === "sentinel" && masterName === "") return null;
  if (kind === "cluster" && Number(number) !== 0) return null;
  return { database: Number(number), masterName };
}

function parseAccount(text: string): Pick<RedisAddress, "username" | "password"> | null {
  const [, username = "", password = ""] = /^([^:]*):?(.*)$/s.exec(text) ?? [];
  try {
    return {
      username: username === "" ? null : decodeURIComponent(username),
      password: password === "" ? null : new Secret(decodeURIComponent(password)),
    };
  } catch {
    return null;
  }
}

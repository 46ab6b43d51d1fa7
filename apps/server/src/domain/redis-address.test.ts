import { describe, expect, it } from "vitest";
import { parseRedisUrl } from "./redis-address.ts";

const plain = { isEncrypted: false, username: null, database: 0, masterName: "" };

describe("where Redis is", () => {
  it.each([
    ["redis://cache", { ...plain, kind: "single", hosts: [{ host: "cache", port: 6379 }] }],
    ["redis://cache:6380/3", { ...plain, kind: "single", hosts: [{ host: "cache", port: 6380 }], database: 3 }],
    ["rediss://ann@[::1]:1", { kind: "single", hosts: [{ host: "::1", port: 1 }], isEncrypted: true, username: "ann" }],
    [
      "redis+cluster://one:7000,two",
      {
        ...plain,
        kind: "cluster",
        hosts: [
          { host: "one", port: 7000 },
          { host: "two", port: 6379 },
        ],
      },
    ],
    [
      "rediss+sentinel://one,two:26380/main/2",
      {
        kind: "sentinel",
        hosts: [
          { host: "one", port: 26_379 },
          { host: "two", port: 26_380 },
        ],
        isEncrypted: true,
        masterName: "main",
        database: 2,
      },
    ],
  ])("%s", (url, address) => {
    expect(parseRedisUrl(url)).toMatchObject(address);
  });

  it("has its secrets apart, as they are meant", () => {
    const address = parseRedisUrl("redis+sentinel://:p%40ss@one/main?sentinel_password=w%26rd");
    expect(address?.password?.reveal()).toBe("p@ss");
    expect(address?.sentinelPassword?.reveal()).toBe("w&rd");
    expect(JSON.stringify(address)).not.toMatch(/p@ss|w&rd/);
  });

  it.each([
    ...["", "cache:6379", "http://cache", "redis://", "redis://one,two", "redis://cache:0", "redis://cache:65536"],
    ...["redis://cache/main", "redis://cache/1/2", "redis+cluster://one/1", "redis+sentinel://one", "redis://%@cache"],
    ...["redis+other://cache", "redis://ca che"],
  ])("%j is none", (url) => {
    expect(parseRedisUrl(url)).toBeNull();
  });
});

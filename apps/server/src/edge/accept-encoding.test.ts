import { describe, expect, it } from "vitest";
import { readAcceptEncoding } from "./accept-encoding.ts";

describe("Accept-Encoding", () => {
  it.each([
    ["gzip", "gzip", false],
    ["x-gzip", "gzip", false],
    ["gzip, deflate", "gzip", false],
    ["gzip, deflate, br", "br", false],
    ["gzip, deflate, br, zstd", "zstd", false],
    ["BR;Q=1.0 , GZIP;Q=0.9", "br", false],
    ["br;q=0.2, gzip;q=0.8", "gzip", false],
    ["zstd;q=0, br;q=0, gzip", "gzip", false],
    ["*", "zstd", false],
    ["*;q=0.5, gzip", "gzip", false],
    ["*, zstd;q=0", "br", false],
    ["*;q=0", null, true],
    ["gzip, *;q=0", "gzip", true],
    ["identity;q=0", null, true],
    ["identity;q=0, br", "br", true],
    ["identity;q=0.0, *", "zstd", true],
    ["*;q=0, identity", null, false],
    ["identity", null, false],
    ["identity;q=1, gzip;q=0.5", null, false],
    ["identity;q=0.5, gzip;q=0.5", "gzip", false],
    ["deflate", null, false],
    ["gzip;q=0", null, false],
    ["gzip;q=0.000", null, false],
    ["gzip;q=2", null, false],
    ["gzip;q=", null, false],
    ["gzip;quality=1", null, false],
    [",,gzip,,", "gzip", false],
    ["", null, false],
  ])("%s: %s", (header, coding, isIdentityRefused) => {
    expect(readAcceptEncoding(header)).toEqual({ coding, isIdentityRefused });
  });
});

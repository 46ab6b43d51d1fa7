import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { bitsOf } from "./strength.ts";

it.each([
  ...["", "a", "admin", "changeme", "password", "Passw0rd!", "P@ssw0rd1234", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
  ...[
    "123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "adminadminadminadmin",
  ],
  ...["abcabcabcabcabcabcabcabc", "change-me-please-change-me", "my-super-secret-admin-key", "ghostllm-admin-api-key"],
  ...["0000-0000-0000-0000-0000", "secret-key-for-testing-1234", "xK9!", "deadbeefdeadbeefdeadbeef", "20261128"],
])("is easy to guess: %s", (secret) => {
  expect(bitsOf(secret)).toBeLessThan(64);
});

it("takes what is random for as good as it is", () => {
  for (let round = 0; round < 300; round += 1) {
    expect(bitsOf(randomBytes(16).toString("hex"))).toBeGreaterThan(100);
    expect(bitsOf(randomBytes(32).toString("base64"))).toBeGreaterThan(200);
    expect(bitsOf(randomBytes(12).toString("base64url"))).toBeGreaterThan(64);
  }
  expect(bitsOf("wobbly-giraffe-ponders-quantum-teapots")).toBeGreaterThan(64);
});

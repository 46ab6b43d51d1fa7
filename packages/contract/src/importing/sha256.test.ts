import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { sha256 } from "./sha256.ts";

it("is what everybody else computes, whatever the length", () => {
  const texts = ["", "abc", "é€😀", ...Array.from({ length: 130 }, (_, length) => "x".repeat(length))];
  for (const text of texts) expect(sha256(text)).toBe(createHash("sha256").update(text).digest("hex"));
});

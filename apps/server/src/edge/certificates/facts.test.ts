import { describe, expect, it } from "vitest";
import { endingAt, factsOf, renewalAt } from "./facts.ts";
import { selfSign } from "./self-signed.ts";

const dayMs = 86_400_000;

describe("a certificate", () => {
  it.each([90, 6])("of %i days is renewed when a third of its life is left, or a little before", async (days) => {
    const { pem, certificate } = await selfSign({ commonName: "a", hosts: ["a.example.com", "10.0.0.7"], days });
    const { notBefore, notAfter, domains, issuer } = factsOf(certificate);
    expect([domains, issuer]).toEqual([["a.example.com", "10.0.0.7"], "a"]);
    const lifeMs = notAfter - notBefore;
    const leftMs = notAfter - renewalAt(pem.cert);
    expect(leftMs).toBeGreaterThanOrEqual(lifeMs / 3);
    expect(leftMs).toBeLessThanOrEqual(lifeMs / 3 + lifeMs / 30);
    // At a moment of its own, which is always the same.
    expect(renewalAt(pem.cert)).toBe(renewalAt(pem.cert));
  });

  it("ends soon in its last week, or in the last sixth of a short life", () => {
    const from = Date.parse("2026-01-01");
    expect(endingAt({ notBefore: from, notAfter: from + 90 * dayMs })).toBe(from + 83 * dayMs);
    expect(endingAt({ notBefore: from, notAfter: from + 6 * dayMs })).toBe(from + 5 * dayMs);
  });
});

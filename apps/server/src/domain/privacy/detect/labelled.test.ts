import { privacyClasses } from "@ghostllm/contract";
import type { PrivacyClass } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import { readLabelled, scoreClasses } from "./testing/labelled.ts";

/** Of precision and recall. Numbers of phones have no check digit, so that some near misses are none but by what they mean. */
const floors: Readonly<Record<PrivacyClass, number>> = {
  ...{ email: 0.98, phone: 0.95, card: 0.98, iban: 0.98, ip: 0.97, secret: 0.98 },
};

describe("the labelled set", () => {
  const texts = readLabelled();

  it("has four hundred texts of each kind and more, of all classes and languages", () => {
    const positives = texts.filter(({ holds }) => holds !== undefined);
    expect(positives.length).toBeGreaterThanOrEqual(400);
    expect(texts.length - positives.length).toBeGreaterThanOrEqual(400);
    expect(new Set(texts.map(({ text, class: one }) => `${one} ${text}`)).size).toBe(texts.length);
    for (const { text, holds } of positives) expect(text).toContain(holds);
    for (const language of ["en", "de", "fr", "es", "it", "pt", "ja"]) {
      const classes = new Set(positives.filter((one) => one.language === language).map((one) => one.class));
      expect([...classes].sort(), language).toEqual([...privacyClasses].sort());
    }
  });

  it("is told right and wrong within the floors, class by class", () => {
    for (const [one, { precision, recall }] of scoreClasses(texts)) {
      expect(precision, `precision of ${one}`).toBeGreaterThanOrEqual(floors[one]);
      expect(recall, `recall of ${one}`).toBeGreaterThanOrEqual(floors[one]);
    }
  });
});

import { expect, it } from "vitest";
import { isLastOpen } from "./open-bucket.ts";

const times = ["2026-11-30T10:00:00.000Z", "2026-11-30T11:00:00.000Z"];
const at = (time: string) => Date.parse(`2026-11-30T${time}Z`);

it("the last bucket goes on until its time is over", () => {
  expect(isLastOpen({ bucket: "hour", times }, at("11:00:00"))).toBe(true);
  expect(isLastOpen({ bucket: "hour", times }, at("11:59:59"))).toBe(true);
  expect(isLastOpen({ bucket: "hour", times }, at("12:00:00"))).toBe(false);
  expect(isLastOpen({ bucket: "day", times }, at("23:00:00"))).toBe(true);
});

it("what has no buckets has none that goes on", () => {
  expect(isLastOpen({ bucket: "none", times: [] }, at("11:00:00"))).toBe(false);
});

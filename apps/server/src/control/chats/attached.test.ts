import { expect, it } from "vitest";
import { slowdown } from "../../../../../tests/support/slowdown.ts";
import { putBack, takeOut } from "./attached.ts";

const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(3_000, 7)]).toString("base64");
const sealed = Buffer.alloc(6_000, 0xfb).toString("base64");

it("takes out pictures, each once, and puts them back byte for byte", () => {
  const url = `data:image/png;base64,${png}`;
  const message = `{"a": "${url}" ,"b":"${png}","c":"data:application/x;base64,${sealed}","signature":"${sealed}"}`;
  const taken = takeOut(message, "u1");
  expect(taken.attached).toHaveLength(3);
  expect(taken.texts.size).toBe(2);
  expect(taken.pieces.join("")).toBe(
    `{"a": "data:image/png;base64," ,"b":"","c":"data:application/x;base64,","signature":"${sealed}"}`,
  );
  expect(putBack(taken, taken.texts)).toBe(message);
  expect(putBack(taken, new Map())).toBeNull();
});

it("knows the same picture of another user by another name", () => {
  const [one] = takeOut(`"${png}"`, "u1").attached;
  expect(takeOut(`{"x":"${png}"}`, "u1").attached).toEqual([one]);
  expect(takeOut(`"${png}"`, "u2").attached).not.toEqual([one]);
});

it("leaves a text without any as it is, in a time that is linear in it", () => {
  for (const text of ["", '"'.repeat(1_000_000), `"${"A".repeat(4_000_000)}`, `"${"A".repeat(2_047)}`.repeat(1_000)]) {
    const startedAt = performance.now();
    expect(takeOut(text, "u1").pieces).toEqual([text]);
    expect(performance.now() - startedAt).toBeLessThan(5_000 * slowdown());
  }
});

import { expect, it } from "vitest";
import { describeFault } from "./fault.ts";

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

it.each([
  ["a parser's", () => JSON.parse('{"a": a secret word}')],
  ["a URL's", () => new URL("http://a secret word/")],
  ["a number's", () => BigInt("a secret word")],
  ["one with lines that look like places", () => Promise.reject(new Error("a secret\n    at a secret word\n"))],
  ["one with a cause", () => new Error("outer", { cause: new Error("a secret word") })],
  ["none", () => "a secret word"],
])("an error is told without what it quotes: %s", async (_, work) => {
  const error = await Promise.resolve(thrown(work)).catch((reason: unknown) => reason);
  expect(JSON.stringify(describeFault(error))).not.toContain("a secret");
});

it("tells where it happened, and what the operating system said", () => {
  const outer = new TypeError("outer", {
    cause: Object.assign(new Error("write ENOSPC"), { code: "ENOSPC", syscall: "write" }),
  });
  const { name, stack, cause } = describeFault(outer);
  expect(name).toBe("TypeError");
  expect(stack[0]).toMatch(/fault\.test\.ts:\d+:\d+/);
  expect(cause).toMatchObject({ code: "ENOSPC", message: "write ENOSPC" });
});

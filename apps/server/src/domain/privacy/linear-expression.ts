// What stands in place of the platform's regular expressions where schemas are looked through: their patterns are anybody's, and are
// matched in a time that is linear in the text, whatever they are (docs/decisions/0092).

import { RE2JS } from "re2js";

const mostKept = 1_000;
const kept = new Map<string, RE2JS>();

/** Throws where the pattern is none, or needs what cannot be done in linear time. */
export function compile(source: string): RE2JS {
  let machine = kept.get(source);
  if (machine === undefined) {
    machine = RE2JS.compile(RE2JS.translateRegExp(source));
    if (kept.size >= mostKept) kept.clear();
    kept.set(source, machine);
  }
  return machine;
}

/** While the work goes on, which is all that its thread does, whoever makes an expression has one of these. */
export function withLinearExpressions<Result>(work: () => Result): Result {
  const own = Object.getOwnPropertyDescriptor(globalThis, "RegExp");
  Object.defineProperty(globalThis, "RegExp", { configurable: true, value: LinearExpression });
  try {
    return work();
  } finally {
    if (own !== undefined) Object.defineProperty(globalThis, "RegExp", own);
  }
}

class LinearExpression {
  readonly #machine: RE2JS;

  constructor(source: string) {
    this.#machine = compile(source);
  }

  test(text: string): boolean {
    return this.#machine.matcher(text).find();
  }
}

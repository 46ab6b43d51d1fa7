import { chanceFrom } from "../../packages/llm/src/testing/random.ts";
import type { Chance } from "../../packages/llm/src/testing/random.ts";

/** The chance of one case, which depends on nothing but its name: a case can be run again alone. */
export function chanceOf(target: string, seed: number, number: number, use = ""): Chance {
  let hash = 0x811c9dc5;
  for (const character of `${target} ${seed} ${number} ${use}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return chanceFrom(hash);
}

/** True in one of so many cases. */
export function isOneIn(many: number, chance: Chance): boolean {
  return chance.below(many) === 0;
}

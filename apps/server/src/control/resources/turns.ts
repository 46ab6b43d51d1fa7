import { AsyncLocalStorage } from "node:async_hooks";
import type { Store } from "#control/store/store.ts";

/**
 * One change after the other, so that each is judged by what the last has left: two admins cannot remove each other, nor can a
 * stored secret be sealed again while another change gives its address to somebody else. What is changed together has its turn until it
 * is stored; whoever has it already goes on.
 */
export function createTurns({ wait, units }: Pick<Store, "wait" | "units">) {
  let last: Promise<unknown> = Promise.resolve();
  const having = new AsyncLocalStorage<{ isOver: boolean }>();
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (having.getStore()?.isOver === false) return work();
    const before = last;
    const own = { isOver: false };
    const turn = wait(before).then(() => having.run(own, work));
    const settled = units.settled();
    last = Promise.allSettled([before, turn, settled]).finally(() => (own.isOver = true));
    return turn;
  };
}

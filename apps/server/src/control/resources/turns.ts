import type { Store } from "#control/store/store.ts";

/**
 * One change after the other, so that each is judged by what the last has left: two admins cannot remove each other, nor can a
 * stored secret be sealed again while another change gives its address to somebody else.
 */
export function createTurns(store: Pick<Store, "wait">) {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const before = last;
    const turn = store.wait(before).then(work);
    last = Promise.allSettled([before, turn]);
    return turn;
  };
}

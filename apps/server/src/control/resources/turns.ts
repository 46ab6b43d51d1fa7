/**
 * One change after the other, so that each is judged by what the last has left: two admins cannot remove each other, nor can a
 * stored secret be sealed again while another change gives its address to somebody else.
 */
export function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

// How much longer things take here at the moment than on a machine that does nothing else: what is held against a clock is
// given as much more time. A control of plain work, measured where and when the rest is.

const document = JSON.stringify(
  Array.from({ length: 20_000 }, (_, id) => ({ id, name: `word ${id}`, list: [1, 2, 3] })),
);
/** Of a machine of its own, to read that document once. */
const usualMs = 5;
const turns = 10;

function measure(now: () => number): number {
  const startedMs = now();
  for (let turn = 0; turn < turns; turn += 1) JSON.parse(document);
  return Math.max(1, (now() - startedMs) / turns / usualMs);
}

/** By the clock, with all that others on the machine do. */
export function slowdown(): number {
  return measure(() => performance.now());
}

/** By what this thread itself has worked: a core that is shared does less in the same time. */
export function slowdownOfThread(): number {
  return measure(() => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  });
}

// One figure: what was measured, beside what it is to be.

export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly goal: string;
  readonly isMet: boolean;
}

/** Of something that is to stay below a bound. */
export function atMost(what: string, measured: number, most: number, unit: string): Figure {
  return { what, measured: `${round(measured)} ${unit}`, goal: `at most ${most} ${unit}`, isMet: measured <= most };
}

function round(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 1 : 0);
}

export const tableHead = "| What | Measured | Goal |\n| --- | --- | --- |";

export function toRow({ what, measured, goal, isMet }: Figure): string {
  return `| ${what} | ${measured} | ${goal}${isMet ? "" : " (missed)"} |`;
}

export interface Pair {
  readonly kind: string;
  readonly one: string;
  readonly other: string;
}

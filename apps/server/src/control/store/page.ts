/** Page by id, which is by time of creation. `after` is the last id of the page before. */
export interface Page {
  readonly limit: number;
  readonly after?: string;
}

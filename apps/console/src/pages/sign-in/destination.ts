/** Only paths of the console: a link cannot lead who signs in to somewhere else. */
export function destinationOf(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])/.test(to) && to.length <= 1000 && !to.includes("\\") ? to : "/";
}

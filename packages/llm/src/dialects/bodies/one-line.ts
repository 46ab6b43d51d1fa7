/** Line ends stand between the tokens of a document alone, and would end the event or the line that it is put into. */
export function oneLine(json: Buffer): string {
  return json
    .toString("utf8")
    .trim()
    .replaceAll(/[\r\n]+/g, " ");
}

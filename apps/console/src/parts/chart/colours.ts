/** As styles/tokens.css names them; the last one is for the rest. */
const names = Array.from({ length: 7 }, (_, index) => `--chart-${index + 1}`);
const restName = "--chart-8";

/** The same name has the same colour everywhere on a page, in the order in which names come. */
export function colourNames(keys: readonly string[]): ReadonlyMap<string, string> {
  return new Map(keys.map((key, index) => [key, names[index % names.length] ?? restName]));
}

export function restColour(): string {
  return restName;
}

/** The same upon the ground of a panel, of which it lets a little through. */
export function softenedColour(name: string): string {
  const [colour, ground] = [valueOfColour(name), valueOfColour("--surface")].map(channelsOf);
  const mixed = colour?.map((channel, at) => Math.round(channel * 0.8 + (ground?.[at] ?? 0) * 0.2)) ?? [];
  return `rgb(${mixed.join(" ")})`;
}

/** Of `#rrggbb`, as the tokens are written, or `#rgb`, as the build shortens them. */
function channelsOf(text: string): readonly number[] {
  const hex = text.length === 4 ? text.replace(/[^#]/g, "$&$&") : text;
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** What a name stands for in the present theme: a canvas knows no variables. */
export function valueOfColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

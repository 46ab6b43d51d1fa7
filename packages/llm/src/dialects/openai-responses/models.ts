/** Models that do not think: they refuse to be asked for encrypted thoughts. Every other one is asked. */
const thoughtless = /(?:^|[/.:])(?:gpt-(?:3\.5|4)|chatgpt-4)/;

/** https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items */
export function encryptsThoughts(model: string): boolean {
  return !thoughtless.test(model);
}

/**
 * A number as it was written in a form; null for nothing. What is none goes to the server as the text that it is: that says
 * what is wrong with it, where JSON would make null of it, which is unlimited.
 */
export function toNumber(text: string): number | null {
  const plain = text.replaceAll(/[\s,]/g, "");
  if (plain === "") return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : (text as unknown as number);
}

/** A URL as people are shown it: a password may stand in it, and a token behind its question mark. Paths of files stay as they are. */
export function shownUrl(text: string): string {
  if (!/^https?:\/\//i.test(text)) return text;
  const [base = ""] = text.split(/[?#]/, 1);
  const shown = base.replace(/^(https?:\/\/)[^/]*@/i, "$1[secret]@");
  return base === text ? shown : `${shown}?[secret]`;
}

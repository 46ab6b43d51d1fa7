// What people, and those who are none, write into names; and what a page must make of it: text, and nothing else.

const evil = "https://evil.invalid";

/** Each would set the title to this, ask another host, or show a dialog, if anything of it ran. */
export const brokenTitle = "broken";

const markup = [
  `<img src=x onerror="document.title='${brokenTitle}'">`,
  `"><script>document.title='${brokenTitle}'</script>`,
  `<svg/onload=fetch('${evil}')>`,
  `</title></textarea><style>*{display:none}</style>`,
  `<iframe srcdoc="<script>top.document.title='${brokenTitle}'</script>">`,
  `<a href="javascript:alert(1)">click</a>`,
  `<base href="${evil}/"><meta http-equiv=refresh content=0>`,
  "&lt;b&gt;&#60;script&#62;&NotAnEntity;",
];

const templates = [
  `{{constructor.constructor("document.title='${brokenTitle}'")()}}`,
  "${alert(1)} #{alert(1)} <%= alert(1) %>",
  "%s %d %n %x",
];

const urls = ["javascript:alert(1)", "data:text/html,<script>alert(1)</script>", `//evil.invalid/x`, `${evil}/?q=1#a`];
const paths = ["../../admin/users", "%2e%2e%2f%00", "a/b?c=d&e=f#g", "\\..\\..\\windows"];
const objects = ["__proto__", "constructor", "toString", "null", "undefined", "NaN", "-0"];
const formulas = [`=HYPERLINK("${evil}")`, "+1+1", "@SUM(A1:A9)", "-2+3"];

const directions = ["\u202egnp.exe", "\u2067\u2066 turned \u2069", "مرحبا بالعالم", "\u200b\u200d\ufeff unseen \u00ad"];
const controls = ["bell \u0007 escape \u001b[31m", "tab\tand\u0085lines\u2028apart", "\u0001\u001f\u007f"];
const scripts = ["z̸̢̛͎a̷͇͝l̴̰͠g̵̹͌o̶͉͝", "𝕬 日本語 👩‍👩‍👧‍👦 🏳️‍🌈", "ﷺ꧅𒐫"];
const long = ["W".repeat(100), "i".repeat(100), "words without an end ".repeat(4).trim(), "漢".repeat(100)];

/** A few of each kind, for whoever needs no more. */
export const naughty = [
  `<img src=x onerror="document.title='broken'">`,
  `"><script>document.title='broken'</script>`,
  "javascript:alert(1)",
  "\u202egnp.exe",
  "=HYPERLINK(1)",
  "z̸a̷l̴g̵o̶ 𝕬 日本語 عربي 👩‍👩‍👧‍👦",
] as const;

export const hostile: readonly string[] = [
  ...[...markup, ...templates, ...urls, ...paths, ...objects],
  ...[...formulas, ...directions, ...controls, ...scripts, ...long],
];

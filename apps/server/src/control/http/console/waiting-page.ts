// What is shown in place of the console while it is being built, or where it could not be.

import { createHash } from "node:crypto";

const style = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { max-width: 30rem; margin: 20vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.1rem; margin: 0; }
p { margin: .5rem 0; }
`;

export const waitingPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const words = {
  building: {
    title: "The console is being built",
    text: "It is made once after an install or an update, in a few seconds. This page opens it by itself when it is there. The gateway serves already.",
  },
  failed: {
    title: "The console could not be built",
    text: "The gateway and the admin API work without it. `node apps/console/build.ts` builds it again and says what is wrong.",
  },
} as const;

export function renderWaitingPage(kind: keyof typeof words): string {
  const { title, text } = words[kind];
  const refresh = kind === "building" ? '<meta http-equiv="refresh" content="2">\n' : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<title>GhostLLM: ${title.toLowerCase()}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
<p>${text}</p>
</body>
</html>
`;
}

import { createHash } from "node:crypto";

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 10vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; }
code { font-family: ui-monospace, monospace; }
`;

export const landingPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function renderLandingPage(version: string, hasConsole: boolean): string {
  const toConsole = `<dt><a href="console/">/console</a></dt><dd>Everything of this server, in the browser</dd>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GhostLLM</title>
<style>${style}</style>
</head>
<body>
<h1>GhostLLM ${version}</h1>
<p>One endpoint in front of every model vendor. Point an OpenAI client at <code>/v1</code> with a GhostLLM key.</p>
<dl>
${hasConsole ? toConsole : ""}<dt><a href="/docs">/docs</a></dt><dd>The API: the gateway's routes and the admin routes</dd>
<dt><a href="/health">/health</a></dt><dd>Is everything all right?</dd>
<dt><a href="/status">/status</a></dt><dd>What runs here</dd>
<dt><a href="/metrics">/metrics</a></dt><dd>Metrics for Prometheus</dd>
</dl>
</body>
</html>
`;
}

#!/bin/sh
# CodeMirror's styles (style-mod) are constructable style sheets, which no Content-Security-Policy forbids, only within a shadow root.
# In a document they are a <style> element, which `style-src 'self'` drops without an exception: the editor stands there without its
# layout. It needs the page's nonce, by EditorView.cspNonce; `adoptedStyleSheets` of the document stays empty in every browser.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null && npm install --no-audit --no-fund --ignore-scripts --loglevel=error style-mod@4.1.5 jsdom@26.1.0 >/dev/null 2>&1
cat >mount.mjs <<'JS'
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";
import { StyleModule } from "style-mod";
const { version } = JSON.parse(readFileSync("node_modules/style-mod/package.json"));
const { window } = new JSDOM("<!doctype html><head></head><body><div></div></body>");
const { document } = window;
// As every browser of today has them.
window.CSSStyleSheet = class { insertRule() {} };
document.adoptedStyleSheets = [];
const shadow = document.querySelector("div").attachShadow({ mode: "open" });
shadow.adoptedStyleSheets = [];
const module = new StyleModule({ ".a": { color: "red" } });
StyleModule.mount(document, module, { nonce: "n" });
StyleModule.mount(shadow, module, { nonce: "n" });
const seen = [document, shadow].map((root) => `${root.querySelectorAll("style[nonce=n]").length} elements, ${root.adoptedStyleSheets.length} constructed`);
console.log(`style-mod ${version}: in a document ${seen[0]}; in a shadow root ${seen[1]}`);
process.exit(seen.join("; ") === "1 elements, 0 constructed; 0 elements, 1 constructed" ? 0 : 1);
JS
node mount.mjs

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** By the names of styles/tokens.css, so that both themes are the page's. */
export const look = EditorView.theme({
  "&": {
    border: "1px solid var(--line-strong)",
    borderRadius: "5px",
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    fontSize: "11.5px",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": {
    fontFamily: '"Geist Mono Variable", ui-monospace, monospace',
    lineHeight: "1.6",
    minHeight: "120px",
    maxHeight: "320px",
  },
  ".cm-content": { padding: "6px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 10px" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)" },
  ".cm-tooltip": {
    border: "1px solid var(--line-strong)",
    borderRadius: "5px",
    backgroundColor: "var(--raised)",
    color: "var(--text)",
  },
});

export const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--info)" },
  { tag: tags.punctuation, color: "var(--muted)" },
]);

// CodeMirror for JSON. Tab leaves it, as it leaves any field; Ctrl Enter and Escape are the page's own.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { Compartment } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { getNonce } from "get-nonce";
import { useEffect, useRef } from "react";
import { highlight, look } from "./editor-look.ts";

interface JsonEditorProps {
  readonly label: string;
  /** Of the element that says what is wrong with it, or helps. */
  readonly noteId: string;
  readonly isInvalid: boolean;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

const keys = defaultKeymap.filter(({ key }) => key !== "Mod-Enter");
const parse = jsonParseLinter();

const language: Extension = [
  ...[json(), history(), bracketMatching(), syntaxHighlighting(highlight), look, EditorView.lineWrapping],
  ...[keymap.of([...keys, ...historyKeymap]), EditorView.cspNonce.of(getNonce() ?? "")],
  // Nothing at all is no mistake.
  linter((view) => (view.state.doc.toString().trim() === "" ? [] : parse(view)), { delay: 300 }),
];

export function JsonEditor({ label, noteId, isInvalid, value, onChange }: JsonEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  const attributes = useRef(new Compartment());
  const change = useRef(onChange);
  useEffect(() => {
    change.current = onChange;
  }, [onChange]);
  useEffect(() => {
    if (place.current === null) return undefined;
    const told = EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) change.current(state.doc.toString());
    });
    const view = new EditorView({
      parent: place.current,
      extensions: [language, told, attributes.current.of([])],
    });
    editor.current = view;
    return () => view.destroy();
  }, []);
  useEffect(() => {
    const told = {
      ...{ "aria-label": label, "aria-describedby": noteId, "aria-invalid": String(isInvalid) },
      // It can be written in, and so be focused; that is said for whoever does not know.
      tabindex: "0",
    };
    editor.current?.dispatch({
      effects: attributes.current.reconfigure(EditorView.contentAttributes.of(told)),
    });
  }, [label, noteId, isInvalid]);
  useEffect(() => {
    const present = editor.current?.state.doc.toString();
    if (present === undefined || present === value) return;
    editor.current?.dispatch({ changes: { from: 0, to: present.length, insert: value } });
  }, [value]);
  return <div ref={place} />;
}

import { useRef } from "react";
import type { UIEvent } from "react";

interface FileEditorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Lines with a fault. */
  readonly faulty: ReadonlySet<number>;
}

const lineClass = "font-mono text-xs leading-5";

/** The text with its lines numbered. */
export function FileEditor({ text, onChange, faulty }: FileEditorProps) {
  const numbers = useRef<HTMLDivElement>(null);
  const count = text.split("\n").length;
  const follow = ({ currentTarget }: UIEvent<HTMLTextAreaElement>): void => {
    if (numbers.current !== null) numbers.current.scrollTop = currentTarget.scrollTop;
  };
  return (
    <div className="flex h-[420px] overflow-hidden rounded-sm border border-line-strong bg-surface focus-within:outline-2 focus-within:outline-accent">
      <div
        ref={numbers}
        aria-hidden
        className={`overflow-hidden bg-sunken py-2 text-right text-muted select-none ${lineClass}`}
      >
        {Array.from({ length: count }, (_, place) => (
          <div key={place} className={`px-2 ${faulty.has(place + 1) ? "bg-bad-soft font-medium text-bad" : ""}`}>
            {place + 1}
          </div>
        ))}
      </div>
      <textarea
        id="configuration-text"
        aria-label="Text of the file"
        wrap="off"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onScroll={follow}
        className={`min-w-0 flex-1 resize-none bg-transparent px-2 py-2 outline-none ${lineClass}`}
      />
    </div>
  );
}

/** Puts the cursor there. */
export function goTo(text: string, line: number, column: number): void {
  const area = document.getElementById("configuration-text");
  if (!(area instanceof HTMLTextAreaElement)) return;
  const before = text.split("\n").slice(0, line - 1);
  const at = before.reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, column - 1);
  area.focus();
  area.setSelectionRange(at, at);
  area.scrollTop = Math.max(0, (line - 5) * 20);
}

import { useRef } from "react";
import { Button } from "#parts/button.tsx";
import { inputClass } from "#parts/field.tsx";
import { useToast } from "#parts/toast.tsx";
import { wordsOf } from "#parts/states.tsx";
import type { Picture, Question } from "./conversation.ts";
import { PictureButtons } from "./picture-buttons.tsx";
import { Pictures, readPictures } from "./pictures.tsx";

interface ComposerProps {
  readonly question: Question;
  readonly onChange: (change: (question: Question) => Question) => void;
  readonly onSend: () => void;
  readonly onStop: () => void;
  readonly isRunning: boolean;
  /** Why nothing can be sent now; null where it can. */
  readonly hindrance: string | null;
  readonly takesPictures: boolean;
}

export function Composer({ question, onChange, onSend, onStop, isRunning, hindrance, takesPictures }: ComposerProps) {
  const message = useRef<HTMLTextAreaElement>(null);
  const add = (added: readonly Picture[]): void =>
    onChange((now) => ({ ...now, pictures: [...now.pictures, ...added] }));
  const addFiles = useAddFiles(add);
  const thenWrite = (act: () => void) => (): void => {
    act();
    message.current?.focus();
  };
  return (
    <section
      aria-label="Question"
      className="sticky bottom-0 z-10 grid grid-cols-[minmax(0,1fr)] gap-2 border-t border-line bg-canvas pt-3 pb-4"
    >
      <Pictures
        pictures={question.pictures}
        onRemove={(index) => onChange((now) => ({ ...now, pictures: now.pictures.toSpliced(index, 1) }))}
      />
      <textarea
        ref={message}
        aria-label="Message"
        placeholder="Ask something"
        rows={2}
        className={`${inputClass} field-sizing-content h-auto max-h-[40vh] min-h-[54px] resize-none py-2`}
        value={question.text}
        onChange={(event) => onChange((now) => ({ ...now, text: event.target.value }))}
        onPaste={(event) => {
          if (takesPictures && event.clipboardData.files.length > 0) addFiles(event.clipboardData.files);
        }}
      />
      <div className="flex flex-wrap items-center gap-1.5">
        {takesPictures && <PictureButtons onFiles={addFiles} onUrl={(url) => add([{ url, name: url }])} />}
        <span className="min-w-0 flex-1 px-1 text-right text-xs text-muted">{hindrance ?? <SendKeys />}</span>
        <SendButton
          isRunning={isRunning}
          isHindered={hindrance !== null}
          onSend={thenWrite(onSend)}
          onStop={thenWrite(onStop)}
        />
      </div>
    </section>
  );
}

interface SendButtonProps {
  readonly isRunning: boolean;
  readonly isHindered: boolean;
  readonly onSend: () => void;
  readonly onStop: () => void;
}

/** Two buttons, so that a second click does not undo the first. */
function SendButton({ isRunning, isHindered, onSend, onStop }: SendButtonProps) {
  if (isRunning)
    return (
      <Button key="stop" className="ml-auto" onClick={onStop}>
        Stop
      </Button>
    );
  return (
    <Button key="send" look="primary" className="ml-auto" disabled={isHindered} onClick={onSend}>
      Send
    </Button>
  );
}

function useAddFiles(add: (added: readonly Picture[]) => void): (files: Iterable<File>) => void {
  const toast = useToast();
  return (files) => {
    readPictures(files)
      .then(add)
      .catch((error: unknown) => toast.fail(wordsOf(error)));
  };
}

const isMac = /Mac|iP/.test(navigator.userAgent);

function SendKeys() {
  return (
    <span className="hidden sm:inline">
      <kbd className="font-mono">{isMac ? "⌘ Enter" : "Ctrl Enter"}</kbd> sends, <kbd className="font-mono">Esc</kbd>{" "}
      stops
    </span>
  );
}

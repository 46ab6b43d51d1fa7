import { CodeBlock } from "#parts/panel.tsx";
import { splitAnswer } from "./answer-parts.ts";

/** As text and blocks of code: nothing that a model writes becomes part of the page. */
export function AnswerText({ text }: { readonly text: string }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
      {splitAnswer(text).map((part, index) =>
        part.kind === "code" ? (
          <CodeBlock key={index} code={part.text} label={part.language === "" ? "Code" : `Code in ${part.language}`} />
        ) : (
          <p key={index} className="leading-relaxed wrap-anywhere whitespace-pre-wrap">
            {part.text}
          </p>
        ),
      )}
    </div>
  );
}

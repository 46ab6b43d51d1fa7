import { memo } from "react";
import type { Turn } from "./conversation.ts";
import { Pictures } from "./pictures.tsx";
import { ReplyView } from "./reply-view.tsx";
import type { Conversation } from "./use-conversation.ts";

interface TurnViewProps {
  readonly turn: Turn;
  readonly isLast: boolean;
  readonly conversation: Pick<Conversation, "sendResults" | "askAgain">;
}

/** Drawn anew when it has changed itself, and not with each word of one that follows. */
export const TurnView = memo(
  function TurnView({ turn, isLast, conversation }: TurnViewProps) {
    const lanes = turn.lanes.filter((replies) => replies.length > 0);
    return (
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-2 justify-self-end rounded-md bg-sunken px-4 py-2.5 sm:max-w-[85%]">
          <span className="sr-only">You asked</span>
          {turn.text !== "" && <p className="wrap-anywhere whitespace-pre-wrap">{turn.text}</p>}
          <Pictures pictures={turn.pictures} />
        </div>
        <div className={`grid grid-cols-[minmax(0,1fr)] gap-3 ${lanes.length > 1 ? "md:grid-cols-2" : ""}`}>
          {turn.lanes.map((replies, lane) => (
            <div key={lane} className="grid grid-cols-[minmax(0,1fr)] content-start gap-3 empty:hidden">
              {replies.map((reply, index) => (
                <ReplyView
                  key={reply.id}
                  reply={reply}
                  onResults={(results) => conversation.sendResults(turn.id, lane, reply, results)}
                  onAgain={isLast && index === replies.length - 1 ? () => conversation.askAgain(turn.id, lane) : null}
                />
              ))}
            </div>
          ))}
        </div>
      </div>
    );
  },
  (before, now) => before.turn === now.turn && before.isLast === now.isLast && !now.isLast,
);

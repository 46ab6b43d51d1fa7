import { useState } from "react";
import { Button } from "#parts/button.tsx";
import { inputClass } from "#parts/field.tsx";
import { Panel } from "#parts/panel.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useTyped } from "#parts/use-typed.ts";
import { SavedChatItem } from "./saved-chat-item.tsx";
import type { SavedChat } from "#connect/saved-chats.ts";
import type { SavedChats } from "./use-saved-chats.ts";

interface SavedPanelProps {
  readonly saved: SavedChats;
  readonly hasKey: boolean;
  /** Two models have two conversations, of which none could be saved alone. */
  readonly isCompared: boolean;
  readonly onOpen: (chat: SavedChat) => void;
  /** One that is open is gone. */
  readonly onGone: () => void;
}

/** The chats that are saved with the key, and whether this one is to be. */
export function SavedPanel({ saved, hasKey, isCompared, onOpen, onGone }: SavedPanelProps) {
  const hindrance = hindranceOf(saved, hasKey, isCompared);
  const [typed, setTyped] = useTyped(saved.words, saved.setWords);
  return (
    <Panel title="Saved chats">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2.5 px-4 py-3">
        <label className="flex items-start gap-2">
          <input
            type="checkbox"
            className="mt-0.5"
            checked={saved.isSaving && !isCompared}
            disabled={hindrance !== null}
            onChange={(event) => saved.setSaving(event.target.checked)}
          />
          <span>
            Save what is said
            {hindrance !== null && <span className="block text-xs text-muted">{hindrance}</span>}
          </span>
        </label>
        {hasKey && (
          <>
            <input
              type="search"
              aria-label="Filter saved chats"
              placeholder="Filter by title"
              className={inputClass}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <label className="flex items-center gap-2">
              <input
                type="checkbox"
                checked={saved.isArchive}
                onChange={(event) => saved.setArchive(event.target.checked)}
              />
              Archived
            </label>
            <Chats {...{ saved, onOpen, onGone }} />
          </>
        )}
      </div>
    </Panel>
  );
}

function Chats({ saved, onOpen, onGone }: Pick<SavedPanelProps, "saved" | "onOpen" | "onGone">) {
  const { chats, error, hasMore, current } = saved;
  const [renaming, setRenaming] = useState<string | null>(null);
  if (error !== null)
    return (
      <p role="alert" className="text-bad wrap-anywhere">
        {wordsOf(error)}
      </p>
    );
  if (chats.length === 0) return <p className="text-muted">There are none.</p>;
  return (
    <>
      <ul className="-mx-2 grid grid-cols-[minmax(0,1fr)] gap-0.5">
        {chats.map((chat) => (
          <SavedChatItem
            key={chat.id}
            {...{ chat, saved, onOpen, onGone }}
            isCurrent={chat.id === current}
            isRenaming={renaming === chat.id}
            onRename={(is) => setRenaming(is ? chat.id : null)}
          />
        ))}
      </ul>
      {hasMore && <Button onClick={saved.more}>Show more</Button>}
    </>
  );
}

function hindranceOf({ isAllowed }: SavedChats, hasKey: boolean, isCompared: boolean): string | null {
  if (!hasKey) return "A key comes first";
  if (isAllowed === null) return "What the key’s policy says is not known";
  if (!isAllowed) return "The policy of this key does not let prompts and answers be stored";
  return isCompared ? "A chat with two models is not saved" : null;
}

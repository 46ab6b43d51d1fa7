import { Ellipsis } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { changeChat, exportChat, removeChat } from "#connect/saved-chats.ts";
import type { SavedChat } from "#connect/saved-chats.ts";
import { Button, IconButton } from "#parts/button.tsx";
import { Dialog, DialogButtons } from "#parts/dialog.tsx";
import { inputClass } from "#parts/field.tsx";
import { menuClass, menuItemClass } from "#parts/menu-look.ts";
import { saveFile } from "#parts/save-file.ts";
import { useTask } from "#parts/use-task.ts";
import type { SavedChats } from "./use-saved-chats.ts";

interface ItemProps {
  readonly chat: SavedChat;
  readonly saved: SavedChats;
  readonly isCurrent: boolean;
  readonly isRenaming: boolean;
  readonly onRename: (isRenaming: boolean) => void;
  readonly onOpen: (chat: SavedChat) => void;
  readonly onGone: () => void;
}

export function SavedChatItem(props: ItemProps) {
  const { chat, saved, isCurrent, isRenaming, onRename, onOpen } = props;
  const title = chat.title || "Without words";
  return (
    <li className={`flex min-w-0 items-center rounded-sm ${isCurrent ? "bg-sunken" : "hover:bg-hover"}`}>
      {isRenaming ? (
        <Rename {...{ chat, saved }} onDone={() => onRename(false)} />
      ) : (
        <>
          <button
            type="button"
            aria-current={isCurrent}
            className="min-w-0 flex-1 px-2 py-1 text-left"
            onClick={() => onOpen(chat)}
          >
            <span className="block truncate">{title}</span>
            <span className="block truncate text-xs text-muted">{chat.model}</span>
          </button>
          <ItemMenu {...props} title={title} />
        </>
      )}
    </li>
  );
}

function Rename({ chat, saved, onDone }: Pick<ItemProps, "chat" | "saved"> & { readonly onDone: () => void }) {
  const [title, setTitle] = useState(chat.title);
  const rename = useTask(async () => {
    if (title.trim() !== "") await changeChat(saved.address, chat.id, { title: title.trim() });
    saved.refresh();
    onDone();
  });
  return (
    <form
      className="flex min-w-0 flex-1 gap-1 p-1"
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate();
      }}
    >
      <input
        autoFocus
        aria-label="Title"
        maxLength={200}
        className={`${inputClass} min-w-0 flex-1`}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          onDone();
        }}
      />
      <Button type="submit" isBusy={rename.isPending}>
        Rename
      </Button>
    </form>
  );
}

function ItemMenu({ chat, saved, isCurrent, onRename, onGone, title }: ItemProps & { readonly title: string }) {
  const [isRemoving, setRemoving] = useState(false);
  const { address, refresh } = saved;
  const archive = useTask(async () => {
    await changeChat(address, chat.id, { archived: !chat.isArchived });
    refresh();
  });
  const download = useTask(async () => {
    saveFile(`chat-${chat.id}.md`, "text/markdown", await exportChat(address, chat.id));
  });
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <IconButton label={`What to do with “${title}”`} icon={<Ellipsis />} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Content align="end" sideOffset={4} collisionPadding={8} className={menuClass}>
          <DropdownMenu.Item className={menuItemClass} onSelect={() => onRename(true)}>
            Rename
          </DropdownMenu.Item>
          <DropdownMenu.Item className={menuItemClass} onSelect={() => archive.mutate()}>
            {chat.isArchived ? "Bring back" : "Archive"}
          </DropdownMenu.Item>
          <DropdownMenu.Item className={menuItemClass} onSelect={() => download.mutate()}>
            Export as Markdown
          </DropdownMenu.Item>
          <DropdownMenu.Item className={menuItemClass} onSelect={() => setRemoving(true)}>
            Delete
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Root>
      {isRemoving && (
        <RemoveDialog
          {...{ chat, saved, title }}
          onGone={isCurrent ? onGone : null}
          onClose={() => setRemoving(false)}
        />
      )}
    </>
  );
}

interface RemoveProps extends Pick<ItemProps, "chat" | "saved"> {
  readonly title: string;
  /** Null where it is not open. */
  readonly onGone: (() => void) | null;
  readonly onClose: () => void;
}

function RemoveDialog({ chat, saved, title, onGone, onClose }: RemoveProps) {
  const remove = useTask(async () => {
    await removeChat(saved.address, chat.id);
    onGone?.();
    saved.refresh();
    onClose();
  });
  return (
    <Dialog
      isOpen
      title="Delete chat"
      description={`“${title}” and all that was said in it is gone then.`}
      onClose={onClose}
    >
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" isBusy={remove.isPending} onClick={() => remove.mutate()}>
          Delete chat
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

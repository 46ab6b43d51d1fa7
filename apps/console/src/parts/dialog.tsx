import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import type { ReactNode } from "react";
import { Button, IconButton } from "./button.tsx";
import { inputClass } from "./field.tsx";

interface DialogProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What must not be lost by a click beside it, such as a key that is shown once. */
  readonly isSticky?: boolean;
  readonly children: ReactNode;
}

export function Dialog({ title, description, isOpen, onClose, isSticky = false, children }: DialogProps) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => open || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-veil" />
        <Radix.Content
          {...(description === undefined && { "aria-describedby": undefined })}
          onInteractOutside={(event) => isSticky && event.preventDefault()}
          className="fixed top-[8vh] left-1/2 z-40 flex max-h-[84vh] w-[min(560px,calc(100vw-1.5rem))] -translate-x-1/2 flex-col rounded-lg border border-line-strong bg-raised shadow-float"
        >
          <header className="flex items-start gap-3 border-b border-line px-4 py-2">
            <div className="min-w-0 flex-1 py-1">
              <Radix.Title className="text-md font-semibold">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="mt-0.5 text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" icon={<X />} />
            </Radix.Close>
          </header>
          <div className="min-h-0 overflow-y-auto px-4 py-3">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmProps {
  readonly title: string;
  /** What becomes of it, in a sentence. */
  readonly description: string;
  /** To be typed. */
  readonly name: string;
  /** What the button says, such as "Revoke key". */
  readonly action: string;
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  /** What else is to be known before. */
  readonly children?: ReactNode;
}

/** For what cannot be undone: whoever does it has read what it is about. */
export function ConfirmDialog(props: ConfirmProps) {
  const { title, description, name, action, isBusy, onConfirm, onClose, children } = props;
  const [typed, setTyped] = useState("");
  const isRight = typed.trim() === name.trim();
  return (
    <Dialog isOpen title={title} description={description} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isRight) onConfirm();
        }}
      >
        {children}
        <label className="block">
          <span className="text-muted">
            Type <b className="font-mono font-medium wrap-break-word text-text">{name}</b> to confirm
          </span>
          <input
            autoFocus
            autoComplete="off"
            className={`${inputClass} mt-1.5`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" disabled={!isRight} isBusy={isBusy}>
            {action}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

export function DialogButtons({ children }: { readonly children: ReactNode }) {
  return <div className="mt-4 flex justify-end gap-2">{children}</div>;
}

import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { CopyTextButton } from "./copy.tsx";
import { Dialog, DialogButtons } from "./dialog.tsx";

interface ShownOnceProps {
  readonly title: string;
  /** What it is for, and that it is shown this once. */
  readonly description: string;
  readonly secret: string;
  /** What its button says: "Copy token". */
  readonly copy: string;
  readonly children?: ReactNode;
  readonly onClose: () => void;
}

/** The one time that a secret is shown. */
export function ShownOnce({ title, description, secret, copy, children, onClose }: ShownOnceProps) {
  return (
    <Dialog isOpen isSticky title={title} description={description} onClose={onClose}>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-sm border border-line bg-sunken px-3 py-1.5 font-mono text-xs break-all">
          {secret}
        </code>
        <CopyTextButton text={secret}>{copy}</CopyTextButton>
      </div>
      {children}
      <DialogButtons>
        <Button onClick={onClose}>Done</Button>
      </DialogButtons>
    </Dialog>
  );
}

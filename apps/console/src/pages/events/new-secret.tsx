import { Button } from "#parts/button.tsx";
import { CopyTextButton } from "#parts/copy.tsx";
import { Dialog, DialogButtons } from "#parts/dialog.tsx";

interface NewSecretProps {
  readonly name: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** The one time that the secret is shown. */
export function NewSecret({ name, secret, onClose }: NewSecretProps) {
  return (
    <Dialog
      isOpen
      isSticky
      title={`Secret of “${name}”`}
      description="Copy it now: it is shown this once. The receiver checks by it that what comes is from this server."
      onClose={onClose}
    >
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-sm border border-line bg-sunken px-3 py-1.5 font-mono text-xs break-all">
          {secret}
        </code>
        <CopyTextButton text={secret}>Copy secret</CopyTextButton>
      </div>
      <DialogButtons>
        <Button onClick={onClose}>Done</Button>
      </DialogButtons>
    </Dialog>
  );
}

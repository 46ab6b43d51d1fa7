import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { shortenId } from "#format/id.ts";
import { Button, IconButton } from "./button.tsx";
import { useToast } from "./toast.tsx";

/** Also where the page is served by plain HTTP, in which browsers lock their clipboard. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "fixed opacity-0";
  const place = document.querySelector("[role=dialog]") ?? document.body;
  place.append(area);
  area.select();
  // The only way that is open to such pages.
  const isCopied = document.execCommand("copy");
  area.remove();
  return isCopied;
}

function useCopy(): { readonly isCopied: boolean; copy(text: string): void } {
  const [isCopied, setCopied] = useState(false);
  const toast = useToast();
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = (text: string): void => {
    void copyText(text).then((succeeded) => {
      setCopied(succeeded);
      if (!succeeded) toast.fail("The browser does not let the page copy: select the text and copy it");
    });
  };
  return { isCopied, copy };
}

export function CopyButton({ text, label = "Copy" }: { readonly text: string; readonly label?: string }) {
  const { isCopied, copy } = useCopy();
  return (
    <IconButton label={isCopied ? "Copied" : label} icon={isCopied ? <Check /> : <Copy />} onClick={() => copy(text)} />
  );
}

export function CopyTextButton({ text, children }: { readonly text: string; readonly children: string }) {
  const { isCopied, copy } = useCopy();
  return <Button onClick={() => copy(text)}>{isCopied ? "Copied" : children}</Button>;
}

/** Shortened in the middle; copied whole by a click. */
export function IdCell({ id, shown = shortenId(id) }: { readonly id: string; readonly shown?: string }) {
  const { isCopied, copy } = useCopy();
  return (
    <button
      type="button"
      title={isCopied ? "Copied" : `Copy ${id}`}
      className="group -mx-1 inline-flex max-w-[calc(100%+0.5rem)] items-center gap-1 rounded-sm px-1 text-left font-mono text-xs text-muted transition hover:bg-sunken hover:text-text"
      onClick={(event) => {
        event.stopPropagation();
        copy(id);
      }}
    >
      <span className="sr-only">Copy</span>
      <span className="min-w-0 truncate">{shown}</span>
      {isCopied ? (
        <Check className="size-3 text-good" />
      ) : (
        <Copy className="size-3 opacity-0 group-hover:opacity-70 group-focus-visible:opacity-70" />
      )}
    </button>
  );
}

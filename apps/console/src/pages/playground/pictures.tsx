import { Link2, X } from "lucide-react";
import { IconButton } from "#parts/button.tsx";
import type { Picture } from "./conversation.ts";

/** Files as data in a URL; what is no picture is left out. */
export function readPictures(files: Iterable<File>): Promise<readonly Picture[]> {
  return Promise.all([...files].filter(({ type }) => type.startsWith("image/")).map(readPicture));
}

function readPicture(file: File): Promise<Picture> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve({ name: file.name, url: String(reader.result) }));
    reader.addEventListener("error", () => reject(new Error(`“${file.name}” cannot be read.`)));
    reader.readAsDataURL(file);
  });
}

interface PicturesProps {
  readonly pictures: readonly Picture[];
  readonly onRemove?: (index: number) => void;
}

/** One at another host is named and not shown: the page asks no host but its own. */
export function Pictures({ pictures, onRemove }: PicturesProps) {
  if (pictures.length === 0) return null;
  return (
    <ul aria-label="Images" className="flex flex-wrap gap-2">
      {pictures.map(({ url, name }, index) => (
        <li key={index} className="flex max-w-full items-center gap-1 rounded-sm border border-line bg-surface p-1">
          {url.startsWith("data:") ? (
            <img src={url} alt={name} className="h-16 max-w-40 rounded-[3px] object-contain" />
          ) : (
            <span className="flex min-w-0 items-center gap-1.5 px-1 font-mono text-xs" title={url}>
              <Link2 aria-hidden className="size-3.5 shrink-0 text-muted" />
              <span className="truncate">{name}</span>
            </span>
          )}
          {onRemove !== undefined && (
            <IconButton label={`Remove ${name}`} icon={<X />} onClick={() => onRemove(index)} />
          )}
        </li>
      ))}
    </ul>
  );
}

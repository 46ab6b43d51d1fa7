import { ImagePlus, Link2 } from "lucide-react";
import { useRef, useState } from "react";
import { Button, IconButton } from "#parts/button.tsx";
import { inputClass } from "#parts/field.tsx";

interface PictureButtonsProps {
  readonly onFiles: (files: Iterable<File>) => void;
  readonly onUrl: (url: string) => void;
}

export function PictureButtons({ onFiles, onUrl }: PictureButtonsProps) {
  const chooser = useRef<HTMLInputElement>(null);
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept="image/*"
        multiple
        hidden
        aria-label="Image files"
        onChange={(event) => {
          onFiles(event.target.files ?? []);
          event.target.value = "";
        }}
      />
      <IconButton label="Add images" icon={<ImagePlus />} onClick={() => chooser.current?.click()} />
      <IconButton
        label="Add an image by its URL"
        icon={<Link2 />}
        aria-expanded={isAsking}
        onClick={() => setAsking(!isAsking)}
      />
      {isAsking && (
        <UrlForm
          onUrl={(url) => {
            setAsking(false);
            onUrl(url);
          }}
        />
      )}
    </>
  );
}

function UrlForm({ onUrl }: { readonly onUrl: (url: string) => void }) {
  const [url, setUrl] = useState("");
  return (
    <form
      className="flex min-w-0 items-center gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        onUrl(url.trim());
      }}
    >
      <input
        autoFocus
        required
        type="url"
        pattern="https?://.+"
        title="An address that begins with http:// or https://"
        aria-label="URL of the image"
        placeholder="https://"
        className={`${inputClass} max-w-56`}
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
      <Button type="submit">Add</Button>
    </form>
  );
}

import { ShownOnce } from "#parts/shown-once.tsx";

export interface SecretOf {
  readonly name: string;
  readonly secret: string;
}

export function NewSecret({ name, secret, onClose }: SecretOf & { readonly onClose: () => void }) {
  return (
    <ShownOnce
      title={`Secret of “${name}”`}
      description="Copy it now: it is shown this once. Who is asked checks by it that what comes is from this server."
      copy="Copy secret"
      secret={secret}
      onClose={onClose}
    />
  );
}

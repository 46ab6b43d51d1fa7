import { ShownOnce } from "#parts/shown-once.tsx";

interface NewSecretProps {
  readonly name: string;
  readonly secret: string;
  readonly onClose: () => void;
}

export function NewSecret({ name, secret, onClose }: NewSecretProps) {
  return (
    <ShownOnce
      title={`Secret of “${name}”`}
      description="Copy it now: it is shown this once. The receiver checks by it that what comes is from this server."
      copy="Copy secret"
      secret={secret}
      onClose={onClose}
    />
  );
}

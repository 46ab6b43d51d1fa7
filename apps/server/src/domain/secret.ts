import { inspect } from "node:util";

/** A value that must never be printed. Every ordinary way of turning it into text gives `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plain text, for the one place that must send or compare it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** A secret on its way to another thread of this process: plain data cannot be a `Secret`. Never written down, logged or sent on. */
export interface OpenSecret {
  readonly openSecret: string;
}

export function openSecretOf(secret: Secret): OpenSecret {
  return { openSecret: secret.reveal() };
}

export function toSecret({ openSecret }: OpenSecret): Secret {
  return new Secret(openSecret);
}

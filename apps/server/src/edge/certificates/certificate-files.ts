// The server's own certificate and its key: read from files, checked before they are used, and read anew when they change.
// Called by compose/tls. Invariant: a pair that is of no use never takes the place of one that is.

import { readFile, stat } from "node:fs/promises";
import type { CertificateFiles as Files } from "#config/tls-config.ts";
import type { CertificateDeps, CertificateSource } from "./certificate-source.ts";
import { pairOf } from "./pair.ts";
import type { CertificatePair } from "./pair.ts";

const lookEveryMs = 2_000;

export class CertificateFiles implements CertificateSource {
  readonly isTemporary = false;
  readonly #files: Files;
  #pair: CertificatePair;
  #signature: string;
  #timer: NodeJS.Timeout | undefined;

  private constructor(files: Files, pair: CertificatePair, signature: string) {
    this.#files = files;
    this.#pair = pair;
    this.#signature = signature;
  }

  /** Rejects with what is wrong with the files, and what to do. */
  static async open(files: Files): Promise<CertificateFiles> {
    const signature = await signatureOf(files);
    return new CertificateFiles(files, await readPair(files), signature);
  }

  get current(): CertificatePair {
    return this.#pair;
  }

  /** Looks at the files every two seconds, since what tells of changes misses those of links and of mounted secrets. */
  watch(deps: CertificateDeps, everyMs = lookEveryMs): void {
    this.#timer = setInterval(() => void this.#look(deps), everyMs);
    this.#timer.unref();
  }

  async #look(deps: CertificateDeps): Promise<void> {
    const signature = await signatureOf(this.#files);
    if (signature === this.#signature) return;
    this.#signature = signature;
    await this.reload(deps);
  }

  /** Reads the files anew, whether or not they look changed. Never rejects. */
  async reload({ onChange, onProblem }: CertificateDeps): Promise<void> {
    try {
      this.#pair = await readPair(this.#files);
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
      return;
    }
    onChange(this.#pair);
    onProblem(null);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** Changes when either file does. */
async function signatureOf({ certificateFile, keyFile }: Files): Promise<string> {
  const looks = [certificateFile, keyFile].map((file) =>
    stat(file).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
      () => "none",
    ),
  );
  return (await Promise.all(looks)).join(", ");
}

async function readPair({ certificateFile, keyFile }: Files): Promise<CertificatePair> {
  const cert = await readPem(certificateFile, "certificate");
  const key = await readPem(keyFile, "private key");
  return pairOf({ cert, key }, { certificate: certificateFile, key: keyFile });
}

async function readPem(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "there is no such file",
      EACCES: "this user may not read it",
      EISDIR: "it is a directory",
    };
    const reason = reasons[String(code)] ?? String(error);
    throw new Error(`The ${what} cannot be read from ${file}: ${reason}.`, { cause: error });
  }
}

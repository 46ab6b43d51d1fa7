// The server's own certificate and its key: read from files, checked before they are used, and read anew when they change.
// Called by compose/tls-front.ts. Invariant: a pair that is of no use never takes the place of one that is.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import type { SecureContextOptions } from "node:tls";
import type { ServerTls } from "#config/config.ts";

/** A certificate with its key, fit for use. */
export interface CertificatePair {
  readonly secureContext: SecureContextOptions;
  /** Of the server itself; those of its issuers follow it in the file. */
  readonly certificate: X509Certificate;
}

export interface CertificateDeps {
  readonly onChange: (pair: CertificatePair) => void;
  /** Told why a new pair is not used, and null when all is well again. */
  readonly onProblem: (problem: string | null) => void;
}

const lookEveryMs = 2_000;

export class Certificate {
  readonly #files: ServerTls;
  #pair: CertificatePair;
  #signature: string;
  #timer: NodeJS.Timeout | undefined;

  private constructor(files: ServerTls, pair: CertificatePair, signature: string) {
    this.#files = files;
    this.#pair = pair;
    this.#signature = signature;
  }

  /** Rejects with what is wrong with the files, and what to do. */
  static async open(files: ServerTls): Promise<Certificate> {
    const signature = await signatureOf(files);
    return new Certificate(files, await readPair(files), signature);
  }

  get current(): CertificatePair {
    return this.#pair;
  }

  get expiresAt(): number {
    return Date.parse(this.#pair.certificate.validTo);
  }

  /** The certificate is for this host, which may be an address. */
  covers(host: string): boolean {
    const { certificate } = this.#pair;
    return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
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
async function signatureOf({ certificateFile, keyFile }: ServerTls): Promise<string> {
  const looks = [certificateFile, keyFile].map((file) =>
    stat(file).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
      () => "none",
    ),
  );
  return (await Promise.all(looks)).join(", ");
}

async function readPair({ certificateFile, keyFile, minVersion }: ServerTls): Promise<CertificatePair> {
  const cert = await readPem(certificateFile, "certificate");
  const key = await readPem(keyFile, "private key");
  if (/^-----BEGIN ENCRYPTED |^Proc-Type:.*ENCRYPTED/m.test(key)) {
    throw new Error(
      `The private key in ${keyFile} is encrypted, and nobody is there to type its passphrase. Write it without one, for this user alone to read: openssl pkey -in ${keyFile} -out plain.key`,
    );
  }
  const certificate = attempt(`${certificateFile} holds no certificate in PEM`, () => new X509Certificate(cert));
  const privateKey = attempt(`${keyFile} holds no private key in PEM`, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(
      `The private key in ${keyFile} is not that of the first certificate in ${certificateFile}. Put the server's own certificate first and those of its issuers behind it.`,
    );
  }
  const secureContext = { cert, key, minVersion } as const;
  attempt(`${certificateFile} and ${keyFile} cannot be used for TLS`, () => createSecureContext(secureContext));
  return { secureContext, certificate };
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

function attempt<Value>(message: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${message} (${reason}).`, { cause: error });
  }
}

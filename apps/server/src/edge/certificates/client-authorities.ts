// Who may vouch for clients: certificates of authorities in a file, which is read anew when it changes. Called by compose/tls and, for each
// request, by the management server. Invariant: a file that is of no use never takes the place of one that is.

import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";

export interface AuthoritiesDeps {
  readonly onChange: () => void;
  /** Told why a new file is not used, and null when all is well again. */
  readonly onProblem: (problem: string | null) => void;
}

const lookEveryMs = 2_000;
/** A client, and what stands between it and an authority. */
const longestChain = 6;

export class ClientAuthorities {
  readonly #file: string;
  #pem: string;
  #authorities: readonly X509Certificate[];
  #signature: string;
  #timer: NodeJS.Timeout | undefined;

  private constructor(file: string, pem: string, signature: string) {
    this.#file = file;
    this.#pem = pem;
    this.#authorities = parse(file, pem);
    this.#signature = signature;
  }

  /** Rejects with what is wrong with the file. */
  static async open(file: string): Promise<ClientAuthorities> {
    const signature = await signatureOf(file);
    return new ClientAuthorities(file, await read(file), signature);
  }

  get pem(): string {
    return this.#pem;
  }

  watch(deps: AuthoritiesDeps): void {
    const look = async (): Promise<void> => {
      const signature = await signatureOf(this.#file);
      if (signature === this.#signature) return;
      await this.reload(deps);
    };
    this.#timer = setInterval(() => void look(), lookEveryMs).unref();
  }

  /** Never rejects. */
  async reload({ onChange, onProblem }: AuthoritiesDeps): Promise<void> {
    try {
      this.#signature = await signatureOf(this.#file);
      const pem = await read(this.#file);
      this.#authorities = parse(this.#file, pem);
      this.#pem = pem;
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
      return;
    }
    onChange();
    onProblem(null);
  }

  /** TLS has found it good once: is it still, by those who may vouch now? */
  trusts(client: X509Certificate): boolean {
    let certificate: X509Certificate | undefined = client;
    for (let length = 0; certificate !== undefined && length < longestChain; length += 1) {
      if (!isValidNow(certificate)) return false;
      const held: X509Certificate = certificate;
      if (this.#authorities.some((authority) => isValidNow(authority) && vouchesFor(authority, held))) return true;
      const next: X509Certificate | undefined = held.issuerCertificate;
      certificate = next !== undefined && next.ca && vouchesFor(next, held) ? next : undefined;
    }
    return false;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function vouchesFor(authority: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function isValidNow({ validFrom, validTo }: X509Certificate): boolean {
  const now = Date.now();
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

async function signatureOf(file: string): Promise<string> {
  return stat(file).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
    () => "none",
  );
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The authorities of clients cannot be read from ${file}: ${reason}`, { cause: error });
  }
}

function parse(file: string, pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const authorities = blocks.map((block) => new X509Certificate(block));
    if (authorities.length > 0) return authorities;
  } catch (error) {
    throw new Error(`${file} holds what is no certificate`, { cause: error });
  }
  throw new Error(`${file} holds no certificate in PEM`);
}

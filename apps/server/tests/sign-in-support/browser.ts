// A browser as pages of the console use one: it keeps cookies, and names its page with what it sends.

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class Browser {
  readonly origin: string;
  readonly #url: string;
  readonly cookies = new Map<string, string>();

  /** `url`: where it is led to, when it looks for that name. */
  constructor(origin: string, url = origin) {
    this.origin = origin;
    this.#url = url;
  }

  get returnUrl(): string {
    return `${this.origin}/console/sign-in/return`;
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const own = { origin: this.origin, "sec-fetch-site": "same-origin", cookie };
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const init = {
      method,
      headers: { ...own, ...json, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const response = await fetch(this.#url + path, init);
    this.#keep(response.headers.getSetCookie());
    return { status: response.status, body: await response.json() };
  }

  /** Answers where the issuer is. */
  async begin(method: string, to?: string): Promise<string> {
    const asked = { method, return_url: this.returnUrl, ...(to !== undefined && { to }) };
    const { status, body } = await this.send("POST", "/admin/sign-in/begin", asked);
    const url: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "url") : undefined;
    if (status !== 200 || typeof url !== "string") throw new Error(JSON.stringify(body));
    return url;
  }

  finish(url: string): Promise<Answer> {
    return this.send("POST", "/admin/sign-in/finish", { url });
  }

  me(): Promise<Answer> {
    return this.send("GET", "/admin/me");
  }

  #keep(set: readonly string[]): void {
    for (const line of set) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

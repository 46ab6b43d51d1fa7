// What is the operator's on a request to a vendor: further headers and parameters, and the credential in the way that the
// provider's definition names, as a header, a signature over the whole request, or a token that is fetched first.
// Called for every attempt, and for lists of models.

import { parseSigningKey, signRequest } from "#domain/aws-signature.ts";
import type { Clock } from "#domain/clock.ts";
import type { ProviderEntry } from "#domain/snapshot.ts";
import { addToRequest } from "./add-to-request.ts";
import { ServiceAccountTokens } from "./service-account-tokens.ts";
import { UpstreamFailure } from "./upstream.ts";
import type { UpstreamClient, UpstreamRequest } from "./upstream.ts";

export interface Authenticator {
  /** A promise only where something must be fetched first. Throws, or rejects with, UpstreamFailure. */
  authenticate(request: UpstreamRequest, provider: ProviderEntry): UpstreamRequest | Promise<UpstreamRequest>;
}

interface Sources {
  readonly client: UpstreamClient;
  readonly clock: Clock;
}

export function createAuthenticator({ client, clock }: Sources): Authenticator {
  const tokens = new ServiceAccountTokens({ client, clock });
  return {
    authenticate(asked, { credential, definition, settings, additions }) {
      const request = additions === null ? asked : addToRequest(asked, additions);
      if (credential === null) return request;
      const { authentication } = definition;
      if (authentication.kind === "aws-sigv4") {
        const key = parseSigningKey(credential);
        if (key === null) return withBearer(request, credential.reveal());
        const { service } = authentication;
        return signRequest(request, { key, service, region: settings["region"] ?? "", now: clock.now() });
      }
      if (authentication.kind !== "service-account") {
        return withHeader(request, authentication.header, authentication.prefix + credential.reveal());
      }
      const { scope, apiKey } = authentication;
      const text = credential.reveal().trim();
      if (apiKey.pattern.test(text)) return withHeader(request, apiKey.header, text);
      if (!text.startsWith("{")) return withBearer(request, text);
      const token = tokens.get(credential, scope);
      return typeof token === "string"
        ? withBearer(request, token)
        : token.then((fetched) => withBearer(request, fetched));
    },
  };
}

function withBearer(request: UpstreamRequest, token: string): UpstreamRequest {
  return withHeader(request, "authorization", `Bearer ${token}`);
}

function withHeader(request: UpstreamRequest, name: string, value: string): UpstreamRequest {
  // Such as a key file in JSON, given to a provider that wants a key.
  if (/[^\t\x20-\x7e]/.test(value)) throw new UpstreamFailure("credential", "the credential fits into no header");
  return { ...request, headers: { ...request.headers, [name]: value } };
}

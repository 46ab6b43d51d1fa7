// Session tokens: JWTs signed with HS256, twelve hours long. Each names a session of the store, without which it is worth nothing.

import { createHash } from "node:crypto";
import { newId } from "@ghostllm/contract";
import { jwtVerify, SignJWT } from "jose";
import type { JWTPayload } from "jose";
import type { Session } from "#domain/access/actor.ts";
import type { SteadyTime } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";

const issuer = "ghostllm";
const audience = "ghostllm-admin";
const lifetimeMs = 12 * 60 * 60 * 1000;

export interface IssuedToken {
  readonly token: string;
  readonly session: Session;
  /** Epoch ms. */
  readonly issuedAt: number;
}

export interface TokenClaims {
  readonly userId: string;
  readonly session: Session;
}

export interface SessionTokens {
  issue(userId: string): Promise<IssuedToken>;
  /** Null for a token that is forged, expired, or not a token at all. */
  verify(token: string): Promise<TokenClaims | null>;
}

interface TokenOptions {
  readonly secret: Secret;
  readonly steadyTime: SteadyTime;
}

export function createSessionTokens({ secret, steadyTime }: TokenOptions): SessionTokens {
  const key = createHash("sha256").update("ghostllm session").update(secret.reveal()).digest();
  return {
    async issue(userId) {
      const issuedAtSeconds = Math.floor(steadyTime.now() / 1000);
      const issuedAt = issuedAtSeconds * 1000;
      const session = { id: newId(steadyTime.now()), expiresAt: issuedAt + lifetimeMs };
      const token = await new SignJWT()
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setJti(session.id)
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAtSeconds)
        .setExpirationTime(session.expiresAt / 1000)
        .sign(key);
      return { token, session, issuedAt };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ["HS256"],
          issuer,
          audience,
          currentDate: new Date(steadyTime.now()),
          requiredClaims: ["sub", "exp", "jti"],
        });
        return claimsOf(payload);
      } catch {
        return null;
      }
    },
  };
}

function claimsOf({ sub, exp, jti }: JWTPayload): TokenClaims | null {
  if (sub === undefined || exp === undefined || jti === undefined) return null;
  return { userId: sub, session: { id: jti, expiresAt: exp * 1000 } };
}

/**
 * A cluster's tokens: 256 random bits, shown once and stored as SHA-256. With this entropy a slow hash is unnecessary.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Cluster, Token } from "./clusterModel.ts";

export interface MadeToken {
  /** Shown only once. */
  readonly secret: string;
  readonly token: Token;
}

export function makeToken(now: Date): MadeToken {
  const secret = randomBytes(32).toString("base64url");
  return { secret, token: { hash: hash(secret), madeAtUtc: now.toISOString() } };
}

/** True if the secret matches one of the cluster's valid tokens. Takes the same time for an unknown cluster. */
export function isTokenOf(cluster: Cluster | undefined, secret: string, now: Date): boolean {
  const given = Buffer.from(hash(secret), "hex");
  const known = cluster?.tokens.filter((token) => isValid(token, now)) ?? [{ hash: hash("") }];
  const same = known.map((token) => timingSafeEqual(given, Buffer.from(token.hash, "hex")));
  return cluster !== undefined && same.includes(true);
}

/** The new token first; of the old ones only the newest stays valid, until `endsAt` at the latest. Pure. */
export function rotated(
  tokens: readonly Token[],
  next: Token,
  { now, endsAt }: { readonly now: Date; readonly endsAt: Date },
): Token[] {
  const [newest] = tokens.filter((token) => isValid(token, now));
  if (!newest || endsAt <= now) return [next];
  const end = endsAt.toISOString();
  const earlier = newest.endsAtUtc !== undefined && newest.endsAtUtc < end ? newest.endsAtUtc : end;
  return [next, { ...newest, endsAtUtc: earlier }];
}

function isValid({ endsAtUtc }: Token, now: Date): boolean {
  return endsAtUtc === undefined || endsAtUtc > now.toISOString();
}

function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Options of the components that are installed in a cluster. */
import * as z from "zod";
import { parsePrefix } from "../../shared/azure/prefix.ts";
import { InvalidInput } from "../../shared/core/errors.ts";

const MAX_TIMEOUT_SECONDS = 30;
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const IMAGE = /^[a-z0-9][\w.:/@-]{0,255}$/i;

export const Installation = z.strictObject({
  /** Origin of the Function App. */
  url: z
    .url({ protocol: /^https$/, error: "not an https URL" })
    .refine((text) => ["", "/"].includes(new URL(text).pathname), "an origin only, without a path")
    .transform((text) => new URL(text).origin),
  way: z.enum(["relay", "direct"]),
  certificate: z.enum(["generated", "cert-manager"]),
  namespace: z.string().regex(NAME, "not a namespace name"),
  failurePolicy: z.enum(["Ignore", "Fail"]),
  timeout: z.coerce.number().int().min(1).max(MAX_TIMEOUT_SECONDS),
  exclude: z.array(z.string().regex(NAME, "not a namespace name")),
  /** Subnet of the API server, with API Server VNet Integration. */
  apiServerRange: z
    .string()
    .refine((text) => parsePrefix(text), "not a CIDR range")
    .optional(),
  relayImage: z.string().regex(IMAGE, "not an image"),
  senderImage: z.string().regex(IMAGE, "not an image"),
  resolver: z.string().regex(/^[\w.:[\]-]+$/, "not a name server"),
  mutate: z.boolean(),
});
export type Installation = z.infer<typeof Installation>;

/** @throws InvalidInput with every problem, by option */
export function parseInstallation(options: unknown): Installation {
  const parsed = Installation.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(parsed.error.issues.map(({ path, message }) => `--${dashed(path)}: ${message}`));
}

function dashed([name]: readonly PropertyKey[]): string {
  return String(name).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Converts any thrown value to a message on one line. */

const LONGEST_CHARACTERS = 2_000;

/** The error's message, its code or name if it has none, or the message inside JSON. Pure. */
export function messageOf(thrown: unknown): string {
  const message = textOf(thrown).trim();
  return (message === "" ? "unknown error" : message).slice(0, LONGEST_CHARACTERS);
}

function textOf(thrown: unknown): string {
  if (typeof thrown === "string") return fromJson(thrown) ?? thrown;
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  const { message, code, cause, name } = thrown as Readonly<Record<string, unknown>>;
  if (typeof message === "string" && message.trim() !== "") return fromJson(message) ?? message;
  // A connection that failed on every address has an empty message in Node.
  if (thrown instanceof AggregateError) return thrown.errors.map(textOf).join("; ");
  if (cause !== undefined) return textOf(cause);
  return [code, name].find((one) => typeof one === "string") ?? "unknown error";
}

/** SDKs throw Azure's responses as text: `{"odata.error":{"message":{"value":"…"}}}`, `{"error":{"code":"…","message":"…"}}`. */
function fromJson(text: string): string | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return innermost(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function innermost(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return undefined;
  const parts = value as Readonly<Record<string, unknown>>;
  for (const key of ["odata.error", "error", "message", "value"])
    if (key in parts) return innermost(parts[key]);
  return undefined;
}

import { InvalidInput } from "../shared/core/errors.ts";

/**
 * Decodes UTF-8, or UTF-16 as PowerShell writes it, with or without a byte order mark. Manifests start with ASCII, so in UTF-16 every
 * other byte is zero. @throws InvalidInput if the bytes are neither
 */
export function decodeText(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidInput(`${name} cannot be read: it is neither UTF-8 nor UTF-16`);
  }
}

function encodingOf([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return "utf-16be";
  return "utf-8";
}

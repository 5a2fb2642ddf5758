/**
 * Keys of Azure Table storage must not contain `/ \ # ?`, control characters or (for safety) `%`. These and the escape character
 * are encoded as `~` and four hex digits per UTF-16 unit. `~` sorts after letters and digits, so other keys keep their order.
 * @see https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#characters-disallowed-in-key-fields
 */

// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const FORBIDDEN = /[/\\#?%~\u0000-\u001F\u007F-\u009F]/g;

export function encodeKey(key: string): string {
  return key.replaceAll(
    FORBIDDEN,
    (character) => `~${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export function decodeKey(encoded: string): string {
  return encoded.replaceAll(/~([0-9a-f]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

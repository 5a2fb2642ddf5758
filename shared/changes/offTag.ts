/** `mooring: off` on a resource always wins, for what hangs on it too. In any case. Pure. */
export function isTaggedOff(tags: Readonly<Record<string, string>>): boolean {
  return Object.entries(tags).some(
    ([key, value]) => key.toLowerCase() === "mooring" && value.toLowerCase() === "off",
  );
}

/**
 * True if the resource has the tag `mooring: off`, in any case; it takes precedence, also for its contents.
 * Pure.
 */
export function isTaggedOff(tags: Readonly<Record<string, string>>): boolean {
  return Object.entries(tags).some(
    ([key, value]) => key.toLowerCase() === "mooring" && value.toLowerCase() === "off",
  );
}

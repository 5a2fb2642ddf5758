/** What names things: ids, keys of tables, tags, tokens of pages, times. */
import { decodeKey as decodeToken, encodeKey as encodeToken } from "../../../api/key.ts";
import { etagOf, names } from "../../../api/etag.ts";
import { startOf } from "../../../api/page.ts";
import { ApiProblem } from "../../../api/problem.ts";
import { parseUntil } from "../../../cli/findings/until.ts";
import { decodeKey, encodeKey } from "../../../shared/adapters/tableKey.ts";
import { inert, inertJson } from "../../../shared/core/inert.ts";
import { canonicalId, parseResourceId, resourceName } from "../../../shared/azure/resourceId.ts";
import { hold, jsonOr, type Target } from "../target.ts";

const ID =
  "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls";
// oxlint-disable-next-line no-control-regex -- what a table refuses
const FORBIDDEN = /[/\\#?%\u0000-\u001F\u007F-\u009F]/;
const NOW = new Date("2026-11-23T12:00:00.000Z");

export const keys: readonly Target[] = [
  {
    name: "resource-id",
    seeds: [
      ID,
      `${ID}/privateEndpointConnections/pe.1`,
      ID.toUpperCase(),
      "/subscriptions/x/providers/Microsoft.Network/locks/l",
    ],
    check(text) {
      const id = parseResourceId(text);
      if (!id) return hold(resourceName(text) === text, "what is no id is its own name");
      hold(text.endsWith(`/${id.name}`), "the name is the last segment");
      hold(parseResourceId(canonicalId(text)) !== undefined, "an id stays one in lower case");
      if (id.parentId !== undefined)
        hold(parseResourceId(id.parentId) !== undefined, "a parent's id is an id");
    },
  },
  {
    name: "table-key",
    seeds: ["shop/web", "4-0a00010a", "~007e", "a?b#c\\d%", "\u0000\u007F"],
    check(text) {
      const key = encodeKey(text);
      hold(!FORBIDDEN.test(key), `a table takes ${key}`);
      hold(decodeKey(key) === text, "a key leads back to what it was made of");
    },
  },
  {
    name: "entity-tag",
    seeds: ['"abc"', 'W/"abc", "def-gzip"', "*", ", ,", '"*"'],
    check(text) {
      const etag = etagOf(text);
      hold(names(etag, [etag]), "a tag names itself");
      hold(names(text, [etag]) === (text.trim() === "*"), "nothing but * names a tag that it is not");
    },
  },
  {
    name: "continuation",
    seeds: ["c2hvcC93ZWI", "!!", "", encodeToken("\u0000/?")],
    check(text) {
      const token = encodeToken(text);
      if (text.isWellFormed()) hold(decodeToken(token) === text, "a token leads back");
      try {
        const start = startOf(text);
        hold(start !== undefined && encodeToken(start) === text, "one that was given");
      } catch (error) {
        hold(error instanceof ApiProblem && error.status === 400, "a made-up one is refused");
      }
    },
  },
  {
    name: "until",
    seeds: ["7d", "4h", "2w", "2026-12-24", "2027-02-28T10:00Z", "2026-12-24T10:00:00.5Z", "9999w"],
    check(text) {
      const until = parseUntil(text, NOW);
      if (until === undefined) return;
      hold(until > NOW.toISOString(), `${until} is ahead`);
      hold(parseUntil(until, NOW) === until, `${until} reads as it is printed`);
    },
  },
  {
    name: "inert",
    seeds: ["a\u001B[2Jb", '{"a":"\u202E"}', "\uD800", "a\r\nb"],
    check(text) {
      hold(!/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(inert(text)), "nothing hidden is left");
      hold(inert(inert(text)) === inert(text), "twice is once");
      const value = jsonOr(text);
      const shown = inertJson(value, 2);
      hold(JSON.stringify(JSON.parse(shown)) === JSON.stringify(value), "it is the same value");
      hold(!/[\p{Cf}\u007F-\u009F\u2028\u2029]/u.test(shown), "nothing in it steers");
    },
  },
];

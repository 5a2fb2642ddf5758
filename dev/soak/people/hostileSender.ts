/** Posts bodies that are as expensive as their size permits, from "post" to "end"; returns the answers to its parent, and ends with it. */
import { ListSender } from "./loadLists.ts";

/** Concurrent posts: the limit of one cluster. */
const SENDERS = 4;
const MEBIBYTE = 1024 * 1024;

type Body = Uint8Array<ArrayBuffer>;

function hostileBodies(): readonly Body[] {
  const room = 2 * MEBIBYTE - 1024;
  const list = (items: string) =>
    `{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[${items}]}`;
  const many = (length: number, text: (n: number) => string) =>
    Array.from({ length }, (_, n) => text(n)).join(",");
  const texts = [
    "[".repeat(room),
    '{"a":'.repeat(room / 6),
    list(`"${"x".repeat(room - 200)}"`),
    list(many(room / 4, () => "{}")),
    list(many(130, (m) => `{${many(1000, (n) => `"k${m}-${n}":1`)}}`)),
    `{${many(room / 10, () => '"a":1')}}`,
    "\n".repeat(room),
    `{"a":"${"\\u0001".repeat(room / 7)}"}`,
    "x".repeat(49 * MEBIBYTE),
  ];
  return [...texts.map((text) => new TextEncoder().encode(text)), new Uint8Array(room).fill(0xff)];
}

async function postAll(sender: ListSender, signal: AbortSignal): Promise<void> {
  const bodies = hostileBodies();
  const [empty] = [new Uint8Array()];
  await Promise.all(
    Array.from({ length: SENDERS }, async (_, first) => {
      let sequence = "";
      for (let n = first; !signal.aborted; n += 1) {
        const body = bodies[n % bodies.length] ?? empty;
        const post = sequence === "" ? { body: empty } : { sequence, status: 200, body };
        ({ sequence } = await sender.post(post, signal));
      }
    }),
  );
}

const [url = "", name = "", token = ""] = process.argv.slice(2);
const sender = new ListSender(url, { name, token });
const end = new AbortController();
process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message === "end") end.abort();
  else void postAll(sender, end.signal).then(() => process.send?.([...sender.answers]));
});
process.send?.("ready");

/**
 * Reads a cluster's list of Services from a stream of text, one Service at a time: only what Mooring keeps of load balancers stays in
 * memory. A list that is not whole is no list.
 */
import { JSONParser, TokenType } from "@streamparser/json";
import * as z from "zod";
import { isLoadBalancer, Service } from "../annotations/service.ts";
import { InvalidInput } from "../errors.ts";

/** `list`: one `ServiceList`. `lines`: a Service per line, and the list without its items as the last one. */
export type ListForm = "list" | "lines";

const MAX_PROBLEMS = 20;
const HOW = "send `kubectl get services --all-namespaces -o json`";

const Head = z.object({
  kind: z.enum(["List", "ServiceList"], `not a list of Services: ${HOW}`),
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
});

/** The Services that are load balancers. @throws InvalidInput if the text is no list of Services, or only a part of one */
export async function readServices(chunks: AsyncIterable<string>, form: ListForm): Promise<Service[]> {
  const reader = new Reader();
  const parse = form === "list" ? listParser(reader) : lineParser(reader);
  // Not around the loop: what the stream itself throws is not about JSON.
  for await (const chunk of chunks) demandJson(() => parse.write(chunk));
  demandJson(() => parse.end());
  return reader.finish();
}

/** @throws InvalidInput in place of what a parser throws */
function demandJson(parse: () => void): void {
  try {
    parse();
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    throw new InvalidInput(`the body is not JSON: ${reasonOf(error)}`);
  }
}

interface Parser {
  write(chunk: string): void;
  end(): void;
}

/** What has been read so far. */
class Reader {
  readonly #services: Service[] = [];
  readonly #problems: string[] = [];
  #count = 0;
  #head: Record<string, unknown> = {};

  item(value: unknown): void {
    const at = `items.${(this.#count += 1) - 1}`;
    const parsed = Service.safeParse(value);
    if (!parsed.success)
      for (const issue of parsed.error.issues) this.#problem([at, ...issue.path], issue.message);
    else if (![undefined, "Service"].includes(parsed.data.kind))
      this.#problem([at], `a ${parsed.data.kind}, not a Service`);
    else if (isLoadBalancer(parsed.data)) this.#services.push(parsed.data);
  }

  head(fields: Record<string, unknown>): void {
    this.#head = { ...this.#head, ...fields };
  }

  finish(): Service[] {
    const head = Head.safeParse(this.#head);
    if (!head.success) for (const issue of head.error.issues) this.#problem(issue.path, issue.message);
    else if (head.data.metadata?.continue)
      this.#problem(["metadata", "continue"], "the list is only a part; send it whole");
    else if (!Array.isArray(this.#head["items"]) && this.#head["items"] !== null)
      this.#problem(["items"], `missing: ${HOW}`);
    if (this.#problems.length > 0) throw new InvalidInput(this.#problems);
    return this.#services;
  }

  #problem(path: readonly PropertyKey[], message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(`${path.join(".")}: ${message}`);
  }
}

function listParser(reader: Reader): Parser {
  const paths = ["$.kind", "$.metadata", "$.items", "$.items.*"];
  const parser = new JSONParser({ paths, keepStack: false });
  parser.onToken = depthGuard();
  parser.onValue = ({ value, key, stack }) => {
    if (stack.length === 2) reader.item(value);
    else reader.head({ [String(key)]: value });
  };
  return {
    write: (chunk) => parser.write(chunk),
    // It ends by itself after the last brace.
    end: () => (parser.isEnded ? undefined : parser.end()),
  };
}

/** No Kubernetes object comes near it; the parser takes quadratic time for what is nested deeper and deeper. */
const MAX_DEPTH = 100;

function depthGuard(): (token: { readonly token: TokenType }) => void {
  let depth = 0;
  return ({ token }) => {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) depth += 1;
    else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) depth -= 1;
    if (depth > MAX_DEPTH) throw new InvalidInput(`nested deeper than ${MAX_DEPTH} levels: ${HOW}`);
  };
}

function lineParser(reader: Reader): Parser {
  let rest = "";
  let ended = false;
  const line = (text: string) => {
    if (text.trim() === "") return;
    if (ended) throw new InvalidInput("the list itself is not the last line");
    const value: unknown = JSON.parse(text);
    ended = isList(value);
    // Its items were the lines before.
    if (ended) reader.head({ items: [], ...(value as object) });
    else reader.item(value);
  };
  return {
    write(chunk) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(line);
    },
    end() {
      line(rest);
      if (!ended)
        throw new InvalidInput(
          "the last line is not the list itself, so more may be missing: send `kubectl get services --all-namespaces -o json | jq -c '.items[], del(.items)'`",
        );
    },
  };
}

function isList(value: unknown): boolean {
  const kind = (value as { kind?: unknown } | null)?.kind;
  return kind === "List" || kind === "ServiceList";
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

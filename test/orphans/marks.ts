/** What operators and others put on the resources of an estate, and what Azure is doing to them. */
import type { JsonObject } from "../../shared/ports/resources.ts";

export const MARKS = ["off", "excluded", "locked", "updating", "untagged", "bare", "unversioned"] as const;
/** `bare`: Azure does not report the lists in its body. `unversioned`: it does not report the etag. `untagged`: the controller's tag of the cluster was removed from a Private Link Service. */
export type Mark = (typeof MARKS)[number];

export const FOREIGN = ["frontend", "rule", "public", "outbound"] as const;
/** What is on a load balancer that the controller did not create. */
export type Foreign = (typeof FOREIGN)[number];

export const EXCLUDED_TAG = "keep=true";

const NONE: ReadonlySet<never> = new Set();

/** By the id of the load balancer or the Private Link Service, as the estate writes it. */
export class Marks {
  readonly #marks = new Map<string, Set<Mark>>();
  readonly #foreign = new Map<string, Set<Foreign>>();
  readonly #attached = new Map<string, string[]>();

  mark(id: string, what: Mark): void {
    this.#marks.set(id, new Set([...this.of(id), what]));
  }

  use(id: string, what: Foreign): void {
    this.#foreign.set(id, new Set([...this.foreignOn(id), what]));
  }

  attach(id: string, frontendId: string): void {
    this.#attached.set(id, [...this.attachedTo(id), frontendId]);
  }

  clear(): void {
    this.#marks.clear();
    this.#foreign.clear();
    this.#attached.clear();
  }

  of(id: string): ReadonlySet<Mark> {
    return this.#marks.get(id) ?? NONE;
  }

  has(id: string, what: Mark): boolean {
    return this.of(id).has(what);
  }

  foreignOn(id: string): ReadonlySet<Foreign> {
    return this.#foreign.get(id) ?? NONE;
  }

  attachedTo(id: string): readonly string[] {
    return this.#attached.get(id) ?? [];
  }

  /** True if the resource, or what contains it, is locked. */
  isLocked(id: string): boolean {
    return [...this.#marks].some(([scope, marks]) => marks.has("locked") && id.startsWith(scope));
  }

  stateOf(id: string): string {
    return this.has(id, "updating") ? "Updating" : "Succeeded";
  }

  tagsOf(id: string): JsonObject & Record<string, string> {
    const [key = "", value = ""] = EXCLUDED_TAG.split("=");
    return {
      ...(this.has(id, "off") && { mooring: "off" }),
      ...(this.has(id, "excluded") && { [key]: value }),
    };
  }
}

import type {
  JsonObject,
  Lock,
  Resource,
  ResourceReader,
  ResourceWriter,
} from "../../shared/ports/resources.ts";
import { Conflict, ResultUnknown } from "../../shared/core/errors.ts";
import { canonicalId } from "../../shared/azure/resourceId.ts";
import { CallLog } from "./callLog.ts";
import { frozen } from "./frozen.ts";

/** Raw resources by id, with versions; the writer's twin of ARM for tests of use cases. */
export class MemoryResources implements ResourceReader, ResourceWriter {
  readonly calls = new CallLog();
  readonly #resources = new Map<string, Resource>();
  readonly #locks = new Map<string, Lock[]>();
  #loseAnswer = false;
  #version = 0;

  /** Adds a resource, as Azure or another writer would. It is frozen: all readers share it. */
  place(id: string, body: JsonObject): Resource {
    const resource: Resource = Object.freeze({
      id,
      version: String((this.#version += 1)),
      provisioningState: provisioningStateOf(body),
      tags: (body["tags"] ?? {}) as Record<string, string>,
      body: frozen(body),
    });
    this.#resources.set(canonicalId(id), resource);
    return resource;
  }

  vanish(id: string): void {
    this.#resources.delete(canonicalId(id));
  }

  lock(id: string, lock: Lock): void {
    this.#locks.set(canonicalId(id), [...(this.#locks.get(canonicalId(id)) ?? []), lock]);
  }

  /** The next write or removal happens, but its answer does not come back. */
  loseNextAnswer(): void {
    this.#loseAnswer = true;
  }

  versionOf(id: string): string | undefined {
    return this.#resources.get(canonicalId(id))?.version;
  }

  bodyOf(id: string): JsonObject | undefined {
    return this.#resources.get(canonicalId(id))?.body;
  }

  async read(id: string): Promise<Resource | undefined> {
    await this.calls.record("read", id);
    return this.#resources.get(canonicalId(id));
  }

  async locks(id: string): Promise<readonly Lock[]> {
    await this.calls.record("locks", id);
    return [...this.#locks].flatMap(([scope, locks]) => (canonicalId(id).startsWith(scope) ? locks : []));
  }

  async write(id: string, body: JsonObject, version: string): Promise<Resource> {
    await this.calls.record("write", id, body, version);
    this.#demand(id, version);
    const written = this.place(id, body);
    this.#answer();
    return written;
  }

  async create(id: string, body: JsonObject): Promise<Resource> {
    await this.calls.record("create", id, body);
    if (this.#resources.has(canonicalId(id))) throw new Conflict(`${id} is there`);
    const made = this.place(id, body);
    this.#answer();
    return made;
  }

  async remove(id: string, version: string): Promise<void> {
    await this.calls.record("remove", id, version);
    if (!this.#resources.has(canonicalId(id))) return;
    this.#demand(id, version);
    this.vanish(id);
    this.#answer();
  }

  #demand(id: string, version: string): void {
    if (version !== "*" && this.#resources.get(canonicalId(id))?.version !== version)
      throw new Conflict(`${id} changed`);
  }

  #answer(): void {
    if (!this.#loseAnswer) return;
    this.#loseAnswer = false;
    throw new ResultUnknown("socket hang up");
  }
}

function provisioningStateOf(body: JsonObject): string {
  const properties = body["properties"] as { provisioningState?: string } | undefined;
  return properties?.provisioningState ?? "Succeeded";
}

import type { States } from "../../shared/ports/states.ts";

export class MemoryStates implements States {
  readonly states = new Map<string, unknown>();

  async save(name: string, state: unknown): Promise<void> {
    this.states.set(name, structuredClone(state));
  }

  async load(name: string): Promise<unknown> {
    return structuredClone(this.states.get(name));
  }

  async remove(name: string): Promise<void> {
    this.states.delete(name);
  }
}

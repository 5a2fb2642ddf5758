/** Port: large JSON states (a resource's body before and after a write) kept outside table rows. */
export interface States {
  /** Written once under its name; writing the same name again replaces it. */
  save(name: string, state: unknown): Promise<void>;
  /** `undefined` if there is none of that name. */
  load(name: string): Promise<unknown>;
  /** Nothing happens if there is none of that name. */
  remove(name: string): Promise<void>;
}

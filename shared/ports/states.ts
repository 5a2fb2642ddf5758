/** Port: large JSON states (a resource's body before and after a write) kept outside table rows. */
export interface States {
  /** Writes a state; an existing one of the same name is replaced. */
  save(name: string, state: unknown): Promise<void>;
  /** `undefined` if the state does not exist. */
  load(name: string): Promise<unknown>;
  /** Has no effect if the state does not exist. */
  remove(name: string): Promise<void>;
}

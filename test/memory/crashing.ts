/** A process that dies: from its nth call of a port on, nothing of it happens any more. */
import type { Run } from "../../shared/ports/ports.ts";

export class Crashed extends Error {
  override name = "Crashed";
  override message = "the process died";
}

export interface Mortal {
  readonly run: Run;
  /** Calls made so far. */
  calls(): number;
}

/** @param how `before`: the nth call does not happen · `after`: it happens, and its response is lost */
export function crashAt(run: Run, nth: number, how: "before" | "after"): Mortal {
  let count = 0;
  const isDead = () => (count += 1) > nth;
  const mortal = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name);
        if (typeof value === "function") return call(object, value as Method);
        return typeof value === "object" && value !== null && !Array.isArray(value) ? mortal(value) : value;
      },
    });
  function call(object: object, method: Method) {
    return (...args: unknown[]) => {
      const dead = isDead();
      if (dead && (how === "before" || count > nth + 1)) return failing();
      const answer: unknown = Reflect.apply(method, object, args);
      return dead ? after(answer) : answer;
    };
  }
  return { run: { ...run, ports: mortal(run.ports) }, calls: () => count };
}

type Method = (...args: unknown[]) => unknown;

/** Fails whether it is awaited or iterated. */
function failing(): unknown {
  const failed = Promise.reject(new Crashed());
  failed.catch(() => undefined);
  return Object.assign(failed, {
    async *[Symbol.asyncIterator]() {
      yield await failed;
    },
  });
}

function after(answer: unknown): unknown {
  if (!(answer instanceof Promise)) return failing();
  return answer.then(() => Promise.reject(new Crashed()));
}

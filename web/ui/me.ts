/** The signed-in user. The frame reads it once; views share it. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Me } from "../../api/model.ts";

export const MeContext = createContext<Me>({ name: "", roles: [], isSandbox: false, version: "" });

export interface MeAndMore extends Me {
  /** May make changes. */
  readonly isOperator: boolean;
}

export function useMe(): MeAndMore {
  const me = useContext(MeContext);
  return { ...me, isOperator: me.roles.includes("Mooring.Operator") };
}

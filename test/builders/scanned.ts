import type { Subnet } from "../../api/model.ts";
import type { Dashboard } from "./dashboard.ts";

/** The subnets, once the first scan of the networks has told who has which address; it may end after the sandbox is up. */
export function scanned(board: Dashboard): Promise<Subnet[]> {
  return board.world.eventually("the first scan", async () => {
    const { items } = await board.call("GET", "/subnets");
    return items.some(({ used }: Subnet) => used > 0) ? items : undefined;
  });
}

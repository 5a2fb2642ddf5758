import type { Subnet } from "../../api/model.ts";
import type { Dashboard } from "./dashboard.ts";

/** The subnets after the first scan has recorded the addresses; the scan may end after the sandbox has started. */
export function scanned(board: Dashboard): Promise<Subnet[]> {
  return board.world.eventually("the first scan", async () => {
    const { items } = await board.call("GET", "/subnets");
    return items.some(({ used }: Subnet) => used > 0) ? items : undefined;
  });
}

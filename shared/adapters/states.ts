/** Adapter: `States` as JSON blobs in one container. */
import type { ContainerClient } from "@azure/storage-blob";
import type { States } from "../ports/states.ts";

/** Saves to the container of `open`; creates a missing container. */
export function azureStates(open: () => Promise<ContainerClient>): States {
  return {
    async save(name, state) {
      const container = await open();
      const json = JSON.stringify(state) ?? "null";
      const upload = () => container.getBlockBlobClient(name).upload(json, Buffer.byteLength(json));
      await upload().catch(async (error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error;
        await container.createIfNotExists();
        await upload();
      });
    },
    async load(name) {
      const container = await open();
      try {
        return JSON.parse((await container.getBlockBlobClient(name).downloadToBuffer()).toString("utf8"));
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return undefined;
        throw error;
      }
    },
    async remove(name) {
      const container = await open();
      // If the container does not exist, the state does not exist.
      await container
        .getBlockBlobClient(name)
        .delete()
        .catch((error: { statusCode?: number }) => {
          if (error.statusCode !== 404) throw error;
        });
    },
  };
}

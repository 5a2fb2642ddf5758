/** Ignores a closed pipe, as after `| head`: the command completes its work without an error. */
export function allowUnread(streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams)
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
}

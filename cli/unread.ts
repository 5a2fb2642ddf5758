/** Whoever reads may stop, as `| head` does: what is said to nobody is no failure, and the work goes on to its end. */
export function allowUnread(streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams)
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
}

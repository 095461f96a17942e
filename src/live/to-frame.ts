/** One server-sent event. JSON holds no line break, so one data line is enough. */
export function toFrame(event: string, data: unknown, id: string): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** When the browser shall come back, milliseconds. */
export function toRetryFrame(retryMs: number): string {
  return `retry: ${Math.round(retryMs)}\n\n`;
}

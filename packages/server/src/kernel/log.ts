/** Structured logs: one JSON object a line, to wherever the composition root says (stderr). */
export type LogLevel = "debug" | "info" | "warn" | "error";

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

const order: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/**
 * @param write takes one line without its end
 * @param now milliseconds since the epoch
 */
export function createLog(level: LogLevel, now: () => number, write: (line: string) => void): Log {
  const lowest = order.indexOf(level);
  return (lineLevel, message, fields = {}) => {
    if (order.indexOf(lineLevel) < lowest) return;
    write(JSON.stringify({ time: new Date(now()).toISOString(), level: lineLevel, message, ...fields }));
  };
}

/** Levels as `host.json` and the worker protocol name them, from chatty to silent. */
export const LOG_LEVELS = [
  "trace",
  "debug",
  "information",
  "warning",
  "error",
  "critical",
  "none",
] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogEntry {
  readonly level: LogLevel;
  readonly category: string;
  readonly message: string;
}

export interface Logger {
  /** False when an entry of this category and level would be dropped; saves building its text. */
  isEnabled(level: LogLevel, category: string): boolean;
  log(level: LogLevel, category: string, message: string): void;
}

/** `logging.logLevel` of host.json: minimum level by category prefix, with `default`. */
export type LogLevels = Readonly<Record<string, LogLevel>>;

const rank = new Map<string, number>(LOG_LEVELS.map((level, index) => [level, index]));
const rankOf = (level: string): number => rank.get(level.toLowerCase()) ?? 2;

/** The minimum level of a category: that of its longest configured prefix (by dots), else `default`, else information. */
export function minimumLevel(levels: LogLevels, category: string): LogLevel {
  let best = "";
  for (const prefix of Object.keys(levels)) {
    const isPrefix =
      category.toLowerCase() === prefix.toLowerCase() ||
      category.toLowerCase().startsWith(`${prefix.toLowerCase()}.`);
    if (isPrefix && prefix.length > best.length) {
      best = prefix;
    }
  }
  return levels[best] ?? levels["default"] ?? "information";
}

/** A logger that drops what host.json's levels say and hands the rest to `write`. */
export function createLogger(levels: LogLevels, write: (entry: LogEntry) => void): Logger {
  const minimum = new Map<string, number>();
  const isEnabled = (level: LogLevel, category: string): boolean => {
    let lowest = minimum.get(category);
    if (lowest === undefined) {
      lowest = rankOf(minimumLevel(levels, category));
      minimum.set(category, lowest);
    }
    return level !== "none" && rankOf(level) >= lowest;
  };
  return {
    isEnabled,
    log(level, category, message) {
      if (isEnabled(level, category)) {
        write({ level, category, message });
      }
    },
  };
}

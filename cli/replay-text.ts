import pc from "picocolors";
import type { Replay } from "../host/replay/replay-history.ts";

/** One replay, for people: a line, and below it where and how it diverges. */
export function replayText(replay: Replay & { readonly file: string }): string {
  const { file, name, instanceId, turns, events, divergence, remarks } = replay;
  const what = `${file}: ${name} '${instanceId}'`;
  const notes = remarks.map((remark) => `    ${pc.dim(remark)}`);
  if (divergence === null) {
    const size = `${turns} turn${turns === 1 ? "" : "s"}, ${events} events`;
    return [`${pc.green("✔")} ${what} replays cleanly (${size}).`, ...notes].join("\n");
  }
  const place = divergence.event === null ? "" : `, event ${divergence.event}`;
  return [
    `${pc.red("✘")} ${what} diverges in turn ${divergence.turn}${place} (${divergence.at}):`,
    `    history:  ${divergence.recorded}`,
    `    code now: ${divergence.now}`,
    ...notes,
  ].join("\n");
}

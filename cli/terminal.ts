import { createInterface } from "node:readline/promises";

/** What a command needs of the process around it; tests bring their own. */
export interface Terminal {
  /** Standard output, a line or more. */
  print(text: string): void;
  /** Standard error, for people. */
  complain(text: string): void;
  /** Asks a person; null when there is none to ask. */
  readonly ask: ((question: string) => Promise<string>) | null;
  /** What was piped in; null when standard input is a terminal. */
  readInput(): Promise<string | null>;
  /** Makes the process end with exit code 1. */
  fail(): void;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  return {
    print: (text) => void stdout.write(`${text}\n`),
    complain: (text) => void stderr.write(`${text}\n`),
    ask: stdin.isTTY && stderr.isTTY ? ask : null,
    async readInput() {
      if (stdin.isTTY) {
        return null;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) {
        chunks.push(chunk as Buffer);
      }
      return Buffer.concat(chunks).toString("utf8");
    },
    fail() {
      process.exitCode = 1;
    },
  };
}

async function ask(question: string): Promise<string> {
  // Standard output belongs to the result.
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await reader.question(question);
  } finally {
    reader.close();
  }
}

/**
 * Lets a person say yes before something that cannot be undone.
 * @throws Error when nobody can be asked, or the answer is not yes
 */
export async function confirm(terminal: Terminal, what: string, isSure: boolean): Promise<void> {
  if (isSure) {
    return;
  }
  if (terminal.ask === null) {
    throw new Error(`This would ${what}; nobody can be asked here, so say --yes to do it.`);
  }
  const answer = await terminal.ask(`This will ${what}. Go on? [y/N] `);
  if (!/^\s*y(es)?\s*$/iu.test(answer)) {
    throw new Error("Nothing was done.");
  }
}

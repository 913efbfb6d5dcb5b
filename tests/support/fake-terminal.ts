import { stripVTControlCharacters } from "node:util";
import type { Terminal } from "../../cli/terminal.ts";

/** A terminal that remembers. Nobody can be asked and nothing is piped in unless said so. */
export class FakeTerminal implements Terminal {
  readonly printed: string[] = [];
  readonly complaints: string[] = [];
  readonly questions: string[] = [];
  hasFailed = false;
  ask: ((question: string) => Promise<string>) | null = null;
  input: string | null = null;

  print(text: string): void {
    this.printed.push(stripVTControlCharacters(text));
  }

  complain(text: string): void {
    this.complaints.push(stripVTControlCharacters(text));
  }

  answer(text: string): void {
    this.ask = (question) => {
      this.questions.push(question);
      return Promise.resolve(text);
    };
  }

  readInput(): Promise<string | null> {
    return Promise.resolve(this.input);
  }

  fail(): void {
    this.hasFailed = true;
  }
}

import { expect, test } from "@jest/globals";
import { DocumentExistsError, type DocumentStore } from "../../../src/store/documents.ts";

/** What every document store promises. */
export function describeDocumentContract(name: string, open: () => DocumentStore): void {
  test(`${name}: a document that was never written is not there`, async () => {
    expect(await open().read("plans/none.json")).toBeNull();
  });

  test(`${name}: a document is written once; the same text again is fine, another is refused`, async () => {
    const documents = open();
    await documents.writeOnce("plans/one.json", '{"ü":1}');
    await documents.writeOnce("plans/one.json", '{"ü":1}');

    await expect(documents.writeOnce("plans/one.json", "{}")).rejects.toThrow(DocumentExistsError);
    expect(await documents.read("plans/one.json")).toBe('{"ü":1}');
  });
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import { type RunningAzurite, startAzurite } from "../../../host/azurite/start-azurite.ts";
import { createAzureTableStore } from "../../../src/store/azure-table.ts";
import { createBlobDocumentStore } from "../../../src/store/documents.ts";
import { describeDocumentContract } from "./documents.contract.ts";
import { describeTableContract } from "./table.contract.ts";

let azurite: RunningAzurite;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "continuity-store-"));
  azurite = await startAzurite({ dataDir });
});

afterAll(async () => {
  await azurite.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describeTableContract("Azurite", () => createAzureTableStore(azurite.connectionString));
describeDocumentContract("Azurite", () =>
  createBlobDocumentStore(azurite.connectionString, "documents"),
);

import { createMemoryDocumentStore } from "../../../src/store/documents.ts";
import { createMemoryTableStore } from "../../../src/store/memory-table.ts";
import { describeDocumentContract } from "./documents.contract.ts";
import { describeTableContract } from "./table.contract.ts";

const tables = createMemoryTableStore();
const documents = createMemoryDocumentStore();
describeTableContract("memory", () => tables);
describeDocumentContract("memory", () => documents);

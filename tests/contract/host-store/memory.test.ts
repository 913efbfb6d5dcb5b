import { createMemoryStore } from "../../../host/store/memory-store.ts";
import { describeStoreContract } from "./store.contract.ts";

describeStoreContract("memory", async () => createMemoryStore());

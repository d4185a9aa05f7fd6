import { MemoryStore } from "../store/memory-store.ts";
import { testLeases } from "./leases-conformance.ts";
import { MemoryLeases } from "./memory-leases.ts";

testLeases("memory", async () => {
  let now = 1_000;
  const leases = new MemoryLeases(() => now);
  const store = new MemoryStore((fence) => leases.admits(fence));
  return {
    leases,
    commit: (fence) => store.commit([], fence),
    pass: async (milliseconds) => void (now += milliseconds),
    [Symbol.asyncDispose]: () => leases.close(),
  };
});

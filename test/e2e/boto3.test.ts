/** Every operation through boto3. */
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startTutti } from "tutti/testing";
import { requires } from "../support/requirements.ts";

const run = promisify(execFile);

test("every operation through boto3", { ...requires("boto3"), timeout: 120_000 }, async () => {
  await using tutti = await startTutti({ clock: "real" });
  await run("python3", [fileURLToPath(new URL("./boto3_client.py", import.meta.url)), tutti.url]);
});

/** `npm run e2e:mock`: the end-to-end tests against the made-up shop, on a free port. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { listen } from "../mock/server.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const tests = readdirSync(here).filter((name) => name.endsWith(".test.mjs")).map((name) => here + name);
const server = await listen(0);
const env = { ...process.env, BASE_URL: `http://127.0.0.1:${server.address().port}` };
const run = spawn(process.execPath, ["--test", "--test-concurrency=1", ...tests], { env, stdio: "inherit" });
run.on("exit", (code) => {
  server.close();
  server.closeAllConnections();
  process.exitCode = code ?? 1;
});

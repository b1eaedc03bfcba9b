// Tallystick's demo for tests: a federation server with sample users, and their phones.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

// Starts the demo on free ports, and returns it when it answers; stop() ends it.
export async function startDemo() {
  const started = spawn("tallystick", ["demo", "--json", "--port", "0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(createInterface({ input: started.stdout }), "line");
  const { config, users } = JSON.parse(line);

  // Runs a command of tallystick at this server, and returns what it prints.
  const tallystick = async (...words) => (await run("tallystick", [...words, "-c", config])).stdout;

  return {
    tallystick,

    // A sample user, with the phone as `approve(number)` and `deny()`.
    user(name) {
      const user = users.find((each) => each.name.split("@")[0] === name);
      const phone = (...words) =>
        run("tallystick", ["phone", "--file", user.phone, ...words, "--timeout", "30"]);
      return {
        ...user,
        approve: (number) => phone("approve", ...(number ? ["--number", number] : [])),
        deny: () => phone("deny"),
      };
    },

    async stop() {
      started.kill();
      await once(started, "exit");
    },
  };
}

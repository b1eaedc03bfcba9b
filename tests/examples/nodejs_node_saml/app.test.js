// Users of the application sign in at Tallystick's demo with a second factor.
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { application } from "./app.js";
import { Browser } from "./browser.js";
import { startDemo } from "./demo.js";

const server = createServer();
let demo, url, entityId, user;

before(async () => {
  demo = await startDemo();
  user = demo.user("phone1");
  await once(server.listen(0, "127.0.0.1"), "listening");
  url = `http://localhost:${server.address().port}`;
  const connect = ["connect", "node-saml", "--url", url, "--json"];
  const connected = JSON.parse(await demo.tallystick(...connect));
  entityId = connected.entity_id;
  await demo.tallystick(...connected.trust);
  await writeFile("saml-settings.cjs", connected.settings);
  server.on("request", application((await import("./saml-settings.cjs")).default));
});

after(async () => {
  server.close();
  await demo.stop();
});

// Opens the application, and gives the password; returns the page that waits for the phone.
async function begin() {
  const page = await new Browser().open(url);
  return page.submit({ UserName: user.name, Password: user.password });
}

// Goes on after the phone was answered, and takes the response to the application.
async function finish(page) {
  const answer = await page.submit();
  return answer.submit();
}

test("a user signs in with the number of the page", async () => {
  const page = await begin();
  await user.approve(page.text("validEntropyNumber"));

  const home = await finish(page);

  assert.equal(home.html, `Signed in as ${user.name}`);
});

test("a server without the update asks to approve", async (t) => {
  t.after(() => demo.tallystick("server", "set", "srv2022", "20348.350"));
  await demo.tallystick("server", "set", "srv2022", "20348.349");

  const page = await begin();

  assert.equal(page.text("validEntropyNumber"), undefined);
  await user.approve();
  assert.equal((await finish(page)).html, `Signed in as ${user.name}`);
});

test("nobody is signed in when the user denies", async () => {
  const page = await begin();
  await user.deny();

  const denied = await page.submit();

  assert.match(denied.text("errorText"), /denied/);
});

const FAULTS = { audience_wrong: "audience mismatch", content_changed: "Invalid signature" };

for (const [fault, reason] of Object.entries(FAULTS)) {
  test(`a response with the fault ${fault} is refused`, async () => {
    await demo.tallystick("sp", "fault", entityId, fault);
    const page = await begin();
    await user.approve(page.text("validEntropyNumber"));

    const refused = await finish(page);

    assert.equal(refused.status, 403);
    assert.match(refused.html, new RegExp(reason));
  });
}

// A service provider of node-saml. Its first line of input holds the settings as JSON; it writes a
// line when it listens, and ends with its input. Pages: /login, /acs, /slo, and /me, which says who
// is signed in.
const http = require("http");
const { randomUUID } = require("crypto");
const { SAML } = require("@node-saml/node-saml");

function start(given) {
  const saml = new SAML({
    entryPoint: given.ls_url,
    logoutUrl: given.ls_url,
    idpCert: given.idp_certificates,
    idpIssuer: given.idp_entity_id,
    issuer: given.entity_id,
    audience: given.entity_id,
    callbackUrl: `${given.base_url}/acs`,
    logoutCallbackUrl: `${given.base_url}/slo`,
    privateKey: given.private_key,
    publicCert: given.certificate,
    decryptionPvk: given.private_key,
    signatureAlgorithm: "sha256",
    digestAlgorithm: "sha256",
    // AD FS signs the assertion alone; the others are its defaults, but for this check.
    wantAuthnResponseSigned: false,
    validateInResponseTo: "always",
  });
  const visitors = new Map();

  async function answer(request, body) {
    const url = new URL(request.url, given.base_url);
    const cookie = /session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
    const profile = visitors.get(cookie);
    if (url.pathname === "/login") {
      const session = randomUUID();
      visitors.set(session, null);
      const address = await saml.getAuthorizeUrlAsync("", undefined, {});
      return [302, "", { location: address, "set-cookie": `session=${session}; Path=/` }];
    }
    if (url.pathname === "/acs") {
      const fields = Object.fromEntries(new URLSearchParams(body));
      const taken = await saml.validatePostResponseAsync(fields);
      if (taken.loggedOut || !taken.profile) throw new Error("there is no profile");
      visitors.set(cookie, taken.profile);
      return [303, "", { location: "/me" }];
    }
    if (url.pathname === "/me") {
      return profile ? [200, `Signed in as ${profile.nameID}.`] : [401, "Nobody is signed in."];
    }
    if (url.pathname === "/slo") {
      const query = url.search.slice(1);
      const taken = await saml.validateRedirectAsync(Object.fromEntries(url.searchParams), query);
      const asked = taken.profile ?? {};
      const isMeant =
        taken.loggedOut &&
        profile?.nameID === asked.nameID &&
        (!asked.sessionIndex || profile?.sessionIndex === asked.sessionIndex);
      if (isMeant) visitors.delete(cookie);
      return isMeant ? [200, "Signed out."] : [403, "Still signed in."];
    }
    return [404, "Nothing is here."];
  }

  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const body = Buffer.concat(chunks).toString();
      const [status, text, headers] = await answer(request, body).catch((error) => [
        403,
        `Refused: ${error.message}`,
      ]);
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
      response.end(text);
    });
  });
  server.listen(given.port, "127.0.0.1", () => console.log("ready"));
}

let input = "";
process.stdin.on("data", (chunk) => {
  input += chunk;
  if (input.includes("\n") && !start.done) {
    start.done = true;
    start(JSON.parse(input.split("\n")[0]));
  }
});
process.stdin.on("end", () => process.exit(0));

// An application whose users sign in by SAML, with node-saml and Node's own HTTP server.
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { SAML } from "@node-saml/node-saml";

// Returns what answers requests; `settings` is what `tallystick connect node-saml` prints.
export function application(settings) {
  const saml = new SAML({ ...settings, validateInResponseTo: "always" });
  const users = new Map(); // who is signed in, by session

  async function answer(request) {
    const session = /app_session=([\w-]+)/.exec(request.headers.cookie)?.[1];
    switch (`${request.method} ${request.url.split("?")[0]}`) {
      case "GET /":
        return users.has(session) ? [200, `Signed in as ${users.get(session)}`] : redirect("/login");
      case "GET /login":
        return redirect(await saml.getAuthorizeUrlAsync("", undefined, {}));
      case "POST /saml/acs": {
        const fields = Object.fromEntries(new URLSearchParams(await text(request)));
        const { profile } = await saml.validatePostResponseAsync(fields);
        const begun = randomUUID();
        users.set(begun, profile.nameID);
        return redirect("/", { "set-cookie": `app_session=${begun}; Path=/; HttpOnly` });
      }
      default:
        return [404, "Nothing is here."];
    }
  }

  return async (request, response) => {
    const [status, body, headers] = await answer(request).catch((error) => [
      403,
      `Refused: ${error.message}`,
    ]);
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
    response.end(body);
  };
}

function redirect(location, headers = {}) {
  return [303, "", { location, ...headers }];
}

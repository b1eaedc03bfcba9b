// A browser without script: it keeps cookies, follows redirects and submits forms.
import { parse } from "node-html-parser";

export class Browser {
  #cookies = new Map(); // all servers here are on one host

  async open(url, form) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const sent = form ? { method: "POST", body: new URLSearchParams(form) } : {};
    const response = await fetch(url, { ...sent, headers: { cookie }, redirect: "manual" });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
      if (/max-age=0/i.test(set)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location) return this.open(new URL(location, url));
    return new Page(this, url, response.status, await response.text());
  }
}

class Page {
  constructor(browser, url, status, html) {
    Object.assign(this, { browser, url, status, html, root: parse(html) });
  }

  // The text of the element with this id, undefined if there is none.
  text(id) {
    return this.root.querySelector(`#${id}`)?.text.trim();
  }

  // Submits the form of the page, with these fields besides its own.
  submit(fields = {}) {
    const form =
      this.root.querySelector("form#loginForm") ??
      this.root.querySelectorAll("form").find((each) => each.id !== "languageForm");
    const inputs = form.querySelectorAll("input[name]:not([type=submit]):not([type=checkbox])");
    const own = inputs.map((each) => [each.getAttribute("name"), each.getAttribute("value") ?? ""]);
    const action = new URL(form.getAttribute("action") ?? "", this.url);
    return this.browser.open(action, { ...Object.fromEntries(own), ...fields });
  }
}

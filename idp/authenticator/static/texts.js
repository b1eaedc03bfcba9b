// The texts of this page in its language, which the server has written into it: see
// idp/authenticator/phone_texts.py. What the server says is known by its code.

const told = JSON.parse(document.getElementById('texts').textContent);

export const language = document.documentElement.lang;

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
}

export function text(name, values = {}) {
  return fill(told.texts[name], values);
}

// What a refusal of the API means for the user.
export function problemText(code) {
  return told.problems[code] ?? fill(told.otherwise, { code });
}

// How a request ended; `text` is missing where the server says why.
export function outcomeText(name) {
  return told.outcomes[name] ?? told.outcomes.unforeseen;
}

// What a request says that this app cannot approve.
export function refusalText({ reason, text: said }) {
  return { title: told.refusedTitles[reason], text: told.refusals[reason] ?? said };
}

// What happened to the account.
export function noticeText({ occasion, platform }) {
  const device = told.devices[platform] ?? told.anyDevice;
  return fill(told.occasions[occasion] ?? told.unknownOccasion, { device });
}

// The few helpers with which the screens touch the page.

export const at = (id) => document.getElementById(id);

export function show(element, visible) {
  element.hidden = !visible;
}

// Text is only written when it differs: a live region must not speak twice.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function announce(text) {
  write(at('announcer'), text);
}

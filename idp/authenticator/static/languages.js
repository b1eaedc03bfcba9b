// The choice of the language: the server keeps it in its cookie, then the page starts again in it.

import { at, write } from './dom.js';
import { renewWorker } from './offline.js';
import { text } from './texts.js';

export function offerLanguages() {
  at('languageForm').addEventListener('submit', (event) => {
    event.preventDefault();
    choose(event.target, event.submitter);
  });
}

async function choose(form, button) {
  try {
    const body = new URLSearchParams(new FormData(form, button));
    await fetch(form.action, { method: 'POST', body, redirect: 'manual' });
    await renewWorker(); // it has the page in the language of before
  } catch {
    write(at('language-problem'), text('language_offline'));
    return;
  }
  location.reload();
}

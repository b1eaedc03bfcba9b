// Signed calls to the server, as idp/authenticator/request_signing.py describes and checks them.

import { newNonce, sha256, sign, utf8 } from './keys.js';
import { problemText, text } from './texts.js';

const DOMAIN = 'tallystick phone call 1';
const API = '/authenticator/api/';
export const NEW_DEVICE = 'new';

const audience = document.body.dataset.server;
let ahead = 0; // milliseconds by which the server's clock is ahead of ours

export class Refused extends Error {
  constructor(code) {
    super(problemText(code));
    this.code = code;
  }
}

export class Unreachable extends Error {}

// The time by the server's clock: codes and calls go by it.
export function now() {
  return Date.now() + ahead;
}

// Returns the server's JSON; when it is too busy to let us wait, `busyMs`: when to ask again.
export async function call(account, method, name, { body, signal } = {}) {
  try {
    return await once(account, method, name, body, signal);
  } catch (failure) {
    if (failure.code !== 'stale_call') throw failure;
    return once(account, method, name, body, signal); // our clock has just been set
  }
}

async function once({ id, privateKey }, method, name, body, signal) {
  const target = API + name;
  const bytes = utf8(body === undefined ? '' : JSON.stringify(body));
  const time = String(Math.round(now()));
  const nonce = newNonce();
  const digest = await sha256(bytes);
  const lines = [DOMAIN, audience, id, method, target, time, nonce, digest];
  const signature = await sign(privateKey, lines.join('\n'));
  return read(await send(target, {
    method,
    signal,
    headers: {
      Authorization:
        `Tallystick device=${id}, time=${time}, nonce=${nonce}, signature=${signature}`,
      'Content-Type': 'application/json',
    },
    body: body === undefined ? undefined : bytes,
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
  }));
}

async function send(target, options) {
  try {
    return await fetch(target, options);
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new Unreachable(text('no_answer'));
  }
}

async function read(response) {
  if (response.status === 204) {
    return { busyMs: 1000 * (Number(response.headers.get('Retry-After')) || 1) };
  }
  const content = await response.json().catch(() => null);
  if (content?.server_time) ahead = Date.parse(content.server_time) - Date.now();
  if (response.ok && content) return content;
  if (content?.error && response.status < 500) throw new Refused(content.error);
  throw new Unreachable(text('server_away'));
}

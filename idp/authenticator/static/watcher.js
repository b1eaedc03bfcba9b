// Keeps asking the server what is pending for one account, and tells what changed.

import { Refused, Unreachable, call } from './server.js';

const LONG_WAIT = 25; // seconds that the server holds the question
const PAUSE = 800; // milliseconds between questions that are not held
const REFUSED_PAUSE = 30_000;
const MAX_BACKOFF = 5_000;

export class Watcher {
  // `onRequests(requests, end)` says by which outcome requests that were seen are over, if the
  // server tells: it refuses this phone, or the user is blocked.
  // `holds()` says whether the server may hold the question: a browser has few connections.
  constructor(account, { holds, onRequests, onNotices, onState }) {
    Object.assign(this, { account, holds, onRequests, onNotices, onState });
    this.seen = '';
    this.failures = 0;
    this.connected = false;
    this.stopped = false;
  }

  async run() {
    while (!this.stopped) {
      const pause = await this.#ask();
      if (pause && !this.stopped) await this.#rest(pause);
    }
  }

  // The page is looked at again, or the network came back: ask at once, unless a question is held
  // by the server anyway. One that is older was lost while the device slept.
  hurry() {
    if (Date.now() - this.askedAt > (LONG_WAIT + 1) * 1000) this.asking.abort();
    this.wake?.();
  }

  // The network went away: a question that is held would not notice for long.
  askAgain() {
    this.asking.abort();
    this.wake?.();
  }

  stop() {
    this.stopped = true;
    this.asking.abort();
    this.wake?.();
  }

  async #ask() {
    this.asking = new AbortController();
    this.askedAt = Date.now();
    const held = this.connected && this.holds(); // the first question tells that all is well
    const name = `pending?wait=${held ? LONG_WAIT : 0}&seen=${this.seen}`;
    try {
      const told = await call(this.account, 'GET', name, { signal: this.asking.signal });
      const first = !this.connected;
      this.failures = 0;
      this.connected = true;
      if (!this.stopped) this.#tell(told);
      if (told.busyMs) return told.busyMs;
      return first || held ? 0 : PAUSE;
    } catch (failure) {
      return this.stopped ? 0 : this.#explain(failure);
    }
  }

  #tell(told) {
    this.onState('ready');
    if (told.busyMs) return;
    const shown = [...told.requests, ...told.refusals];
    this.seen = shown.map((request) => request.id).join(',');
    this.onRequests(shown, told.blocked && { name: 'user_blocked' });
    this.onNotices(told.notices);
  }

  #explain(failure) {
    if (failure.name === 'AbortError') return 0;
    this.connected = false;
    if (failure instanceof Refused) {
      this.onRequests([], { name: 'refused', said: failure.message });
      this.seen = '';
      this.onState('refused', failure.message);
      return REFUSED_PAUSE;
    }
    if (!(failure instanceof Unreachable)) throw failure;
    this.failures += 1;
    this.onState('offline');
    return Math.min(MAX_BACKOFF, 500 * 2 ** this.failures);
  }

  #rest(milliseconds) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}

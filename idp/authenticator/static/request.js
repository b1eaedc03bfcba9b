// The sheet for one sign-in request: asked once, answered once, its outcome told.

import { at, show, write } from './dom.js';
import { Refused, call, now } from './server.js';

const TAP_GUARD = 400; // milliseconds in which a tap meant for the screen before is not an answer
const OUTCOME_STANDS = 2500; // milliseconds for which a newer request lets an outcome stand

const STAYS = ['wrong_number']; // what the user must have seen before a newer request is shown

const OUTCOMES = {
  approved: ['good', 'Approved', 'You can go on at the sign-in page.'],
  denied: ['ended', 'Denied', 'Nobody was signed in.'],
  reported: ['ended', 'Denied and reported', 'Nobody was signed in. No more requests are sent to you until you sign in with a code or an administrator allows them. If someone knows your password, change it.'],
  wrong_number: ['bad', 'That was not the number', 'The request is over. Start again at the sign-in page.'],
  over: ['bad', 'This request is over', 'It was answered elsewhere, replaced by a newer one, or its sign-in was ended.'],
  expired: ['bad', 'Too late', 'The time to answer is over. Start again at the sign-in page.'],
};

export class RequestSheet {
  constructor() {
    this.dialog = at('request');
    this.waiting = []; // [{account, request}], oldest first
    this.current = null;
    this.answering = false;
    this.outcomeUntil = 0;
    this.#listen();
    setInterval(() => this.#countDown(), 500);
  }

  // Takes all requests that are pending now; what is on screen stays while it is among them.
  // `why` says why it is not, if the server refuses this phone.
  update(waiting, why) {
    this.waiting = waiting;
    const still = waiting.some(({ request }) => request.id === this.current?.request.id);
    if (this.answering || still || now() < this.outcomeUntil) return this.#tellQueue();
    const next = waiting.find(({ request }) => request.id !== this.answered);
    if (next) this.#ask(next, Boolean(this.current));
    else if (this.current) this.#tell(why || secondsLeft(this.current) > 0 ? 'over' : 'expired', why);
  }

  #listen() {
    // A request goes away by an answer alone: not by Escape, not by a phone's back gesture.
    this.dialog.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') event.preventDefault();
    });
    this.dialog.addEventListener('close', () => this.current && this.#open());
    at('number').addEventListener('input', () => this.#tidyNumber());
    at('number-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#sendNumber();
    });
    at('approve').addEventListener('click', () => this.#answer({ decision: 'approve' }));
    at('deny').addEventListener('click', () => this.#answer({ decision: 'deny' }));
    at('report').addEventListener('click', () => this.#answer({ decision: 'deny', report: true }));
    at('done').addEventListener('click', () => this.#close());
  }

  #ask(waiting, replaced) {
    const { request } = waiting;
    const matchesNumber = request.experience === 'number_match';
    this.current = waiting;
    write(at('request-user'), request.user);
    write(at('request-application'), request.application);
    write(at('request-ip'), request.client_ip);
    // A policy decides what a request shows; what it does not show has no line.
    show(at('request-application').parentElement, Boolean(request.application));
    show(at('request-ip').parentElement, Boolean(request.client_ip));
    at('number').value = '';
    write(at('number-problem'), '');
    show(at('number-form'), matchesNumber);
    show(at('approve'), !matchesNumber);
    write(at('deny'), matchesNumber ? 'No, it’s not me' : 'Deny');
    this.#switchTo('asking');
    this.#guardTaps();
    this.#tellQueue(replaced);
    this.#countDown();
    document.title = 'Sign-in request – Authenticator';
    navigator.vibrate?.(200);
  }

  #tell(name, text) {
    const [kind, title, usual] = OUTCOMES[name] ?? ['bad', 'That did not work', ''];
    this.current = null;
    this.outcomeUntil = STAYS.includes(name) ? Infinity : now() + OUTCOME_STANDS;
    at('outcome').dataset.kind = kind;
    write(at('outcome-title'), title);
    write(at('outcome-text'), text ?? usual);
    this.#switchTo('outcome');
    at('outcome-title').focus();
    document.title = 'Authenticator';
  }

  #switchTo(part) {
    show(at('asking'), part === 'asking');
    show(at('outcome'), part === 'outcome');
    this.dialog.setAttribute('aria-labelledby', part === 'asking' ? 'request-title' : 'outcome-title');
    this.dialog.setAttribute('aria-describedby', part === 'asking' ? 'request-facts' : 'outcome-text');
    this.#open();
  }

  #open() {
    if (!this.dialog.open) this.dialog.showModal();
    if (this.current) this.#focus();
  }

  #focus() {
    const matchesNumber = this.current.request.experience === 'number_match';
    at(matchesNumber ? 'number' : 'request-title').focus();
  }

  #close() {
    this.dialog.close();
    this.outcomeUntil = 0;
    this.update(this.waiting);
  }

  #tidyNumber() {
    const digits = at('number').value.normalize('NFKC').replace(/[^0-9]/g, '').slice(0, 2);
    if (at('number').value !== digits) at('number').value = digits;
    write(at('number-problem'), '');
    at('number').removeAttribute('aria-invalid');
  }

  #sendNumber() {
    const number = at('number').value;
    if (/^[0-9]{2}$/.test(number)) return this.#answer({ decision: 'approve', number });
    write(at('number-problem'), 'Type the two digits that the sign-in page shows.');
    at('number').setAttribute('aria-invalid', 'true');
    at('number').focus();
    return undefined;
  }

  async #answer(answer) {
    if (this.answering || !this.current || this.guarded) return;
    const { account, request } = this.current;
    this.answering = true;
    this.dialog.classList.add('sending');
    try {
      const body = { id: request.id, nonce: request.nonce, ...answer };
      const { state } = await call(account, 'POST', 'answer', { body });
      this.answered = request.id;
      this.#tell(answer.report && state === 'denied' ? 'reported' : state);
    } catch (failure) {
      this.#explain(failure, request);
    } finally {
      this.answering = false;
      this.dialog.classList.remove('sending');
    }
  }

  #explain(failure, request) {
    if (failure instanceof Refused) {
      this.answered = request.id;
      this.#tell(failure.code === 'request_expired' ? 'expired' : failure.code, failure.message);
    } else {
      write(at('seconds-left'), 'No connection: the answer was not sent. Try again.');
      this.troubleUntil = now() + 3000;
    }
  }

  #guardTaps() {
    this.guarded = true;
    const buttons = this.dialog.querySelectorAll('#asking button');
    for (const button of buttons) button.disabled = true;
    clearTimeout(this.guard);
    this.guard = setTimeout(() => {
      this.guarded = false;
      for (const button of buttons) button.disabled = false;
    }, TAP_GUARD);
  }

  #tellQueue(replaced = this.replaced) {
    this.replaced = replaced;
    const others = this.waiting.length - 1;
    const text = others > 0 ? `${others} more to answer` : '';
    write(at('request-queue'), replaced ? 'A newer request replaced the last one' : text);
  }

  #countDown() {
    if (!this.current && this.dialog.open) this.update(this.waiting);
    if (!this.current || now() < this.troubleUntil) return;
    const left = secondsLeft(this.current);
    at('time-left').value = Math.max(0, left);
    write(at('seconds-left'), `${Math.max(0, left)} seconds left`);
    if (left <= 0 && !this.answering) {
      this.answered = this.current.request.id;
      this.#tell('expired');
    }
  }
}

function secondsLeft({ request }) {
  return Math.ceil((Date.parse(request.expires_at) - now()) / 1000);
}

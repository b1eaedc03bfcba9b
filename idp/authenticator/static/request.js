// The sheet for one sign-in request: asked once, answered once, its outcome told.

import { at, show, write } from './dom.js';
import { outcomeOf } from './outcomes.js';
import { Refused, call, now } from './server.js';

const TAP_GUARD = 400; // milliseconds in which a tap meant for the screen before is not an answer
const OUTCOME_STANDS = 2500; // milliseconds for which a newer request lets an outcome stand

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
    const [next] = this.#unanswered();
    if (next) return this.#ask(next, Boolean(this.current));
    if (!this.current) return undefined;
    if (why) return this.#tell('refused', why);
    return this.#tell(secondsLeft(this.current) > 0 ? 'over' : 'expired');
  }

  #unanswered() {
    return this.waiting.filter(({ request }) => request.id !== this.answered);
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
    at('not-me').addEventListener('click', () => this.#askWhetherToReport());
    at('deny').addEventListener('click', () => this.#answer({ decision: 'deny' }));
    at('report').addEventListener('click', () => this.#answer({ decision: 'deny', report: true }));
    at('back-to-asking').addEventListener('click', () => this.#showQuestion());
    at('done').addEventListener('click', () => this.#close());
  }

  #ask(waiting, replaced) {
    const { request } = waiting;
    this.current = waiting;
    write(at('request-user'), request.user);
    write(at('request-application'), request.application);
    write(at('request-ip'), request.client_ip);
    // A policy decides what a request shows; what it does not show has no line.
    show(at('request-application').parentElement, Boolean(request.application));
    show(at('request-ip').parentElement, Boolean(request.client_ip));
    at('number').value = '';
    this.#tidyNumber();
    write(at('answer-problem'), '');
    this.#showQuestion();
    this.#switchTo('asking');
    this.#tellQueue(replaced);
    this.#countDown();
    document.title = 'Sign-in request – Authenticator';
    navigator.vibrate?.(200);
  }

  // Shows the number to type and the way to deny, or all three answers of Approve/Deny.
  #showQuestion() {
    const matchesNumber = this.#matchesNumber();
    show(at('number-form'), matchesNumber);
    show(at('not-me'), matchesNumber);
    show(at('approve'), !matchesNumber);
    show(at('denial'), !matchesNumber);
    for (const id of ['denial-title', 'denial-text', 'back-to-asking']) show(at(id), matchesNumber);
    this.#guardTaps();
    if (this.dialog.open) this.#focus();
  }

  #askWhetherToReport() {
    show(at('number-form'), false);
    show(at('not-me'), false);
    show(at('denial'), true);
    this.#guardTaps();
    at('denial-title').focus();
  }

  #tell(name, said) {
    const { kind, title, text, stays } = outcomeOf(name, said);
    this.current = null;
    this.outcomeUntil = stays ? Infinity : now() + OUTCOME_STANDS;
    at('outcome').dataset.kind = kind;
    write(at('outcome-title'), title);
    write(at('outcome-text'), text);
    this.#switchTo('outcome');
    this.#tellQueue(false);
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
    const isDenying = this.#matchesNumber() && !at('denial').hidden;
    at(isDenying ? 'denial-title' : this.#matchesNumber() ? 'number' : 'request-title').focus();
  }

  #matchesNumber() {
    return this.current.request.experience === 'number_match';
  }

  #close() {
    this.dialog.close();
    this.outcomeUntil = 0;
    this.update(this.waiting);
  }

  // Digits beyond the second stay, to be seen: what is cut off in silence would be a wrong number.
  #tidyNumber() {
    const digits = at('number').value.normalize('NFKC').replace(/[^0-9]/g, '');
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
    write(at('answer-problem'), '');
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
      write(at('answer-problem'), 'No connection: the answer was not sent. Try again.');
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
    const others = this.#unanswered().length - (this.current ? 1 : 0);
    const text = others > 0 ? `${others} more to answer` : '';
    const here = this.replaced ? 'A newer request replaced the last one' : text;
    write(at('request-queue'), this.current ? here : '');
    write(at('outcome-queue'), this.current ? '' : text);
  }

  #countDown() {
    if (!this.current && this.dialog.open) this.update(this.waiting);
    if (!this.current) return;
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

// The sheet for one sign-in request: asked once, answered once, its outcome told.

import { COVERS_AFTER, isBrokerFlow, tellRequestShown } from './broker.js';
import { at, show, write } from './dom.js';
import { outcomeOf } from './outcomes.js';
import { Question, isRefusal } from './question.js';
import { Refused, call, now } from './server.js';
import { text } from './texts.js';

const TITLE = document.title;
const OUTCOME_STANDS = 2500; // milliseconds for which a newer request lets an outcome stand

export class RequestSheet {
  constructor() {
    this.dialog = at('request');
    this.question = new Question((answer) => this.#answer(answer), () => this.#understood());
    this.waiting = []; // [{account, request}], oldest first
    this.current = null;
    this.held = new Map(); // since when a request waits for its number to be seen, by id
    this.over = new Set(); // ids of requests that were answered or understood here
    this.answering = false;
    this.outcomeUntil = 0;
    this.#listen();
    setInterval(() => this.#countDown(), 500);
  }

  // Takes all requests that are pending now; what is on screen stays while it is among them.
  // `end` says why it is not, if the server does: the name of an outcome, and what it said.
  update(waiting, end) {
    this.waiting = waiting;
    const still = waiting.some(({ request }) => request.id === this.current?.request.id);
    if (this.answering || still || now() < this.outcomeUntil) return this.#tellQueue();
    if (isRefusal(this.current?.request)) {
      this.question.end();
      return this.#tellQueue();
    }
    const [next] = this.#unanswered();
    if (next) return this.#ask(next, Boolean(this.current));
    if (!this.current) return undefined;
    if (end) return this.#tell(end.name, end.said);
    return this.#tell(secondsLeft(this.current) > 0 ? 'over' : 'expired');
  }

  #unanswered() {
    return this.waiting.filter(({ request }) =>
      !this.over.has(request.id) && !this.#isHeld(request));
  }

  // In a broker flow, the number is seen for a moment before its request covers it.
  #isHeld(request) {
    if (!isBrokerFlow(request)) return false;
    if (!this.held.has(request.id)) {
      this.held.set(request.id, performance.now() + COVERS_AFTER);
      setTimeout(() => this.update(this.waiting), COVERS_AFTER + 1);
    }
    return performance.now() < this.held.get(request.id);
  }

  #listen() {
    // A request goes away by an answer alone: not by Escape, not by a phone's back gesture.
    this.dialog.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') event.preventDefault();
    });
    this.dialog.addEventListener('close', () => this.current && this.#open());
    at('done').addEventListener('click', () => this.#close());
    addEventListener('focus', () => this.current && this.question.focus());
  }

  #ask(waiting, replaced) {
    this.current = waiting;
    this.question.ask(waiting.request);
    this.#switchTo('asking');
    if (isBrokerFlow(waiting.request)) tellRequestShown();
    this.#tellQueue(replaced);
    this.#countDown();
    document.title = `${text('request_title')} – ${TITLE}`;
    navigator.vibrate?.(200);
  }

  #tell(name, said) {
    const { kind, title, text: sentence, stays } = outcomeOf(name, said);
    this.current = null;
    this.outcomeUntil = stays ? Infinity : now() + OUTCOME_STANDS;
    at('outcome').dataset.kind = kind;
    write(at('outcome-title'), title);
    write(at('outcome-text'), sentence);
    this.#switchTo('outcome');
    this.#tellQueue(false);
    at('outcome-title').focus();
    document.title = TITLE;
  }

  #switchTo(part) {
    show(at('asking'), part === 'asking');
    show(at('outcome'), part === 'outcome');
    this.dialog.setAttribute('aria-labelledby', part === 'asking' ? 'request-title' : 'outcome-title');
    this.dialog.setAttribute('aria-describedby', part === 'asking' ? 'request-facts refusal' : 'outcome-text');
    this.#open();
  }

  #open() {
    if (!this.dialog.open) this.dialog.showModal();
    if (this.current) this.question.focus();
  }

  #understood() {
    this.over.add(this.current.request.id);
    this.current = null;
    document.title = TITLE;
    this.#close();
  }

  #close() {
    this.dialog.close();
    this.outcomeUntil = 0;
    this.update(this.waiting);
  }

  async #answer(answer) {
    if (this.answering || !this.current) return;
    const { account, request } = this.current;
    this.answering = true;
    this.dialog.classList.add('sending');
    write(at('answer-problem'), '');
    try {
      const body = { id: request.id, nonce: request.nonce, ...answer };
      const { state } = await call(account, 'POST', 'answer', { body });
      this.over.add(request.id);
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
      this.over.add(request.id);
      this.#tell(failure.code === 'request_expired' ? 'expired' : failure.code, failure.message);
    } else {
      write(at('answer-problem'), text('not_sent'));
    }
  }

  #tellQueue(replaced = this.replaced) {
    this.replaced = replaced;
    const onScreen = this.current?.request.id;
    const count = this.#unanswered().filter(({ request }) => request.id !== onScreen).length;
    const more = count > 0 ? text('more_to_answer', { count }) : '';
    const here = this.replaced ? text('replaced_last') : more;
    write(at('request-queue'), this.current ? here : '');
    write(at('outcome-queue'), this.current ? '' : more);
  }

  #countDown() {
    if (!this.current && this.dialog.open) this.update(this.waiting);
    if (!this.current || isRefusal(this.current.request)) return;
    const left = secondsLeft(this.current);
    at('time-left').value = Math.max(0, left);
    write(at('seconds-left'), text('seconds_left', { seconds: Math.max(0, left) }));
    if (left <= 0 && !this.answering) {
      this.over.add(this.current.request.id);
      this.#tell('expired');
    }
  }
}

function secondsLeft({ request }) {
  return Math.ceil((Date.parse(request.expires_at) - now()) / 1000);
}

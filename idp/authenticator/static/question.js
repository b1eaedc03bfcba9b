// What a request asks: a number to type or to tap, Approve/Deny, or nothing but to be understood.

import { isBrokerFlow, showNumberAgain } from './broker.js';
import { at, show, write } from './dom.js';
import { refusalText, text } from './texts.js';

const TAP_GUARD = 400; // milliseconds in which a tap meant for the screen before is not an answer

// Which of these parts each kind of question has, beside the facts and the way to deny.
const PARTS = {
  type: ['number-form', 'not-me', 'countdown'],
  tap: ['choices', 'not-me', 'countdown'],
  approve: ['approve', 'denial', 'countdown'],
  refused: ['refusal', 'understood', 'not-me'],
  denial: ['denial', 'denial-title', 'denial-text', 'back-to-asking', 'countdown'],
};
const BROKER_PARTS = ['show-number', 'number-elsewhere']; // of a number, in a broker flow alone
const ALL_PARTS = new Set([...Object.values(PARTS).flat(), ...BROKER_PARTS]);

export const isRefusal = (request) => Boolean(request?.reason);

function kindOf(request) {
  if (isRefusal(request)) return 'refused';
  if (request.experience !== 'number_match') return 'approve';
  return request.choices ? 'tap' : 'type';
}

export class Question {
  // `onAnswer(answer)` takes an answer to be sent, `onUnderstood()` that a refusal was read.
  constructor(onAnswer, onUnderstood) {
    this.onAnswer = onAnswer;
    const onClick = (id, action) => at(id).addEventListener('click', action);
    onClick('approve', () => this.#give({ decision: 'approve' }));
    onClick('deny', () => this.#give({ decision: 'deny' }));
    onClick('report', () => this.#give({ decision: 'deny', report: true }));
    onClick('not-me', () => this.#switchTo('denial'));
    onClick('back-to-asking', () => this.#switchTo(kindOf(this.request)));
    onClick('understood', () => this.guarded || onUnderstood());
    onClick('show-number', () => showNumberAgain() || write(at('number-elsewhere'), text('number_elsewhere')));
    for (const choice of choices()) {
      choice.addEventListener('click', () =>
        this.#give({ decision: 'approve', number: choice.textContent }));
    }
    at('number').addEventListener('input', () => tidyNumber());
    at('number-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#giveNumber();
    });
  }

  ask(request) {
    this.request = request;
    const refusal = refusalText(request);
    write(at('request-title'), refusal.title ?? text('are_you'));
    write(at('request-user'), request.user);
    write(at('request-application'), request.application);
    write(at('request-ip'), request.client_ip);
    // A policy decides what a request shows; what it does not show has no line.
    show(at('request-application').parentElement, Boolean(request.application));
    show(at('request-ip').parentElement, Boolean(request.client_ip));
    write(at('refusal'), refusal.text ?? '');
    choices().forEach((choice, place) => write(choice, request.choices?.[place] ?? ''));
    at('number').value = '';
    tidyNumber();
    write(at('answer-problem'), '');
    write(at('number-elsewhere'), '');
    this.#switchTo(kindOf(request));
  }

  // The request is over, and what it says stays on screen: there is nothing left to deny.
  end() {
    this.kind = kindOf(this.request);
    showParts(PARTS[this.kind].filter((part) => part !== 'not-me'));
  }

  focus() {
    const where = { type: 'number', denial: 'denial-title' };
    at(where[this.kind] ?? 'request-title').focus();
  }

  #switchTo(kind) {
    this.kind = kind;
    const brokered = isBrokerFlow(this.request) && ['type', 'tap'].includes(kind);
    showParts([...PARTS[kind], ...(brokered ? BROKER_PARTS : [])]);
    this.#guardTaps();
    if (at('request').open) this.focus();
  }

  #give(answer) {
    if (!this.guarded) this.onAnswer(answer);
  }

  #giveNumber() {
    const number = at('number').value;
    if (/^[0-9]{2}$/.test(number)) return this.#give({ decision: 'approve', number });
    write(at('number-problem'), text('two_digits'));
    at('number').setAttribute('aria-invalid', 'true');
    at('number').focus();
    return undefined;
  }

  #guardTaps() {
    this.guarded = true;
    const buttons = document.querySelectorAll('#asking button');
    for (const button of buttons) button.disabled = true;
    clearTimeout(this.guard);
    this.guard = setTimeout(() => {
      this.guarded = false;
      for (const button of buttons) button.disabled = false;
    }, TAP_GUARD);
  }
}

function choices() {
  return [...document.querySelectorAll('#choices .choice')];
}

function showParts(parts) {
  for (const part of ALL_PARTS) show(at(part), parts.includes(part));
}

// Digits beyond the second stay, to be seen: what is cut off in silence would be a wrong number.
function tidyNumber() {
  const digits = at('number').value.normalize('NFKC').replace(/[^0-9]/g, '');
  if (at('number').value !== digits) at('number').value = digits;
  write(at('number-problem'), '');
  at('number').removeAttribute('aria-invalid');
}

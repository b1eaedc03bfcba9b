// The list of accounts: who, how they stand, and their codes with the time left.

import { STEP, codeAt } from './codes.js';
import { announce, at, show, write } from './dom.js';
import { now } from './server.js';

const STATES = {
  ready: 'Ready for sign-in requests',
  offline: 'No connection; trying again',
};

export class AccountList {
  constructor(onRemove) {
    this.onRemove = onRemove;
    this.cards = new Map();
    setInterval(() => this.#tick(), 1000);
  }

  add(account) {
    const card = at('account-template').content.cloneNode(true).firstElementChild;
    const part = (name) => card.querySelector(`.${name}`);
    write(part('initials'), account.user.slice(0, 1).toUpperCase());
    write(part('user'), account.user);
    write(part('issuer'), account.app ? `${account.issuer} · ${account.app}` : account.issuer);
    write(part('state'), 'Connecting…');
    part('remove').setAttribute('aria-label', `Remove ${account.user}`);
    part('remove').title = 'Remove';
    part('remove').addEventListener('click', () => this.onRemove(account));
    part('code').addEventListener('click', () => this.#copy(account, part('digits')));
    show(part('code'), Boolean(account.seedKey));
    this.cards.set(account.id, { account, card, part });
    at('accounts').append(card);
    this.#tick();
  }

  remove(id) {
    this.cards.get(id)?.card.remove();
    this.cards.delete(id);
  }

  setState(id, state, problem) {
    const { card, part } = this.cards.get(id) ?? {};
    if (!card) return;
    card.dataset.state = state;
    write(part('state'), problem ?? STATES[state]);
  }

  async #tick() {
    const time = now();
    const left = STEP - Math.floor(time / 1000) % STEP;
    for (const { account, part } of this.cards.values()) {
      if (!account.seedKey) continue;
      const code = await codeAt(account.seedKey, time);
      write(part('digits'), `${code.slice(0, 3)} ${code.slice(3)}`);
      part('rest').style.strokeDasharray = `${left} 30`;
      part('code').classList.toggle('ending', left <= 5);
    }
  }

  async #copy(account, digits) {
    const code = digits.textContent.replace(' ', '');
    try {
      await navigator.clipboard.writeText(code);
      announce(`The code of ${account.user} was copied`);
    } catch {
      announce(`The code is ${code.split('').join(' ')}`); // no clipboard here: say it
    }
  }
}
